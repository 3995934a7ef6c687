namespace StreamDb.State.Log;

/// <summary>Sizes of the write-ahead log. Page and segment size are part of the format of a data directory.</summary>
public sealed record WriteAheadLogOptions
{
    public static WriteAheadLogOptions Default { get; } = new();

    /// <summary>Unit of memory and of flushing; a power of two. No part of a record crosses a page.</summary>
    public int PageBytes { get; init; } = 4 << 20;

    /// <summary>Bytes per file; a power of two, at least a page. Files grow as they are written.</summary>
    public long SegmentBytes { get; init; } = 64L << 20;

    /// <summary>Memory for pages being written; a power of two, at least two pages.</summary>
    public long MemoryBytes { get; init; } = 32L << 20;

    /// <summary>Payload bytes in one part; a longer record is split. Small against a page, whose rest is left empty.</summary>
    public int PartBytesMax { get; init; } = 256 << 10;

    /// <summary>Time between two probe writes of a failed log.</summary>
    public int ProbeIntervalMs { get; init; } = 500;
}
