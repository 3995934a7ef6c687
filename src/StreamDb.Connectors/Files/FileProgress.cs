namespace StreamDb.Connectors.Files;

/// <summary>How far one file has been read.</summary>
/// <remarks>
/// Beside the position goes a hash of the file's first bytes, as far as they were read: a file that was rewritten under
/// the same name is then seen, also after a restart. A longer line than any row may be is passed over piece by piece;
/// only its beginning is kept.
/// </remarks>
internal sealed class FileProgress(string name, long position, long lineCount, ulong headHash)
{
    /// <summary>Bytes at the beginning of a file by which it is known again.</summary>
    public const int HeadBytesMax = 1024;

    /// <summary>Relative to the root.</summary>
    public string Name { get; } = name;

    /// <summary>Bytes of complete lines read.</summary>
    public long Position { get; private set; } = position;

    /// <summary>Complete lines read.</summary>
    public long LineCount { get; private set; } = lineCount;

    /// <summary>Hash of the first <see cref="HeadBytes"/> bytes.</summary>
    public ulong HeadHash { get; set; } = headHash;

    public int HeadBytes => (int)Math.Min(Position, HeadBytesMax);

    /// <summary>What the file's header says about its fields; null before it was read, or when there is none.</summary>
    public int[]? Layout { get; set; }

    /// <summary>Where a line that is too long has been searched for its end; only with <see cref="LongLine"/>.</summary>
    public long ScannedTo { get; set; }

    /// <summary>The beginning of a line that is too long, while its end is searched; else null.</summary>
    public byte[]? LongLine { get; set; }

    /// <summary>Length and time of the last change when the file was last read to its end: unchanged, there is nothing new.</summary>
    public (long Length, DateTime ChangedAt)? Seen { get; set; }

    /// <summary>A line that ends at <paramref name="position"/> is done.</summary>
    public void EndLine(long position)
    {
        Position = position;
        LineCount++;
    }

    /// <summary>FNV-1a.</summary>
    public static ulong Hash(ReadOnlySpan<byte> head)
    {
        ulong hash = 14695981039346656037;
        foreach (byte value in head)
        {
            hash = (hash ^ value) * 1099511628211;
        }

        return hash;
    }
}
