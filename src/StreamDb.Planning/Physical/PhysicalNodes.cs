using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Physical;

/// <summary>Every row of a relation. In an ad hoc query, <paramref name="Lookup"/> narrows it to the rows with a given key.</summary>
public sealed record PhysicalGet(RelationItem Relation, PhysicalLookup? Lookup)
    : PhysicalNode([.. Relation.Columns.Select(c => c.Field)])
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];
}

/// <summary>An exact-key read of an arrangement: <paramref name="Values"/> are constants or parameters for the leading <paramref name="KeyColumns"/>.</summary>
/// <param name="ArrangementOid">The relation itself (its key) or one of its indexes.</param>
public sealed record PhysicalLookup(uint ArrangementOid, ImmutableArray<int> KeyColumns, ImmutableArray<ScalarExpression> Values, bool IsWholeKey);

/// <summary>Constant rows.</summary>
public sealed record PhysicalValues(ImmutableArray<ImmutableArray<ScalarExpression>> Rows, ImmutableArray<Field> Columns) : PhysicalNode(Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];
}

/// <summary>Fused filter and projection, compiled to one loop.</summary>
/// <param name="Predicate">Over the input; null keeps every row.</param>
/// <param name="Projections">Over the input.</param>
public sealed record PhysicalMap(
    PhysicalNode Input, ScalarExpression? Predicate, ImmutableArray<ScalarExpression> Projections, ImmutableArray<Field> Columns) : PhysicalNode(Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];
}

/// <summary>Rows while <c>from &lt;= now() &lt; until</c>; the bounds are timestamptz columns of the input and stay in the output.</summary>
public sealed record PhysicalTemporalFilter(PhysicalNode Input, int? FromColumn, int? UntilColumn) : PhysicalNode(Input.Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];
}

/// <summary>Input columns, then the function's columns, for each row the function makes.</summary>
public sealed record PhysicalTableFunction(
    PhysicalNode Input, TableFunctionOverload Function, ImmutableArray<ScalarExpression> Arguments, bool WithOrdinality, ImmutableArray<Field> Columns)
    : PhysicalNode(Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];
}

/// <summary>A join on equal key columns (none: every pair matches). NULL keys match only where <paramref name="NullsMatch"/> says so.</summary>
public sealed record PhysicalJoin(
    JoinKind Kind, PhysicalNode Left, PhysicalNode Right,
    ImmutableArray<int> LeftKeys, ImmutableArray<int> RightKeys, ImmutableArray<bool> NullsMatch, ImmutableArray<Field> Columns) : PhysicalNode(Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Left, Right];
}

/// <summary>Groups by the input's <paramref name="Keys"/> columns. Arguments, filters and orderings are input columns by now.</summary>
public sealed record PhysicalReduce(
    PhysicalNode Input, ImmutableArray<int> Keys, ImmutableArray<PhysicalAggregate> Aggregates, ImmutableArray<Field> Columns) : PhysicalNode(Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];
}

/// <summary>One aggregate of a <see cref="PhysicalReduce"/>.</summary>
/// <param name="Call">The call it came from; its expressions are not used any more.</param>
/// <param name="FilterColumn">A boolean input column, or -1.</param>
public sealed record PhysicalAggregate(
    AggregateCall Call, ImmutableArray<int> Arguments, ImmutableArray<SortKey> OrderBy, int FilterColumn);

/// <summary>Each row once.</summary>
public sealed record PhysicalDistinct(PhysicalNode Input) : PhysicalNode(Input.Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];
}

/// <summary>Per partition the rows from Offset on, at most Limit, in order; ties broken by the whole row.</summary>
public sealed record PhysicalTopN(
    PhysicalNode Input, ImmutableArray<int> PartitionBy, ImmutableArray<SortKey> OrderBy, long? Limit, long Offset, bool WithTies)
    : PhysicalNode(Input.Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];
}

/// <summary>Input columns, then one column per call; all calls share partitioning and order. Ties are broken by the whole row.</summary>
public sealed record PhysicalWindow(
    PhysicalNode Input, ImmutableArray<int> PartitionBy, ImmutableArray<SortKey> OrderBy, ImmutableArray<PhysicalWindowCall> Calls,
    ImmutableArray<Field> Columns) : PhysicalNode(Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];
}

/// <summary>One call of a <see cref="PhysicalWindow"/>.</summary>
/// <param name="Call">The call it came from; of its expressions only constants are still used.</param>
/// <param name="Arguments">Input columns; of an aggregate, the aggregate's.</param>
/// <param name="OrderBy">Of an aggregate that sorts the rows of the frame anew: arg_min, arg_max. Input columns.</param>
/// <param name="FilterColumn">A boolean input column, or -1.</param>
/// <param name="StartColumn">Input column with the value of the frame's RANGE start, or -1.</param>
/// <param name="EndColumn">The same of its end.</param>
public sealed record PhysicalWindowCall(
    WindowCall Call, ImmutableArray<int> Arguments, ImmutableArray<SortKey> OrderBy, int FilterColumn, int StartColumn, int EndColumn);

/// <summary>All rows of all operands.</summary>
public sealed record PhysicalUnion(ImmutableArray<PhysicalNode> Operands, ImmutableArray<Field> Columns) : PhysicalNode(Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => Operands;
}

/// <summary>EXCEPT or INTERSECT, with or without ALL.</summary>
public sealed record PhysicalSetOperation(SetOperationKind Kind, bool IsAll, PhysicalNode Left, PhysicalNode Right, ImmutableArray<Field> Columns)
    : PhysicalNode(Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Left, Right];
}

/// <summary>Claims at most one row per key; a second one is row error 21000.</summary>
public sealed record PhysicalAssertSingle(PhysicalNode Input, ImmutableArray<int> Keys) : PhysicalNode(Input.Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => [Input];
}
