using StreamDb.Core.Rows;

namespace StreamDb.Dataflow;

/// <summary>A collection inside a dataflow description: one vertex of its graph. Made by <see cref="DataflowBuilder"/>; immutable.</summary>
/// <remarks>A node may feed several others: it is computed once.</remarks>
public abstract class Node
{
    private protected Node(int index, IReadOnlyList<ColumnShape> shape, params Node[] inputs)
    {
        Index = index;
        Shape = shape;
        Inputs = inputs;
    }

    /// <summary>Columns of this collection.</summary>
    public IReadOnlyList<ColumnShape> Shape { get; }

    /// <summary>Position in the builder's list of nodes; inputs always come before.</summary>
    internal int Index { get; }

    internal IReadOnlyList<Node> Inputs { get; }
}
