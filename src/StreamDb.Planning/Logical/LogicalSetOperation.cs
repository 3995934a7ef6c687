using System.Collections.Immutable;
using StreamDb.Core.Rows;

namespace StreamDb.Planning.Logical;

/// <summary>UNION ALL of any number of inputs, or EXCEPT / INTERSECT [ALL] of two. Types agree column by column. UNION is a distinct above UNION ALL.</summary>
public sealed record LogicalSetOperation(SetOperationKind Kind, bool IsAll, ImmutableArray<LogicalNode> Operands) : LogicalNode
{
    private ImmutableArray<Field>? _columns;

    public override ImmutableArray<Field> Columns => _columns ??=
        [.. Operands[0].Columns.Select((f, i) => f with { IsNullable = Operands.Any(o => o.Columns[i].IsNullable) })];

    public override IReadOnlyList<LogicalNode> Inputs => Operands;

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalSetOperation(Kind, IsAll, [.. inputs]);
}
