using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>A join on <paramref name="Condition"/> over (left columns, right columns). A cross join has condition TRUE.</summary>
public sealed record LogicalJoin(JoinKind Kind, LogicalNode Left, LogicalNode Right, ScalarExpression Condition) : LogicalNode
{
    private ImmutableArray<Field>? _columns;

    public override ImmutableArray<Field> Columns => _columns ??= ColumnsOf(Kind, Left, Right);

    public override IReadOnlyList<LogicalNode> Inputs => [Left, Right];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalJoin(Kind, inputs[0], inputs[1], Condition);

    /// <summary>Columns of a join of that kind: outer joins make the other side nullable.</summary>
    public static ImmutableArray<Field> ColumnsOf(JoinKind kind, LogicalNode left, LogicalNode right)
    {
        IEnumerable<Field> leftFields = left.Columns.Select(f =>
            kind is JoinKind.Right or JoinKind.Full ? f with { IsNullable = true } : f);
        IEnumerable<Field> rightFields = right.Columns.Select(f =>
            kind is JoinKind.Left or JoinKind.Full ? f with { IsNullable = true } : f);
        return kind is JoinKind.Semi or JoinKind.Anti ? left.Columns : [.. leftFields, .. rightFields];
    }
}
