using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>Rows of expressions without column references (they may hold outer columns until decorrelation). SELECT without FROM is one row without columns.</summary>
public sealed record LogicalValues(ImmutableArray<ImmutableArray<ScalarExpression>> Rows, ImmutableArray<Field> Fields) : LogicalNode
{
    public static LogicalValues OneEmptyRow { get; } = new([[]], []);

    public override ImmutableArray<Field> Columns => Fields;

    public override IReadOnlyList<LogicalNode> Inputs => [];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => this;
}
