using StreamDb.Core.Identifiers;

namespace StreamDb.Dataflow;

/// <summary>What a dataflow has in common with others that are live.</summary>
/// <param name="Node">The node whose collection is kept, or the join whose input an index keeps.</param>
/// <param name="IsIndex">An index of an input of a join, rather than the node's own operators.</param>
/// <param name="Keys">Of an index.</param>
/// <param name="Users">The views and other dataflows that have it, in the order of their ids; empty when nobody has.</param>
public sealed record SharedPart(Node Node, bool IsIndex, IReadOnlyList<int> Keys, IReadOnlyList<RelationId> Users)
{
    /// <summary>Of an index: the input that it keeps.</summary>
    public Node? Side { get; init; }
}
