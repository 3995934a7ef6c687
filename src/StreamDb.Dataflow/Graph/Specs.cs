using StreamDb.Core.Rows;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow;

public enum JoinKind : byte
{
    Inner,
    Left,
    Right,
    Full,

    /// <summary>Left rows that have a match; output is the left columns.</summary>
    Semi,

    /// <summary>Left rows that have no match (NULL keys never match); output is the left columns.</summary>
    Anti,
}

/// <summary>An equi-join. Without keys it is a cross join (or, for Semi and Anti, "the right side has any row").</summary>
public sealed record JoinSpec
{
    public required JoinKind Kind { get; init; }

    /// <summary>Columns of the left input, pairwise equal to <see cref="RightKeys"/>, of the same physical types.</summary>
    public IReadOnlyList<int> LeftKeys { get; init; } = [];

    public IReadOnlyList<int> RightKeys { get; init; } = [];

    /// <summary>Per key: NULL matches NULL (IS NOT DISTINCT FROM). Empty means never.</summary>
    public IReadOnlyList<bool> NullsMatch { get; init; } = [];

    /// <summary>Applied to the joined rows of an inner join: residual predicate and projection. Only for <see cref="JoinKind.Inner"/>.</summary>
    public ITransformFactory? Transform { get; init; }
}

/// <summary>One aggregate of a <see cref="ReduceSpec"/>. Columns are the input's.</summary>
public abstract record AggregateSpec
{
    /// <summary>Shape of the result; nullable unless the aggregate can never be NULL (count).</summary>
    public required ColumnShape Output { get; init; }

    /// <summary>A Bool column; rows where it is not true do not count. -1: every row counts.</summary>
    public int FilterColumn { get; init; } = -1;
}

/// <summary>An aggregate kept up to date from its accumulator: count, sum, avg.</summary>
public sealed record AccumulableAggregate : AggregateSpec
{
    public required IAccumulator Accumulator { get; init; }

    public IReadOnlyList<int> Arguments { get; init; } = [];

    /// <summary>Each distinct combination of arguments counts once.</summary>
    public bool IsDistinct { get; init; }
}

/// <summary>The least or greatest non-NULL value of a column; NULL when there is none.</summary>
public sealed record ExtremeAggregate : AggregateSpec
{
    public required int Column { get; init; }

    public bool IsMax { get; init; }
}

/// <summary>An aggregate recomputed from the group's ordered rows: string_agg, percentile, mode.</summary>
public sealed record CollectedAggregate : AggregateSpec
{
    public required IGroupFunction Function { get; init; }

    /// <summary>The columns the function sees: order keys first, then arguments. Rows to be ignored (NULL arguments) are left out by <see cref="AggregateSpec.FilterColumn"/>.</summary>
    public required IReadOnlyList<int> Columns { get; init; }

    /// <summary>Order of the rows; <see cref="SortKey.Column"/> indexes <see cref="Columns"/>. Ties are ordered by the remaining columns.</summary>
    public IReadOnlyList<SortKey> OrderBy { get; init; } = [];

    /// <summary>Each distinct combination of <see cref="Columns"/> counts once.</summary>
    public bool IsDistinct { get; init; }
}

/// <summary>GROUP BY. Output: the keys, then one column per aggregate. Without keys there is always exactly one row.</summary>
public sealed record ReduceSpec
{
    public required IReadOnlyList<int> Keys { get; init; }

    public required IReadOnlyList<AggregateSpec> Aggregates { get; init; }
}

/// <summary>The rows at positions [Offset, Offset + Limit) of each partition in the given order; ties are ordered by the whole row.</summary>
public sealed record TopNSpec
{
    public IReadOnlyList<int> PartitionBy { get; init; } = [];

    public required IReadOnlyList<SortKey> OrderBy { get; init; }

    /// <summary>null: no limit.</summary>
    public long? Limit { get; init; }

    public long Offset { get; init; }

    /// <summary>FETCH FIRST … WITH TIES: also the rows that equal the last one in the order keys.</summary>
    public bool WithTies { get; init; }
}
