using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow;

/// <summary>An equi-join. Without keys it is a cross join (or, for Semi and Anti, "the right side has any row").</summary>
public sealed record JoinSpec
{
    public required JoinKind Kind { get; init; }

    /// <summary>Columns of the left input, pairwise equal to <see cref="RightKeys"/>, of the same physical types.</summary>
    public IReadOnlyList<int> LeftKeys { get; init; } = [];

    public IReadOnlyList<int> RightKeys { get; init; } = [];

    /// <summary>Per key: NULL matches NULL (IS NOT DISTINCT FROM). Empty means never.</summary>
    public IReadOnlyList<bool> NullsMatch { get; init; } = [];

    /// <summary>Applied to the joined rows of an inner join: residual predicate and projection. Only for <see cref="JoinKind.Inner"/>.</summary>
    public ITransformFactory? Transform { get; init; }
}
