namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>Which rows' results a function may change when rows come or go: those with lower ≤ place of the change ≤ upper.</summary>
/// <param name="Lower">Rows before it do not matter to a row.</param>
/// <param name="Upper">Rows from it on do not matter.</param>
/// <param name="IncludesSelf">Rows between the row and both edges matter too, since edges are counted from it.</param>
/// <param name="Slack">How many rows before <paramref name="Lower"/> still matter.</param>
/// <param name="Reach">How many rows from <paramref name="Lower"/> on matter at most; 0: all.</param>
/// <param name="OnlyGroups">Only peer groups that come or go matter.</param>
/// <remarks>
/// Edges are those of the partition as it is after the changes, while a change of the epoch may have moved a row's frame past
/// the place of another. That is no gap: take the changed row nearest to a row; between them nothing changed, so that it lies
/// within the same distance before and after. Hence IncludesSelf for edges that are counted.
/// </remarks>
internal readonly record struct Dependency(
    FrameSide Lower, FrameSide Upper, bool IncludesSelf = false, long Slack = 0, long Reach = 0, bool OnlyGroups = false)
{
    /// <summary>Every row depends on every other.</summary>
    public static Dependency Partition { get; } = new(FrameSide.PartitionStart, FrameSide.PartitionEnd);

    /// <summary>The affected rows as [First, End), possibly empty; rows within [from, until) changed, or went from before <paramref name="from"/>.</summary>
    public unsafe (long First, long End) Affected(PartitionTree tree, TreeNode* root, long from, long until)
    {
        long first = Upper.FirstReaching(tree, root, from);
        long end = Lower.FirstReaching(tree, root, until + Slack + 1);
        if (Reach > 0)
        {
            first = Math.Max(first, Lower.FirstReaching(tree, root, from - Reach + 1));
        }

        if (IncludesSelf)
        {
            first = Math.Min(first, from);
            end = Math.Max(end, until + 1);
        }

        return (first, Math.Min(end, root->Rows));
    }
}
