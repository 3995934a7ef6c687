using StreamDb.Core.Diagnostics;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>The records of one partition in order, as a tree that knows counts and totals of every stretch of rows.</summary>
/// <remarks>
/// A B+ tree in native memory, named by its root (null: no rows). Invariants:
/// 1. leaves hold addresses of records in ascending byte order of their rows, equal rows side by side; no node is empty;
/// 2. a record has <see cref="WindowRecords.StartsGroup"/> exactly when the one before is not its peer;
/// 3. a node that is not dirty has right counts and totals, and so have all nodes below.
/// 4. a node that is dirty is touched.
/// Changing costs O(log n) plus moving within one leaf; dirty nodes are counted anew in <see cref="Refresh"/>, once per epoch.
/// Finding by row, by position, or by number of the peer group is O(log n). Shared by all partitions of an operator; one thread.
/// </remarks>
internal sealed unsafe class PartitionTree
{
    private readonly WindowRecords _records;
    private readonly PartitionTotals _totals;
    private readonly int _leafMax;
    private readonly int _fanout;
    private readonly int _itemsOffset;

    /// <param name="leafMax">Most records of a leaf, at least 4.</param>
    /// <param name="fanout">Most children of another node, at least 4.</param>
    public PartitionTree(WindowRecords records, PartitionTotals totals, int leafMax = 64, int fanout = 32)
    {
        _records = records;
        _totals = totals;
        _leafMax = leafMax;
        _fanout = fanout;
        _itemsOffset = TreeNode.Bytes + totals.Bytes;
    }

    public PartitionTotals Totals => _totals;

    /// <summary>The records of a leaf.</summary>
    public byte** Records(TreeNode* leaf) => (byte**)((byte*)leaf + _itemsOffset);

    public TreeNode** Children(TreeNode* node) => (TreeNode**)((byte*)node + _itemsOffset);

    /// <summary>Adds a record behind those with an equal row.</summary>
    /// <param name="isDuplicate">Whether there are such.</param>
    /// <returns>Whether it is a peer group of its own.</returns>
    public bool Insert(ref TreeNode* root, byte* record, out bool isDuplicate)
    {
        isDuplicate = false;
        if (root is null)
        {
            root = Allocate(isLeaf: true);
            root->First = record;
            root->Count = 1;
            Records(root)[0] = record;
            _records.Set(record, WindowRecords.StartsGroup, true);
            return true;
        }

        var test = new AfterRow(_records, _records.Row(record), WindowRecords.Length(record));
        TreePlace place = FirstWhere(root, in test);
        TreeNode* leaf = place.Leaf;
        int index = place.Index;
        if (leaf->Count == _leafMax)
        {
            int keep = leaf->Next is null && index == _leafMax ? _leafMax * 7 / 8 : _leafMax / 2;
            TreeNode* right = SplitLeaf(ref root, leaf, keep);
            if (index > keep)
            {
                leaf = right;
                index -= keep;
            }
        }

        MarkDirty(leaf);
        byte** items = Records(leaf);
        Buffer.MemoryCopy(items + index, items + index + 1, (leaf->Count - index) * 8L, (leaf->Count - index) * 8L);
        items[index] = record;
        leaf->Count++;
        if (index == 0)
        {
            SetFirst(leaf);
        }

        byte* before = Before(leaf, index);
        byte* after = After(leaf, index, out TreeNode* afterLeaf);
        bool starts = before is null || !_records.ArePeers(before, record);
        bool endsAlone = after is null || !_records.ArePeers(after, record);
        _records.Set(record, WindowRecords.StartsGroup, starts);
        if (!endsAlone && WindowRecords.Has(after, WindowRecords.StartsGroup))
        {
            _records.Set(after, WindowRecords.StartsGroup, false);
            MarkDirty(afterLeaf);
        }

        isDuplicate = before is not null && _records.AreEqual(before, record);
        return starts && endsAlone;
    }

    /// <summary>Takes out the last record with this row.</summary>
    /// <param name="wasDuplicate">Whether others remain.</param>
    /// <param name="wasGroup">Whether it was a peer group of its own.</param>
    /// <returns>The record, now the caller's; null when there is none.</returns>
    public byte* Remove(ref TreeNode* root, byte* row, int length, out bool wasDuplicate, out bool wasGroup)
    {
        wasDuplicate = false;
        wasGroup = false;
        if (root is null)
        {
            return null;
        }

        var test = new AfterRow(_records, row, length);
        TreePlace place = FirstWhere(root, in test);
        TreeNode* leaf = place.Leaf;
        int index = place.Index - 1;
        if (index < 0)
        {
            leaf = leaf->Previous;
            if (leaf is null)
            {
                return null;
            }

            index = leaf->Count - 1;
        }

        byte* record = Records(leaf)[index];
        if (Core.Rows.RowCodec.Compare(_records.Row(record), WindowRecords.Length(record), row, length) != 0)
        {
            return null;
        }

        byte* before = Before(leaf, index);
        byte* after = After(leaf, index, out TreeNode* afterLeaf);
        wasDuplicate = before is not null && _records.AreEqual(before, record);
        bool starts = WindowRecords.Has(record, WindowRecords.StartsGroup);
        bool endsAlone = after is null || WindowRecords.Has(after, WindowRecords.StartsGroup);
        wasGroup = starts && endsAlone;
        if (starts && !endsAlone)
        {
            _records.Set(after, WindowRecords.StartsGroup, true);
            MarkDirty(afterLeaf);
        }

        RemoveAt(ref root, leaf, index);
        return record;
    }

    /// <summary>Counts and adds up what changed.</summary>
    public void Refresh(TreeNode* node)
    {
        if (node is null || !node->IsDirty)
        {
            return;
        }

        node->IsDirty = false;
        long rows = 0;
        long groups = 0;
        if (node->IsLeaf)
        {
            byte** items = Records(node);
            for (int i = 0; i < node->Count; i++)
            {
                groups += WindowRecords.Has(items[i], WindowRecords.StartsGroup) ? 1 : 0;
            }

            rows = node->Count;
            _totals.OfLeaf(node, items);
        }
        else
        {
            TreeNode** children = Children(node);
            for (int i = 0; i < node->Count; i++)
            {
                Refresh(children[i]);
                rows += RowsOf(node)[i] = children[i]->Rows;
                groups += GroupsOf(node)[i] = children[i]->Groups;
            }

            _totals.OfInner(node, children);
        }

        node->Rows = rows;
        node->Groups = groups;
    }

    /// <summary>The place before the first record for which the test holds. Its position is good in a refreshed tree.</summary>
    public TreePlace FirstWhere<TTest>(TreeNode* root, in TTest test)
        where TTest : struct, IRecordTest
    {
        long position = 0;
        TreeNode* node = root;
        int low;
        int high;
        while (!node->IsLeaf)
        {
            // The last child that starts before the place.
            TreeNode** children = Children(node);
            low = 1;
            high = node->Count;
            while (low < high)
            {
                int middle = (low + high) >> 1;
                if (test.Holds(children[middle]->First))
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }

            for (int i = 0; i < low - 1; i++)
            {
                position += RowsOf(node)[i];
            }

            node = children[low - 1];
        }

        byte** items = Records(node);
        low = 0;
        high = node->Count;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (test.Holds(items[middle]))
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return new TreePlace(node, low, position + low);
    }

    /// <summary>The place before the record at a position, which exists. In a refreshed tree.</summary>
    public TreePlace Seek(TreeNode* root, long position)
    {
        long left = position;
        TreeNode* node = Descend(root, ref left, byGroups: false, out _);
        return new TreePlace(node, (int)left, position);
    }

    /// <summary>The position of the first row of a peer group; of the end when there are not so many groups. In a refreshed tree.</summary>
    public long GroupStart(TreeNode* root, long group)
    {
        if (group <= 0)
        {
            return 0;
        }

        if (group >= root->Groups)
        {
            return root->Rows;
        }

        long left = group;
        TreeNode* node = Descend(root, ref left, byGroups: true, out long position);
        byte** items = Records(node);
        for (int i = 0; ; i++)
        {
            if (WindowRecords.Has(items[i], WindowRecords.StartsGroup) && left-- == 0)
            {
                return position + i;
            }
        }
    }

    /// <summary>How many peer groups start before a position. In a refreshed tree.</summary>
    public long GroupsBefore(TreeNode* root, long position)
    {
        if (position >= root->Rows)
        {
            return root->Groups;
        }

        long left = position;
        TreeNode* node = Descend(root, ref left, byGroups: false, out long groups);
        byte** items = Records(node);
        for (int i = 0; i < left; i++)
        {
            groups += WindowRecords.Has(items[i], WindowRecords.StartsGroup) ? 1 : 0;
        }

        return groups;
    }

    /// <summary>The leaf that has the row (or the start of the group) with a number.</summary>
    /// <param name="left">The number; then, within the leaf.</param>
    /// <param name="passed">What lies before the leaf: groups when rows are counted, rows when groups are.</param>
    private TreeNode* Descend(TreeNode* root, ref long left, bool byGroups, out long passed)
    {
        TreeNode* node = root;
        passed = 0;
        while (!node->IsLeaf)
        {
            long* counted = byGroups ? GroupsOf(node) : RowsOf(node);
            long* others = byGroups ? RowsOf(node) : GroupsOf(node);
            int child = 0;
            while (left >= counted[child])
            {
                left -= counted[child];
                passed += others[child++];
            }

            node = Children(node)[child];
        }

        return node;
    }

    /// <summary>The position of a record's RANGE edge: of the first row of its frame, or behind the last. In a refreshed tree.</summary>
    public long EdgePosition(TreeNode* root, byte* record, int edge, bool isEnd)
    {
        int length = WindowRecords.OrderEnd(record) - WindowRecords.OrderStart(record);
        var test = new BeyondEdge(_records, _records.Edge(record, edge), length, isEnd);
        return FirstWhere(root, in test).Position;
    }

    /// <summary>Frees a tree with its records.</summary>
    public void Free(ref TreeNode* root)
    {
        if (root is not null)
        {
            FreeBelow(root);
            root = null;
        }
    }

    private void FreeBelow(TreeNode* node)
    {
        for (int i = 0; i < node->Count; i++)
        {
            if (node->IsLeaf)
            {
                _records.Free(Records(node)[i]);
            }
            else
            {
                FreeBelow(Children(node)[i]);
            }
        }

        FreeNode(node);
    }

    private long* RowsOf(TreeNode* node) => (long*)(Children(node) + _fanout);

    private long* GroupsOf(TreeNode* node) => RowsOf(node) + _fanout;

    private byte* Before(TreeNode* leaf, int index) =>
        index > 0 ? Records(leaf)[index - 1] : leaf->Previous is null ? null : Records(leaf->Previous)[leaf->Previous->Count - 1];

    private byte* After(TreeNode* leaf, int index, out TreeNode* afterLeaf)
    {
        afterLeaf = index + 1 < leaf->Count ? leaf : leaf->Next;
        return afterLeaf is null ? null : Records(afterLeaf)[afterLeaf == leaf ? index + 1 : 0];
    }

    private void MarkDirty(TreeNode* node)
    {
        for (; node is not null && !node->IsDirty; node = node->Parent)
        {
            Touch(node);
            node->IsDirty = true;
        }
    }

    private void Touch(TreeNode* node) => _records.Heap.Touch(node, NodeBytes(node->IsLeaf));

    /// <summary>Tells the nodes above that another record comes first.</summary>
    private void SetFirst(TreeNode* leaf)
    {
        byte* first = Records(leaf)[0];
        Touch(leaf);
        leaf->First = first;
        for (TreeNode* node = leaf; node->Parent is not null && Children(node->Parent)[0] == node; node = node->Parent)
        {
            Touch(node->Parent);
            node->Parent->First = first;
        }
    }

    private TreeNode* Allocate(bool isLeaf)
    {
        TreeNode* node = (TreeNode*)_records.Heap.Allocate(NodeBytes(isLeaf));
        *node = default;
        node->IsLeaf = isLeaf;
        node->IsDirty = true;
        return node;
    }

    private int NodeBytes(bool isLeaf) => _itemsOffset + (isLeaf ? _leafMax * 8 : _fanout * 24);

    private void FreeNode(TreeNode* node) => _records.Heap.Free((byte*)node, NodeBytes(node->IsLeaf));

    private TreeNode* SplitLeaf(ref TreeNode* root, TreeNode* leaf, int keep)
    {
        MarkDirty(leaf);
        TreeNode* right = Allocate(isLeaf: true);
        right->Count = leaf->Count - keep;
        leaf->Count = keep;
        Buffer.MemoryCopy(Records(leaf) + keep, Records(right), right->Count * 8L, right->Count * 8L);
        right->First = Records(right)[0];
        right->Previous = leaf;
        right->Next = leaf->Next;
        leaf->Next = right;
        if (right->Next is not null)
        {
            Touch(right->Next);
            right->Next->Previous = right;
        }

        InsertAfter(ref root, leaf, right);
        return right;
    }

    /// <summary>Hangs a new (dirty) node behind its left neighbour of the same height, which is dirty.</summary>
    private void InsertAfter(ref TreeNode* root, TreeNode* left, TreeNode* added)
    {
        TreeNode* parent = left->Parent;
        if (parent is null)
        {
            parent = Allocate(isLeaf: false);
            parent->Count = 1;
            parent->First = left->First;
            Children(parent)[0] = left;
            left->Parent = parent;
            root = parent;
        }
        else if (parent->Count == _fanout)
        {
            TreeNode* right = Allocate(isLeaf: false);
            int keep = _fanout / 2;
            right->Count = parent->Count - keep;
            parent->Count = keep;
            Buffer.MemoryCopy(Children(parent) + keep, Children(right), right->Count * 8L, right->Count * 8L);
            for (int i = 0; i < right->Count; i++)
            {
                Touch(Children(right)[i]);
                Children(right)[i]->Parent = right;
            }

            right->First = Children(right)[0]->First;
            InsertAfter(ref root, parent, right);
            parent = left->Parent;
        }

        MarkDirty(parent);
        int index = IndexOf(parent, left) + 1;
        TreeNode** children = Children(parent);
        Buffer.MemoryCopy(children + index, children + index + 1, (parent->Count - index) * 8L, (parent->Count - index) * 8L);
        children[index] = added;
        parent->Count++;
        added->Parent = parent;
    }

    private int IndexOf(TreeNode* parent, TreeNode* child)
    {
        TreeNode** children = Children(parent);
        for (int i = 0; i < parent->Count; i++)
        {
            if (children[i] == child)
            {
                return i;
            }
        }

        throw new InvariantException("a node is among its parent's children");
    }

    private void RemoveAt(ref TreeNode* root, TreeNode* leaf, int index)
    {
        MarkDirty(leaf);
        byte** items = Records(leaf);
        leaf->Count--;
        Buffer.MemoryCopy(items + index + 1, items + index, (leaf->Count - index) * 8L, (leaf->Count - index) * 8L);
        if (leaf->Count == 0)
        {
            RemoveLeaf(ref root, leaf);
            return;
        }

        if (index == 0)
        {
            SetFirst(leaf);
        }

        TreeNode* next = leaf->Next;
        if (leaf->Count < _leafMax / 4 && next is not null && next->Parent == leaf->Parent && leaf->Count + next->Count <= _leafMax * 3 / 4)
        {
            Buffer.MemoryCopy(Records(next), items + leaf->Count, next->Count * 8L, next->Count * 8L);
            leaf->Count += next->Count;
            RemoveLeaf(ref root, next);
        }
    }

    private void RemoveLeaf(ref TreeNode* root, TreeNode* leaf)
    {
        if (leaf->Previous is not null)
        {
            Touch(leaf->Previous);
            leaf->Previous->Next = leaf->Next;
        }

        if (leaf->Next is not null)
        {
            Touch(leaf->Next);
            leaf->Next->Previous = leaf->Previous;
        }

        RemoveNode(ref root, leaf);
    }

    private void RemoveNode(ref TreeNode* root, TreeNode* node)
    {
        TreeNode* parent = node->Parent;
        if (parent is null)
        {
            FreeNode(node);
            root = null;
            return;
        }

        int index = IndexOf(parent, node);
        TreeNode** children = Children(parent);
        MarkDirty(parent);
        parent->Count--;
        Buffer.MemoryCopy(children + index + 1, children + index, (parent->Count - index) * 8L, (parent->Count - index) * 8L);
        FreeNode(node);
        if (parent->Count == 0)
        {
            RemoveNode(ref root, parent);
            return;
        }

        if (index == 0)
        {
            TreeNode* leaf = children[0];
            while (!leaf->IsLeaf)
            {
                leaf = Children(leaf)[0];
            }

            SetFirst(leaf);
        }

        while (!root->IsLeaf && root->Count == 1)
        {
            TreeNode* only = Children(root)[0];
            Touch(only);
            only->Parent = null;
            FreeNode(root);
            root = only;
        }
    }
}
