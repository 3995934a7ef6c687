using System.Globalization;

namespace StreamDb.State.Devices;

/// <summary>How a log's addresses map to files: address a lies in segment a / SegmentBytes at the remainder.</summary>
/// <param name="Directory">The directory that holds the segments and nothing else but the durable mark.</param>
/// <param name="SegmentBytes">A power of two, a multiple of <paramref name="PageBytes"/>.</param>
/// <param name="PageBytes">A power of two; no log entry crosses a page.</param>
internal sealed record LogFiles(string Directory, long SegmentBytes, int PageBytes)
{
    private const string Extension = ".wal";

    public string PathOf(int segment) =>
        Path.Combine(Directory, segment.ToString("D8", CultureInfo.InvariantCulture) + Extension);

    public int SegmentOf(long address) => (int)(address / SegmentBytes);

    public long OffsetOf(long address) => address % SegmentBytes;

    /// <summary>The segments present, ascending.</summary>
    public List<int> List(IFileSystem files)
    {
        List<int> segments = [];
        foreach (string name in files.ListFiles(Directory))
        {
            if (name.EndsWith(Extension, StringComparison.Ordinal)
                && int.TryParse(name.AsSpan(0, name.Length - Extension.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int segment))
            {
                segments.Add(segment);
            }
        }

        segments.Sort();
        return segments;
    }
}
