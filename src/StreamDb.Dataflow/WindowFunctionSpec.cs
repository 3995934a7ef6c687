using StreamDb.Core.Rows;

namespace StreamDb.Dataflow;

/// <summary>One function of a <see cref="WindowSpec"/>. Columns are the input's.</summary>
public abstract record WindowFunctionSpec
{
    /// <summary>Shape of the result.</summary>
    public required ColumnShape Output { get; init; }
}

/// <summary>A function of the row's place in its partition alone.</summary>
public sealed record RankingFunction : WindowFunctionSpec
{
    public required RankingKind Kind { get; init; }

    /// <summary>ntile's argument, an Int32 column, read at the partition's first row.</summary>
    public int BucketsColumn { get; init; } = -1;

    /// <summary>ntile's argument where it is known to be the same for all rows, and greater than 0; else 0.</summary>
    public int Buckets { get; init; }
}

public enum RankingKind : byte
{
    RowNumber,
    Rank,
    DenseRank,
    PercentRank,
    CumulativeDistribution,
    Ntile,
}

/// <summary>lag and lead: a column of the row that many rows further back or on.</summary>
public sealed record OffsetFunction : WindowFunctionSpec
{
    public required int Column { get; init; }

    /// <summary>Rows forward; negative: back. Not used when <see cref="OffsetColumn"/> is given.</summary>
    public long Offset { get; init; }

    /// <summary>An Int32 column; -1: the offset is constant.</summary>
    public int OffsetColumn { get; init; } = -1;

    /// <summary>Whether <see cref="OffsetColumn"/> counts backwards: lag.</summary>
    public bool IsBackward { get; init; }

    /// <summary>The value where there is no such row; -1: NULL.</summary>
    public int DefaultColumn { get; init; } = -1;

    /// <summary>Only rows whose <see cref="Column"/> is not NULL are counted.</summary>
    public bool IgnoresNulls { get; init; }
}

/// <summary>first_value, last_value and nth_value: a column of one row of the frame.</summary>
public sealed record FrameValueFunction : WindowFunctionSpec
{
    public required WindowFrame Frame { get; init; }

    public required FrameValueKind Kind { get; init; }

    public required int Column { get; init; }

    /// <summary>nth_value's number; not used when <see cref="NumberColumn"/> is given.</summary>
    public long Number { get; init; }

    /// <summary>An Int32 column; -1: the number is constant.</summary>
    public int NumberColumn { get; init; } = -1;

    /// <summary>Only rows whose <see cref="Column"/> is not NULL are counted.</summary>
    public bool IgnoresNulls { get; init; }
}

public enum FrameValueKind : byte
{
    First,
    Last,
    Nth,
}

/// <summary>An aggregate of the rows of the frame. An accumulator must be an <see cref="IMergeableAccumulator"/>; DISTINCT does not occur.</summary>
public sealed record FrameAggregateFunction : WindowFunctionSpec
{
    public required WindowFrame Frame { get; init; }

    public required AggregateSpec Aggregate { get; init; }
}
