using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>
/// Per group of equal <paramref name="PartitionBy"/> columns (one group when empty), the rows from <paramref name="Offset"/> on,
/// at most <paramref name="Limit"/> (null: all), in the order <paramref name="OrderBy"/>; ties are broken by the whole row.
/// </summary>
/// <remarks>The output is a multiset: presentation order is the <see cref="Finishing"/> of the query.</remarks>
public sealed record LogicalTopN(
    LogicalNode Input, ImmutableArray<int> PartitionBy, ImmutableArray<SortKey> OrderBy, long? Limit, long Offset, bool WithTies = false)
    : LogicalNode
{
    /// <summary>LIMIT and OFFSET that depend on parameters; substitution turns them into <see cref="Limit"/> and <see cref="Offset"/>.</summary>
    public ScalarExpression? LimitExpression { get; init; }

    public ScalarExpression? OffsetExpression { get; init; }

    public override ImmutableArray<Field> Columns => Input.Columns;

    public override IReadOnlyList<LogicalNode> Inputs => [Input];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => this with { Input = inputs[0] };
}
