using StreamDb.Core.Columns;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>Reads a column of one chosen row per row of a batch: the common part of lag, lead and the functions of a frame's rows.</summary>
internal sealed unsafe class ValueReader(int column, int countedIndex) : IDisposable
{
    private readonly NativeScratch<nint> _found = new();
    private readonly NativeScratch<bool> _isFound = new();
    private int _count;

    /// <summary>Starts a batch: no row is chosen.</summary>
    public void Begin(WindowBatch batch)
    {
        _found.Reserve(batch.Count);
        new Span<bool>(_isFound.Reserve(batch.Count), batch.Count).Clear();
        _count = 0;
    }

    /// <summary>Chooses for row <paramref name="row"/>; rows in order.</summary>
    public void Choose(int row, byte* record)
    {
        _isFound.Pointer[row] = true;
        _found.Pointer[_count++] = (nint)record;
    }

    /// <summary>How many values that are not NULL lie before a position.</summary>
    public long CountBefore(WindowBatch batch, TreeNode* root, long position)
    {
        TreeNode* node = root;
        long left = position;
        long count = 0;
        while (!node->IsLeaf)
        {
            TreeNode** children = batch.Tree.Children(node);
            for (int i = 0; i < node->Count; i++)
            {
                TreeNode* child = children[i];
                if (left < child->Rows || i == node->Count - 1)
                {
                    node = child;
                    break;
                }

                left -= child->Rows;
                count += batch.Tree.Totals.Counted(child)[countedIndex];
            }
        }

        byte** items = batch.Tree.Records(node);
        for (int i = 0; i < left; i++)
        {
            count += IsCounted(batch, items[i]) ? 1 : 0;
        }

        return count;
    }

    /// <summary>The record with the value that has so many before it that are not NULL; null when there are not so many.</summary>
    public byte* Counted(WindowBatch batch, TreeNode* root, long number)
    {
        if (number < 0 || number >= batch.Tree.Totals.Counted(root)[countedIndex])
        {
            return null;
        }

        TreeNode* node = root;
        long left = number;
        while (!node->IsLeaf)
        {
            TreeNode** children = batch.Tree.Children(node);
            int child = 0;
            while (left >= batch.Tree.Totals.Counted(children[child])[countedIndex])
            {
                left -= batch.Tree.Totals.Counted(children[child++])[countedIndex];
            }

            node = children[child];
        }

        byte** items = batch.Tree.Records(node);
        for (int i = 0; ; i++)
        {
            if (IsCounted(batch, items[i]) && left-- == 0)
            {
                return items[i];
            }
        }
    }

    public bool IsCounted(WindowBatch batch, byte* record) => ((long*)(record + batch.Records.CountedOffset))[countedIndex] != 0;

    /// <summary>Appends the chosen rows' values, and for rows without one the default (null: NULL).</summary>
    public void Append(WindowBatch batch, Column? defaults, ColumnBuilder output)
    {
        Column values = batch.Decode(column, (byte**)_found.Pointer, _count);
        int next = 0;
        for (int row = 0; row < batch.Count; row++)
        {
            if (_isFound.Pointer[row])
            {
                output.AppendFrom(values, next++);
            }
            else if (defaults is not null)
            {
                output.AppendFrom(defaults, row);
            }
            else
            {
                output.AppendNull();
            }
        }

        values.Release();
    }

    public void Dispose()
    {
        _found.Dispose();
        _isFound.Dispose();
    }
}
