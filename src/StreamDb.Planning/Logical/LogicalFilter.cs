using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>The rows for which <paramref name="Predicate"/> is true (not false, not NULL).</summary>
public sealed record LogicalFilter(LogicalNode Input, ScalarExpression Predicate) : LogicalNode
{
    public override ImmutableArray<Field> Columns => Input.Columns;

    public override IReadOnlyList<LogicalNode> Inputs => [Input];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => this with { Input = inputs[0] };
}
