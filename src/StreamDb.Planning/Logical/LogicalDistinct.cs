using System.Collections.Immutable;
using StreamDb.Core.Rows;

namespace StreamDb.Planning.Logical;

/// <summary>Each row once. (DISTINCT ON is a <see cref="LogicalTopN"/> of one row per key.)</summary>
public sealed record LogicalDistinct(LogicalNode Input) : LogicalNode
{
    public override ImmutableArray<Field> Columns => Input.Columns;

    public override IReadOnlyList<LogicalNode> Inputs => [Input];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalDistinct(inputs[0]);
}
