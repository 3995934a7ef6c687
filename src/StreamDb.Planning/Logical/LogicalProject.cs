using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>One output column per expression.</summary>
public sealed record LogicalProject(LogicalNode Input, ImmutableArray<ScalarExpression> Expressions, ImmutableArray<string> Names) : LogicalNode
{
    private ImmutableArray<Field>? _columns;

    public override ImmutableArray<Field> Columns => _columns ??=
        [.. Expressions.Select((e, i) => new Field(Names[i], e.Type, e.IsNullable))];

    public override IReadOnlyList<LogicalNode> Inputs => [Input];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalProject(inputs[0], Expressions, Names);
}
