using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow;

/// <summary>An inner join of relations that keeps nothing: the changes of each go through shared indexes of all others.</summary>
public sealed record DeltaJoinSpec
{
    /// <summary>For each of the relations what becomes of its changes. All end in the same columns.</summary>
    public required IReadOnlyList<DeltaPath> Paths { get; init; }

    /// <summary>The relation from whose rows all rows of the join are made when the dataflow is installed.</summary>
    public int FillPath { get; init; }
}

/// <summary>What becomes of the changes of one relation in a <see cref="DeltaJoinSpec"/>.</summary>
/// <param name="Start">Over the relation: a filter and a choice of columns. Must not report errors.</param>
/// <param name="Steps">One for each of the other relations, in any order.</param>
public sealed record DeltaPath(ITransformFactory Start, IReadOnlyList<DeltaStep> Steps);

/// <summary>One lookup.</summary>
/// <param name="Relation">The place of the relation whose index is read.</param>
/// <param name="ProbeKeys">Columns of the rows so far, pairwise equal to <paramref name="IndexKeys"/>, of the same physical types. NULL finds nothing.</param>
/// <param name="IndexKeys">Columns of the relation.</param>
/// <param name="Transform">Over the rows so far and the relation's columns behind them. Must not report errors: a row would for each of its ways.</param>
public sealed record DeltaStep(int Relation, IReadOnlyList<int> ProbeKeys, IReadOnlyList<int> IndexKeys, ITransformFactory Transform);
