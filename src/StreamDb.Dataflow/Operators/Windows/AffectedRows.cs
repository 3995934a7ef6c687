using System.Runtime.InteropServices;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>Which rows of a partition must be computed again after an epoch's changes, as disjoint stretches in order.</summary>
internal sealed unsafe class AffectedRows(PartitionTree tree, WindowRecords records, Dependency[] dependencies, int[] buckets)
{
    /// <summary>Partitions of no more rows are computed whole: finding out less costs more.</summary>
    private const int SmallRowsMax = 8;

    private readonly int _bucketsMax = buckets.Length == 0 ? 0 : buckets.Max();
    private readonly List<(nint Row, int Length, long Copies, bool IsGroup)> _changes = [];
    private readonly List<(long Position, long Delta)> _shifts = [];
    private readonly List<(long First, long End)> _stretches = [];

    /// <summary>Starts a partition.</summary>
    public void Begin() => _changes.Clear();

    /// <summary>A row of which copies came (&gt; 0) or went; rows in order.</summary>
    /// <param name="isGroup">Whether a peer group did.</param>
    public void Add(byte* row, int length, long copies, bool isGroup)
    {
        if (copies != 0)
        {
            _changes.Add(((nint)row, length, copies, isGroup));
        }
    }

    /// <summary>The stretches, in the refreshed tree. Good until the next call.</summary>
    public List<(long First, long End)> Find(TreeNode* root)
    {
        _stretches.Clear();
        _shifts.Clear();
        long rows = root->Rows;
        if (rows <= SmallRowsMax || _changes.Count >= rows / 4 || _bucketsMax >= rows / 4)
        {
            _stretches.Add((0, rows));
            return _stretches;
        }

        foreach ((nint row, int length, long copies, bool isGroup) in _changes)
        {
            var before = new NotBeforeRow(records, (byte*)row, length);
            long from = tree.FirstWhere(root, in before).Position;
            var after = new AfterRow(records, (byte*)row, length);
            long until = tree.FirstWhere(root, in after).Position;
            Add(from, until);
            _shifts.Add((until - Math.Max(copies, 0), copies));
            foreach (Dependency dependency in dependencies)
            {
                if (isGroup || !dependency.OnlyGroups)
                {
                    (long first, long end) = dependency.Affected(tree, root, from, until);
                    Add(first, end);
                }
            }
        }

        foreach (int count in buckets)
        {
            BucketShifts.Add(count, rows, _shifts, _stretches);
        }

        Merge();
        return _stretches;
    }

    private void Add(long first, long end)
    {
        if (first < end)
        {
            _stretches.Add((first, end));
        }
    }

    private void Merge()
    {
        _stretches.Sort();
        Span<(long First, long End)> stretches = CollectionsMarshal.AsSpan(_stretches);
        int count = 0;
        foreach ((long first, long end) in stretches)
        {
            if (count > 0 && first <= stretches[count - 1].End)
            {
                stretches[count - 1].End = Math.Max(stretches[count - 1].End, end);
            }
            else
            {
                stretches[count++] = (first, end);
            }
        }

        _stretches.RemoveRange(count, _stretches.Count - count);
    }
}
