using System.Collections.Immutable;
using StreamDb.Core.Rows;

namespace StreamDb.Planning.Physical;

/// <summary>A node of a physical plan: one dataflow operator with its choices made. A plan is a graph; a node with several readers is computed once.</summary>
public abstract record PhysicalNode(ImmutableArray<Field> Columns)
{
    public abstract IReadOnlyList<PhysicalNode> Inputs { get; }

    public IReadOnlyList<ColumnShape> Shape => [.. Columns.Select(f => f.Shape)];

    /// <summary>By reference: plans share nodes, and a shared node must stay one operator.</summary>
    public virtual bool Equals(PhysicalNode? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(this);
}
