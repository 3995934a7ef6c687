using System.Runtime.CompilerServices;

namespace StreamDb.Planning.Logical;

/// <summary>A node of a plan, by reference, and how many applies it stands inside of: what its outer columns mean depends on both.</summary>
internal readonly record struct NodeAtDepth(LogicalNode Node, int Depth)
{
    public bool Equals(NodeAtDepth other) => ReferenceEquals(Node, other.Node) && Depth == other.Depth;

    public override int GetHashCode() => HashCode.Combine(RuntimeHelpers.GetHashCode(Node), Depth);
}
