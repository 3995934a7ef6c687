using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Aggregates;

/// <summary>One overload of an aggregate function. Compared by reference: each exists once in the registry.</summary>
public sealed class AggregateOverload
{
    public required string Name { get; init; }

    public required ImmutableArray<SqlType> ArgumentTypes { get; init; }

    /// <summary>Declared result type; a pseudo-type is resolved from the arguments.</summary>
    public required SqlType ReturnType { get; init; }

    public required AggregateKind Kind { get; init; }

    /// <summary>Value over no rows is not NULL: count.</summary>
    public bool IsZeroOnEmpty { get; init; }

    /// <summary>Called as <c>f(direct arguments) WITHIN GROUP (ORDER BY …)</c>.</summary>
    public bool IsOrderedSet { get; init; }

    /// <summary>Rows whose (first) argument is NULL do not count.</summary>
    public bool IgnoresNulls { get; init; } = true;

    /// <summary>Only for <see cref="AggregateKind.Accumulable"/>: the accumulator for the call's argument and result types.</summary>
    public Func<AggregateCall, IAccumulator>? CreateAccumulator { get; init; }

    /// <summary>Only for <see cref="AggregateKind.Collected"/>.</summary>
    public Func<AggregateCall, IGroupFunction>? CreateGroupFunction { get; init; }

    public override string ToString() => $"{Name}({string.Join(", ", ArgumentTypes)})";
}
