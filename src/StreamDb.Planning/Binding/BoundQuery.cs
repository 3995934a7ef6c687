using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Binding;

/// <summary>LIMIT, OFFSET and WITH TIES. The expressions are set where a count depends on parameters.</summary>
internal sealed record RowLimits(long? Limit, long Offset, ScalarExpression? LimitExpression, ScalarExpression? OffsetExpression, bool WithTies)
{
    public static RowLimits None { get; } = new(null, 0, null, null, false);

    public bool AreNone => Limit is null && Offset == 0 && LimitExpression is null && OffsetExpression is null;
}

/// <summary>A bound query before it is decided what its ORDER BY and LIMIT mean where it stands.</summary>
/// <param name="Node">Visible columns first, then columns that only the order needs.</param>
internal sealed record BoundQuery(LogicalNode Node, int Visible, ImmutableArray<SortKey> OrderBy, RowLimits Limits)
{
    public ImmutableArray<(uint RelationOid, short Attribute)> Origins { get; init; } = [];

    /// <summary>The rows after LIMIT, with the hidden columns.</summary>
    public LogicalNode Limited()
    {
        if (Limits.AreNone)
        {
            return Node;
        }

        (LogicalNode node, ImmutableArray<SortKey> orderBy) = OrderKeys.Apply(Node, OrderBy);
        return new LogicalTopN(node, [], orderBy, Limits.Limit, Limits.Offset, Limits.WithTies)
        {
            LimitExpression = Limits.LimitExpression,
            OffsetExpression = Limits.OffsetExpression,
        };
    }

    /// <summary>As a relation inside another query or a view: an order without a limit means nothing there.</summary>
    public LogicalNode ToRelation() => SubqueryPlanting.TakeColumns(Limited(), Visible);

    /// <summary>As a statement's query.</summary>
    public QueryPlan ToPlan()
    {
        bool tied = Limits.WithTies;
        (LogicalNode root, ImmutableArray<SortKey> orderBy) = OrderKeys.Apply(tied ? Limited() : Node, OrderBy);
        Finishing finishing = new(orderBy, tied ? null : Limits.Limit, tied ? 0 : Limits.Offset, Visible)
        {
            LimitExpression = tied ? null : Limits.LimitExpression,
            OffsetExpression = tied ? null : Limits.OffsetExpression,
        };
        return new QueryPlan(root, finishing, [.. root.Columns.Take(Visible)]) { Origins = Origins };
    }
}
