namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>The start of a node of a <see cref="PartitionTree"/>; its totals and then its records or children follow.</summary>
internal unsafe struct TreeNode
{
    /// <summary>Bytes before the totals.</summary>
    public const int Bytes = 64;

    public TreeNode* Parent;

    /// <summary>Only of leaves: the neighbours in order.</summary>
    public TreeNode* Next;

    public TreeNode* Previous;

    /// <summary>The first record below.</summary>
    public byte* First;

    /// <summary>Records below; good after <see cref="PartitionTree.Refresh"/>.</summary>
    public long Rows;

    /// <summary>Of these, those that start a peer group; good after <see cref="PartitionTree.Refresh"/>.</summary>
    public long Groups;

    /// <summary>Records of a leaf, children of another node.</summary>
    public int Count;

    public bool IsLeaf;

    /// <summary>Something below changed since the last <see cref="PartitionTree.Refresh"/>; then so it is for all nodes above.</summary>
    public bool IsDirty;
}
