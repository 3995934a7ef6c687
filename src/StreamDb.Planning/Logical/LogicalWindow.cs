using System.Collections.Immutable;
using StreamDb.Core.Rows;

namespace StreamDb.Planning.Logical;

/// <summary>Input columns, then one column per window function call.</summary>
public sealed record LogicalWindow(LogicalNode Input, ImmutableArray<WindowCall> Calls, ImmutableArray<string> Names) : LogicalNode
{
    private ImmutableArray<Field>? _columns;

    public override ImmutableArray<Field> Columns => _columns ??=
        [.. Input.Columns, .. Calls.Select((c, i) => new Field(Names[i], c.Type, c.IsNullable))];

    public override IReadOnlyList<LogicalNode> Inputs => [Input];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalWindow(inputs[0], Calls, Names);
}
