using System.Collections.Immutable;
using StreamDb.Core.Rows;

namespace StreamDb.Planning.Logical;

/// <summary>The input unchanged, with the claim that each value of <paramref name="Keys"/> has at most one row; a second one is row error 21000.</summary>
/// <remarks>Without keys the whole input has at most one row. Made by decorrelation for scalar subqueries.</remarks>
public sealed record LogicalAssertSingle(LogicalNode Input, ImmutableArray<int> Keys) : LogicalNode
{
    public override ImmutableArray<Field> Columns => Input.Columns;

    public override IReadOnlyList<LogicalNode> Inputs => [Input];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalAssertSingle(inputs[0], Keys);
}
