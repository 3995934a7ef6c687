using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Physical;

/// <summary>An inner join of several relations that keeps nothing: each one's changes are looked up in shared indexes of the others, one after the other.</summary>
/// <param name="Relations">In the order of the FROM clause as planned; a relation may stand twice.</param>
/// <param name="Paths">For each of the relations what becomes of its changes. All end in <see cref="PhysicalNode.Columns"/>.</param>
/// <param name="FillPath">Which of the paths makes all rows when the view is created.</param>
public sealed record PhysicalDeltaJoin(ImmutableArray<PhysicalGet> Relations, ImmutableArray<DeltaPath> Paths, int FillPath, ImmutableArray<Field> Columns)
    : PhysicalNode(Columns)
{
    public override IReadOnlyList<PhysicalNode> Inputs => Relations;
}

/// <summary>What becomes of the changes of one relation of a <see cref="PhysicalDeltaJoin"/>.</summary>
/// <param name="Start">Over the relation.</param>
/// <param name="Steps">One for each of the other relations.</param>
public sealed record DeltaPath(DeltaMap Start, ImmutableArray<DeltaStep> Steps);

/// <summary>One lookup of a <see cref="DeltaPath"/>.</summary>
/// <param name="Relation">The place of the relation in whose index the rows are looked up.</param>
/// <param name="ProbeKeys">Columns of the rows so far, pairwise equal to <paramref name="IndexKeys"/>.</param>
/// <param name="IndexKeys">Columns of the relation that the index is by.</param>
/// <param name="Map">Over the rows so far and the relation's columns behind them.</param>
public sealed record DeltaStep(int Relation, ImmutableArray<int> ProbeKeys, ImmutableArray<int> IndexKeys, DeltaMap Map);

/// <summary>What is kept of rows: those that the predicate lets pass, if there is one, and these columns of them.</summary>
public sealed record DeltaMap(ScalarExpression? Predicate, ImmutableArray<int> Kept, ImmutableArray<Field> Columns);
