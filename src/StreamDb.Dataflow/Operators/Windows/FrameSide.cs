namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>One edge of a frame, as a function from rows to positions that never falls from one row to the next.</summary>
/// <param name="IsEnd">Then the position is the one behind the edge's last row.</param>
/// <param name="RangeIndex">For a RANGE edge: which of the record's edges.</param>
internal readonly record struct FrameSide(FrameEdge Edge, bool IsEnd, int RangeIndex = -1)
{
    /// <summary>The row itself, or the row so many further.</summary>
    public static FrameSide Row(long offset) => new(new FrameEdge(FrameEdgeKind.Row, offset), IsEnd: false);

    public static FrameSide PartitionStart { get; } = new(FrameEdge.PartitionStart, IsEnd: false);

    public static FrameSide PartitionEnd { get; } = new(FrameEdge.PartitionEnd, IsEnd: true);

    /// <summary>The row's first peer.</summary>
    public static FrameSide PeerStart { get; } = new(new FrameEdge(FrameEdgeKind.Group), IsEnd: false);

    /// <summary>Whether the position depends on how many rows or groups lie between it and the row.</summary>
    public bool IsCounted => Edge.Kind is FrameEdgeKind.Row or FrameEdgeKind.Group && Edge.Offset != 0;

    /// <summary>The positions of a stretch's rows.</summary>
    public unsafe void Compute(WindowBatch batch, WindowStretch stretch, long* positions)
    {
        TreeNode* root = stretch.Root;
        int end = stretch.Start + stretch.Count;
        switch (Edge.Kind)
        {
            case FrameEdgeKind.PartitionStart:
                new Span<long>(positions + stretch.Start, stretch.Count).Clear();
                return;
            case FrameEdgeKind.PartitionEnd:
                new Span<long>(positions + stretch.Start, stretch.Count).Fill(stretch.Rows);
                return;
            case FrameEdgeKind.Row:
                long shift = stretch.Position - stretch.Start + (IsEnd ? 1 : 0);
                for (int i = stretch.Start; i < end; i++)
                {
                    positions[i] = Shifted(shift + i, Edge.Offset, stretch.Rows);
                }

                return;
        }

        for (int i = stretch.Start; i < end; i++)
        {
            if (i > stretch.Start && batch.Groups[i] == batch.Groups[i - 1])
            {
                positions[i] = positions[i - 1];
            }
            else if (Edge.Kind == FrameEdgeKind.Range)
            {
                positions[i] = batch.Tree.EdgePosition(root, batch.Items[i], RangeIndex, IsEnd);
            }
            else if (Edge.Offset == 0)
            {
                positions[i] = IsEnd ? batch.PeerEnds[i] : batch.PeerStarts[i];
            }
            else
            {
                positions[i] = batch.Tree.GroupStart(root, Shifted(batch.Groups[i] + (IsEnd ? 1 : 0), Edge.Offset, root->Groups));
            }
        }
    }

    /// <summary>The first row whose position is at or behind <paramref name="position"/>; the number of rows when there is none.</summary>
    public unsafe long FirstReaching(PartitionTree tree, TreeNode* root, long position)
    {
        if (position <= 0)
        {
            return 0;
        }

        long rows = root->Rows;
        if (position > rows)
        {
            return rows;
        }

        switch (Edge.Kind)
        {
            case FrameEdgeKind.PartitionStart:
                return rows;
            case FrameEdgeKind.PartitionEnd:
                return 0;
            case FrameEdgeKind.Row:
                return Shifted(position - (IsEnd ? 1 : 0), -Edge.Offset, rows);
            case FrameEdgeKind.Group:
                // The first group that starts there or behind, and how far its followers are from it.
                long group = tree.GroupsBefore(root, position) - (IsEnd ? 1 : 0);
                return tree.GroupStart(root, Shifted(group, -Edge.Offset, root->Groups));
            default:
                var test = new EdgeReaches(tree, root, RangeIndex, IsEnd, position);
                return tree.FirstWhere(root, in test).Position;
        }
    }

    /// <summary>position + offset within [0, max], whatever the offset.</summary>
    /// <remarks>Positions are within [-1, max + 1]: an offset beyond that makes no difference, and so cannot overflow.</remarks>
    private static long Shifted(long position, long offset, long max) =>
        Math.Clamp(position + Math.Clamp(offset, -max - 2, max + 2), 0, max);
}
