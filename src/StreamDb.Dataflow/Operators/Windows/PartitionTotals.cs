using System.Runtime.CompilerServices;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>What a node of a <see cref="PartitionTree"/> knows of all records below: accumulators, counts of values that are not NULL, least and greatest values.</summary>
/// <remarks>Layout: the accumulators' states; per counted column an int64; per min or max the address of the record that has it.</remarks>
internal sealed unsafe class PartitionTotals(WindowRecords records, StateSlot[] slots, int stateBytes, int countedColumns, int extremes) : IDisposable
{
    private readonly MergeScript _script = new();

    public int Bytes { get; } = stateBytes + ((countedColumns + extremes) * 8);

    public static byte* States(TreeNode* node) => (byte*)node + TreeNode.Bytes;

    /// <summary>How many values of each counted column are not NULL.</summary>
    public long* Counted(TreeNode* node) => (long*)(States(node) + stateBytes);

    /// <summary>The record with each least or greatest value.</summary>
    public byte** Extremes(TreeNode* node) => (byte**)(Counted(node) + countedColumns);

    public void OfLeaf(TreeNode* node, byte** items)
    {
        Unsafe.InitBlock(States(node), 0, (uint)Bytes);
        for (int i = 0; i < node->Count && slots.Length > 0; i++)
        {
            _script.Add(States(node), items[i] + records.StateOffset, 1);
        }

        _script.Run(slots);
        for (int c = 0; c < countedColumns; c++)
        {
            for (int i = 0; i < node->Count; i++)
            {
                Counted(node)[c] += ((long*)(items[i] + records.CountedOffset))[c];
            }
        }

        for (int e = 0; e < extremes; e++)
        {
            byte* best = items[0];
            for (int i = 1; i < node->Count; i++)
            {
                best = records.CompareExtremes(items[i], best, e) <= 0 ? items[i] : best;
            }

            Extremes(node)[e] = best;
        }
    }

    public void OfInner(TreeNode* node, TreeNode** children)
    {
        Unsafe.InitBlock(States(node), 0, (uint)Bytes);
        for (int i = 0; i < node->Count && slots.Length > 0; i++)
        {
            _script.Add(States(node), States(children[i]), 1);
        }

        _script.Run(slots);
        for (int c = 0; c < countedColumns; c++)
        {
            for (int i = 0; i < node->Count; i++)
            {
                Counted(node)[c] += Counted(children[i])[c];
            }
        }

        for (int e = 0; e < extremes; e++)
        {
            byte* best = Extremes(children[0])[e];
            for (int i = 1; i < node->Count; i++)
            {
                byte* other = Extremes(children[i])[e];
                best = records.CompareExtremes(other, best, e) <= 0 ? other : best;
            }

            Extremes(node)[e] = best;
        }
    }

    public void Dispose() => _script.Dispose();
}
