namespace StreamDb.Expressions.Aggregates;

/// <summary>What state keeps an aggregate up to date.</summary>
public enum AggregateKind : byte
{
    /// <summary>A fixed-size accumulator: count, sum, avg, bool_and, variance.</summary>
    Accumulable,

    /// <summary>The first non-NULL value of the group in ascending order: min.</summary>
    Min,

    /// <summary>The last non-NULL value of the group in ascending order: max.</summary>
    Max,

    /// <summary>All rows of the group, in order: string_agg, array_agg, percentile, mode, first_value.</summary>
    Collected,
}
