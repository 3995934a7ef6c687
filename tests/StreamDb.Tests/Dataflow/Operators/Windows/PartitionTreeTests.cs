using StreamDb.Core.Rows;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Operators.Windows;
using StreamDb.State.Spaces;
using Xunit;

namespace StreamDb.Tests.Dataflow.Operators.Windows;

/// <summary>Trees with tiny nodes against a sorted list: rows of (key, value) in 16 bytes, of which the first 8 order.</summary>
[Collection("Native memory counters")]
public sealed unsafe class PartitionTreeTests
{
    [Theory]
    [InlineData(1, 4, 4)]
    [InlineData(2, 5, 4)]
    [InlineData(3, 8, 6)]
    [InlineData(4, 64, 32)]
    public void Trees_find_by_row_position_and_group(int seed, int leafMax, int fanout)
    {
        long before = NativeHeap.TotalBytes;
        var random = new Random(seed);
        using (var records = new WindowRecords(StateSpace.Private.CreateArena(), 8, 0, 0, 0, 0, []))
        {
            using var totals = new PartitionTotals(records, [], 0, 0, 0);
            var tree = new PartitionTree(records, totals, leafMax, fanout);
            var model = new List<(byte Key, byte Value)>();
            TreeNode* root = null;
            for (int step = 0; step < 3000; step++)
            {
                bool grows = step < 1200 || (step > 1600 && step < 2000);
                (byte Key, byte Value) row = ((byte)random.Next(40), (byte)random.Next(20));
                if (random.Next(4) != 0 == grows)
                {
                    Insert(records, tree, ref root, model, row);
                }
                else
                {
                    Remove(records, tree, ref root, model, model.Count > 0 && random.Next(8) != 0 ? model[random.Next(model.Count)] : row);
                }

                if (step % 7 == 0)
                {
                    Check(records, tree, root, model);
                }
            }

            while (model.Count > 0)
            {
                Remove(records, tree, ref root, model, model[random.Next(model.Count)]);
            }

            Assert.True(root is null);
        }

        Assert.Equal(before, NativeHeap.TotalBytes);
    }

    private static void Insert(WindowRecords records, PartitionTree tree, ref TreeNode* root, List<(byte Key, byte Value)> model, (byte Key, byte Value) row)
    {
        byte* packed = stackalloc byte[16];
        Pack(row, packed);
        bool isGroup = tree.Insert(ref root, records.Create(packed, 16, 0, 8), out bool isDuplicate);
        Assert.Equal(model.All(r => r.Key != row.Key), isGroup);
        Assert.Equal(model.Contains(row), isDuplicate);
        int index = model.FindIndex(r => r.CompareTo(row) > 0);
        model.Insert(index < 0 ? model.Count : index, row);
    }

    private static void Remove(WindowRecords records, PartitionTree tree, ref TreeNode* root, List<(byte Key, byte Value)> model, (byte Key, byte Value) row)
    {
        byte* packed = stackalloc byte[16];
        Pack(row, packed);
        byte* removed = tree.Remove(ref root, packed, 16, out bool wasDuplicate, out bool wasGroup);
        Assert.Equal(model.Remove(row), removed is not null);
        if (removed is not null)
        {
            Assert.Equal(model.All(r => r.Key != row.Key), wasGroup);
            Assert.Equal(model.Contains(row), wasDuplicate);
            records.Free(removed);
        }
    }

    private static void Check(WindowRecords records, PartitionTree tree, TreeNode* root, List<(byte Key, byte Value)> model)
    {
        tree.Refresh(root);
        if (model.Count == 0)
        {
            Assert.True(root is null);
            return;
        }

        Assert.Equal(model.Count, root->Rows);
        List<int> starts = [.. Enumerable.Range(0, model.Count).Where(i => i == 0 || model[i].Key != model[i - 1].Key)];
        Assert.Equal(starts.Count, root->Groups);
        byte* packed = stackalloc byte[16];
        var reader = new RecordReader(tree);
        for (int i = 0; i < model.Count; i++)
        {
            Pack(model[i], packed);
            TreePlace place = tree.Seek(root, i);
            byte* record = tree.Records(place.Leaf)[place.Index];
            Assert.Equal(0, RowCodec.Compare(records.Row(record), 16, packed, 16));
            Assert.True(record == reader.At(root, i));
            Assert.Equal(starts.Contains(i), WindowRecords.Has(record, WindowRecords.StartsGroup));
            Assert.Equal(starts.Count(s => s < i), tree.GroupsBefore(root, i));
            Assert.Equal(model.FindIndex(r => r.CompareTo(model[i]) >= 0), tree.FirstWhere(root, new NotBeforeRow(records, packed, 16)).Position);
            Assert.Equal(model.FindLastIndex(r => r.CompareTo(model[i]) <= 0) + 1, tree.FirstWhere(root, new AfterRow(records, packed, 16)).Position);
        }

        for (int group = 0; group <= starts.Count; group++)
        {
            Assert.Equal(group < starts.Count ? starts[group] : model.Count, tree.GroupStart(root, group));
        }
    }

    private static void Pack((byte Key, byte Value) row, byte* packed)
    {
        new Span<byte>(packed, 16).Clear();
        packed[0] = row.Key;
        packed[8] = row.Value;
    }
}
