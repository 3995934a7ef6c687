using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>What gives the same however often each of its input rows comes: DISTINCT, and groups of which only extremes and the like are asked.</summary>
internal static class Duplicates
{
    /// <summary>Whether the rows of the node depend only on which input rows there are.</summary>
    public static bool DoNotMatterTo(LogicalNode node) => node switch
    {
        LogicalDistinct => true,
        LogicalAggregate aggregate => aggregate.Aggregates.All(DoNotMatterTo),
        _ => false,
    };

    /// <summary>Whether the aggregate of values with repeats is that of the values without: min, max, every, an aggregate of DISTINCT values.</summary>
    /// <remarks>Of DISTINCT values only in an order of these values: in any other one the rows they come from count.</remarks>
    private static bool DoNotMatterTo(AggregateCall call) => IsOfExtremes(call)
        || (call.IsDistinct && !call.Function.IsOrderedSet && call.OrderBy.All(o => call.Arguments.Contains(o.Expression)));

    /// <summary>Whether the aggregate of a group's values is that of the aggregates of its parts, whichever way it is divided: parts may overlap.</summary>
    public static bool IsOfExtremes(AggregateCall call) => call is { Arguments: [var argument], OrderBy.IsEmpty: true } && call.Type.SameAs(argument.Type)
        && (call.Function.Kind is AggregateKind.Min or AggregateKind.Max || call.Function.Name is "bool_and" or "bool_or" or "bit_and" or "bit_or");
}
