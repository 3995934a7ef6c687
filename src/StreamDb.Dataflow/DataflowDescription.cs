using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Sharing;

namespace StreamDb.Dataflow;

/// <summary>A finished graph of nodes and what becomes of its output. Immutable; may be installed or run any number of times.</summary>
public sealed class DataflowDescription
{
    internal DataflowDescription(IReadOnlyList<Node> nodes, Node output, RelationId id, IReadOnlyList<int> key, IDeltaConsumer? consumer)
    {
        Nodes = nodes;
        Output = output;
        Id = id;
        Key = key;
        Consumer = consumer;
        Inputs = nodes.OfType<RelationNode>().Select(node => node.Relation).Distinct().ToList();
    }

    /// <summary>The node whose collection is the result.</summary>
    public Node Output { get; }

    /// <summary>The relation this dataflow maintains; 0 for a one-shot query.</summary>
    public RelationId Id { get; }

    /// <summary>Columns the result is arranged by.</summary>
    public IReadOnlyList<int> Key { get; }

    /// <summary>The relations read.</summary>
    public IReadOnlyList<RelationId> Inputs { get; }

    /// <summary>Names the expressions and whatever else of the dataflow its nodes do not show; null: its state is not stored.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Receives the deltas; null for an arrangement or a one-shot result.</summary>
    internal IDeltaConsumer? Consumer { get; }

    internal IReadOnlyList<Node> Nodes { get; }

    /// <summary>The parts that other dataflows may have, too.</summary>
    internal Subplans Subplans => field ??= new Subplans(Output);
}
