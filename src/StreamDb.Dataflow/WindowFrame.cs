namespace StreamDb.Dataflow;

/// <summary>Which rows of the partition a row's function sees.</summary>
public readonly record struct WindowFrame(FrameEdge Start, FrameEdge End, FrameExclusion Exclusion = FrameExclusion.None)
{
    /// <summary>All rows up to the current one's last peer.</summary>
    public static WindowFrame Default { get; } = new(FrameEdge.PartitionStart, new FrameEdge(FrameEdgeKind.Group, 0));
}

/// <summary>One edge of a frame: as the start its first row, as the end its last.</summary>
/// <param name="Offset">Rows or peer groups from the current one on; negative: back.</param>
/// <param name="Column">For a range edge the column that holds the edge's value for each row, of the order column's type.</param>
public readonly record struct FrameEdge(FrameEdgeKind Kind, long Offset = 0, int Column = -1)
{
    public static FrameEdge PartitionStart { get; } = new(FrameEdgeKind.PartitionStart);

    public static FrameEdge PartitionEnd { get; } = new(FrameEdgeKind.PartitionEnd);
}

public enum FrameEdgeKind : byte
{
    PartitionStart,
    PartitionEnd,

    /// <summary>ROWS: the row <see cref="FrameEdge.Offset"/> rows from the current one.</summary>
    Row,

    /// <summary>GROUPS, and CURRENT ROW of RANGE: the peer group that many groups from the current one.</summary>
    Group,

    /// <summary>RANGE with an offset: the rows not beyond the value in <see cref="FrameEdge.Column"/>. The one order column has its type.</summary>
    Range,
}

public enum FrameExclusion : byte
{
    None,
    CurrentRow,
    Group,
    Ties,
}
