namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>Which rows change their bucket of ntile when rows come and go: those between a bucket's start now and where it was.</summary>
/// <remarks>
/// A row's bucket follows from its position and the number of rows. Each change moves the rows behind it; the row that started a
/// bucket is found again by adding up the changes before it. One change so costs O(buckets), and one row per bucket changes.
/// </remarks>
internal static class BucketShifts
{
    /// <summary>Position of the first row of a bucket, counted from 0; the first buckets take the rows that are left over.</summary>
    public static long Start(long bucket, long rows, long buckets) => (bucket * (rows / buckets)) + Math.Min(bucket, rows % buckets);

    /// <summary>Adds the stretches of rows in other buckets than before.</summary>
    /// <param name="changes">In order: where in the partition as it is now rows came (&gt; 0) or went.</param>
    public static void Add(
        long buckets, long rows, IReadOnlyList<(long Position, long Delta)> changes, List<(long First, long End)> stretches)
    {
        long oldRows = rows;
        foreach ((_, long delta) in changes)
        {
            oldRows -= delta;
        }

        int next = 0;
        long shift = 0;
        for (long bucket = 1; bucket < buckets; bucket++)
        {
            long oldStart = Start(bucket, oldRows, buckets);
            while (next < changes.Count && changes[next].Position - shift + Math.Max(-changes[next].Delta, 0) <= oldStart)
            {
                shift += changes[next++].Delta;
            }

            // Where the row that started the bucket is now; if it went, the place where it was.
            long moved = oldStart + shift;
            if (next < changes.Count && changes[next].Delta < 0)
            {
                moved = Math.Min(moved, changes[next].Position);
            }

            long start = Start(bucket, rows, buckets);
            if (start != moved)
            {
                stretches.Add((Math.Min(start, moved), Math.Min(Math.Max(start, moved), rows)));
            }
        }
    }
}
