using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>GROUP BY: output is the keys, then one column per aggregate. Without keys there is always exactly one row.</summary>
/// <remarks>GROUPING SETS are bound as a union of aggregates over a shared input. HAVING is a filter above.</remarks>
public sealed record LogicalAggregate(
    LogicalNode Input, ImmutableArray<ScalarExpression> Keys, ImmutableArray<AggregateCall> Aggregates, ImmutableArray<string> Names)
    : LogicalNode
{
    private ImmutableArray<Field>? _columns;

    public override ImmutableArray<Field> Columns => _columns ??=
    [
        .. Keys.Select((k, i) => new Field(Names[i], k.Type, k.IsNullable)),
        .. Aggregates.Select((a, i) => new Field(Names[Keys.Length + i], a.Type, !a.Function.IsZeroOnEmpty)),
    ];

    public override IReadOnlyList<LogicalNode> Inputs => [Input];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalAggregate(inputs[0], Keys, Aggregates, Names);
}
