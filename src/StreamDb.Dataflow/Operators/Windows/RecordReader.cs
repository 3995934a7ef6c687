namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>Finds records by position, at once when they are near the last one. Good until the tree changes.</summary>
internal unsafe struct RecordReader(PartitionTree tree)
{
    private TreeNode* _root;
    private TreeNode* _leaf;
    private long _leafStart;

    public byte* At(TreeNode* root, long position)
    {
        if (root == _root && position >= _leafStart)
        {
            if (position < _leafStart + _leaf->Count)
            {
                return tree.Records(_leaf)[position - _leafStart];
            }

            long nextStart = _leafStart + _leaf->Count;
            TreeNode* next = _leaf->Next;
            if (next is not null && position < nextStart + next->Count)
            {
                _leaf = next;
                _leafStart = nextStart;
                return tree.Records(next)[position - nextStart];
            }
        }

        TreePlace place = tree.Seek(root, position);
        _root = root;
        _leaf = place.Leaf;
        _leafStart = position - place.Index;
        return tree.Records(_leaf)[place.Index];
    }
}
