using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>Rows whose results are to be computed together: stretches of rows of one or more partitions, in refreshed trees.</summary>
/// <remarks>Arrays run over all rows; positions and groups are those within the row's partition. One thread.</remarks>
internal sealed unsafe class WindowBatch(PartitionTree tree, WindowRecords records, RowLayout layout) : IDisposable
{
    /// <summary>Rows at most.</summary>
    public const int RowsMax = 1024;

    private readonly NativeScratch<nint> _rows = new(RowsMax);
    private readonly NativeScratch<nint> _scratch = new(RowsMax);
    private readonly NativeScratch<long> _peerStarts = new(RowsMax);
    private readonly NativeScratch<long> _peerEnds = new(RowsMax);
    private readonly NativeScratch<long> _groups = new(RowsMax);

    public PartitionTree Tree => tree;

    public WindowRecords Records => records;

    public List<WindowStretch> Stretches { get; } = [];

    public int Count { get; private set; }

    /// <summary>The records.</summary>
    public byte** Items => (byte**)_rows.Pointer;

    /// <summary>Position of the first row's first peer.</summary>
    public long* PeerStarts => _peerStarts.Pointer;

    /// <summary>Position behind the last peer.</summary>
    public long* PeerEnds => _peerEnds.Pointer;

    /// <summary>Number of the peer group, from 0.</summary>
    public long* Groups => _groups.Pointer;

    /// <summary>Adds the rows from a position on, as many as there is room for, and returns how many.</summary>
    public int Add(TreeNode* root, long position, long count)
    {
        int taken = (int)Math.Min(count, RowsMax - Count);
        if (taken == 0)
        {
            return 0;
        }

        TreePlace place = tree.Seek(root, position);
        TreeNode* leaf = place.Leaf;
        int index = place.Index;
        for (int i = 0; i < taken; i++)
        {
            while (index == leaf->Count)
            {
                leaf = leaf->Next;
                index = 0;
            }

            Items[Count + i] = tree.Records(leaf)[index++];
        }

        Stretches.Add(new WindowStretch(root, position, Count, taken));
        FindPeers(Stretches[^1]);
        Count += taken;
        return taken;
    }

    public void Clear()
    {
        Stretches.Clear();
        Count = 0;
    }

    /// <summary>A column of some records, holding one reference.</summary>
    public Column Decode(int column, byte** items, int count)
    {
        byte** rows = (byte**)_scratch.Reserve(count);
        for (int i = 0; i < count; i++)
        {
            rows[i] = records.Row(items[i]);
        }

        return layout.DecodeColumn(column, rows, count);
    }

    /// <summary>All columns of some records, each holding one reference.</summary>
    public Column[] Decode(byte** items, int count)
    {
        byte** rows = (byte**)_scratch.Reserve(count);
        for (int i = 0; i < count; i++)
        {
            rows[i] = records.Row(items[i]);
        }

        return layout.Decode(rows, count);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _scratch.Dispose();
        _peerStarts.Dispose();
        _peerEnds.Dispose();
        _groups.Dispose();
    }

    private void FindPeers(WindowStretch stretch)
    {
        int end = stretch.Start + stretch.Count;
        byte* first = Items[stretch.Start];
        bool starts = WindowRecords.Has(first, WindowRecords.StartsGroup);
        long group = tree.GroupsBefore(stretch.Root, stretch.Position) - (starts ? 0 : 1);
        long peerStart = starts ? stretch.Position : tree.GroupStart(stretch.Root, group);
        int groupRow = stretch.Start;
        for (int i = stretch.Start; i < end; i++)
        {
            if (i > stretch.Start && WindowRecords.Has(Items[i], WindowRecords.StartsGroup))
            {
                long position = stretch.Position + i - stretch.Start;
                new Span<long>(PeerEnds + groupRow, i - groupRow).Fill(position);
                groupRow = i;
                group++;
                peerStart = position;
            }

            PeerStarts[i] = peerStart;
            Groups[i] = group;
        }

        new Span<long>(PeerEnds + groupRow, end - groupRow).Fill(tree.GroupStart(stretch.Root, group + 1));
    }
}

/// <summary>Consecutive rows of one partition in a <see cref="WindowBatch"/>.</summary>
/// <param name="position">Of the first one in its partition.</param>
/// <param name="start">Of the first one in the batch.</param>
internal readonly unsafe struct WindowStretch(TreeNode* root, long position, int start, int count)
{
    public readonly TreeNode* Root = root;
    public readonly long Position = position;
    public readonly int Start = start;
    public readonly int Count = count;

    /// <summary>Rows of the partition.</summary>
    public long Rows => Root->Rows;
}
