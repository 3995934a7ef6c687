using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>
/// A dependent join: for each left row the right side is evaluated with the left row's columns visible as
/// <see cref="OuterColumnExpression"/>s of depth 1, then joined as <see cref="LogicalJoin"/> would. LATERAL and every subquery.
/// </summary>
/// <remarks>
/// A scalar subquery is a Left apply whose right side has one column and, with <see cref="IsScalar"/>, must have at most
/// one row for each left row (else 21000). Removed by decorrelation.
/// </remarks>
public sealed record LogicalApply(JoinKind Kind, LogicalNode Left, LogicalNode Right, ScalarExpression Condition, bool IsScalar = false) : LogicalNode
{
    private ImmutableArray<Field>? _columns;

    public override ImmutableArray<Field> Columns => _columns ??= LogicalJoin.ColumnsOf(Kind, Left, Right);

    public override IReadOnlyList<LogicalNode> Inputs => [Left, Right];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) =>
        new LogicalApply(Kind, inputs[0], inputs[1], Condition, IsScalar);
}
