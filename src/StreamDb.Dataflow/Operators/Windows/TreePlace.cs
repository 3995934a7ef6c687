namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>A place between records: before record <paramref name="index"/> of a leaf, or behind its last.</summary>
internal readonly unsafe struct TreePlace(TreeNode* leaf, int index, long position)
{
    public readonly TreeNode* Leaf = leaf;
    public readonly int Index = index;

    /// <summary>Records before it.</summary>
    public readonly long Position = position;
}
