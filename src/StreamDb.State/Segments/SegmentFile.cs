using System.Buffers.Binary;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.State.Checkpoints;
using StreamDb.State.Devices;

namespace StreamDb.State.Segments;

/// <summary>A segment file in memory: mapped, and every byte of it verified when it was opened.</summary>
/// <remarks>
/// Shared by reference count: the blocks that were taken from it stay where they are until the last reference is
/// released. Any thread.
/// </remarks>
public sealed unsafe class SegmentFile
{
    private readonly IMappedFile _mapping;
    private readonly long _contentEnd;
    private int _references = 1;

    private SegmentFile(string name, IMappedFile mapping, long contentEnd)
    {
        Name = name;
        _mapping = mapping;
        _contentEnd = contentEnd;
    }

    /// <summary>Relative to the data directory.</summary>
    public string Name { get; }

    /// <summary>Maps and verifies a file.</summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="file">What the manifest says of it.</param>
    /// <exception cref="SqlException">XX001: missing or damaged, naming file and offset. 0A000: a newer format.</exception>
    public static SegmentFile Open(IFileSystem files, string directory, ImmutableFile file, Guid instanceId)
    {
        string path = Path.Combine(directory, file.Name);
        IMappedFile? mapping = null;
        try
        {
            mapping = files.FileExists(path) ? files.Map(path) : throw IoFailure.Damage(path, 0, "the file is missing");
            long contentEnd = Verify(path, file, instanceId, mapping);

            // A start would otherwise hold everything twice for a while: what is mapped, and what is made of it.
            mapping.Evict();
            return new SegmentFile(file.Name, mapping, contentEnd);
        }
        catch
        {
            mapping?.Dispose();
            throw;
        }
    }

    /// <summary>The address of a block, good as long as a reference is held.</summary>
    /// <exception cref="SqlException">XX001: there is no such block.</exception>
    public byte* Block(long offset, long bytes) =>
        offset >= SegmentFormat.HeaderBytes && bytes >= 0 && bytes <= _contentEnd - offset && offset % SegmentFormat.BlockAlignment == 0
            ? (byte*)_mapping.Address + offset
            : throw new SqlException(SqlState.DataCorrupted, $"segment file \"{Name}\" has no block of {bytes} bytes at offset {offset}");

    /// <summary>Lets go of the memory that reading blocks has filled; they stay readable.</summary>
    public void Evict() => _mapping.Evict();

    public SegmentFile Acquire()
    {
        Interlocked.Increment(ref _references);
        return this;
    }

    public void Release()
    {
        int left = Interlocked.Decrement(ref _references);
        Invariant.Check(left >= 0, "segment file released more often than acquired");
        if (left == 0)
        {
            _mapping.Dispose();
        }
    }

    private static long Verify(string path, ImmutableFile file, Guid instanceId, IMappedFile mapping)
    {
        if (mapping.Length != file.Bytes)
        {
            throw IoFailure.Damage(path, Math.Min(mapping.Length, file.Bytes), $"the file has {mapping.Length} bytes, expected {file.Bytes}");
        }

        byte* start = (byte*)mapping.Address;
        if (file.Bytes < SegmentFormat.HeaderBytes + SegmentFormat.TrailerBytes)
        {
            throw IoFailure.Damage(path, 0, "the file is too short");
        }

        var header = new ReadOnlySpan<byte>(start, SegmentFormat.HeaderBytes);
        int tail = (int)Math.Min(file.Bytes, int.MaxValue);
        ReadOnlySpan<byte> pages = ReadEnd(path, new ReadOnlySpan<byte>(start + file.Bytes - tail, tail), file.Bytes, out long contentEnd);
        uint checksum = 0;
        for (int page = 0; page * (long)SegmentFormat.PageBytes < contentEnd; page++)
        {
            long offset = page * (long)SegmentFormat.PageBytes;
            checksum = Crc32C.Continue(checksum, new ReadOnlySpan<byte>(start + offset, (int)Math.Min(SegmentFormat.PageBytes, contentEnd - offset)));
            uint expected = BinaryPrimitives.ReadUInt32LittleEndian(pages[(page * sizeof(uint))..]);
            if (checksum != expected)
            {
                throw IoFailure.Damage(path, offset, $"checksum of a page is {checksum:x8}, expected {expected:x8}");
            }
        }

        checksum = Crc32C.Continue(checksum, new ReadOnlySpan<byte>(start + contentEnd, (int)(file.Bytes - contentEnd)));
        if (checksum != file.Crc)
        {
            throw IoFailure.Damage(path, 0, $"this is another file than the manifest names: checksum {checksum:x8}, expected {file.Crc:x8}");
        }

        CheckHeader(path, header, instanceId);
        return contentEnd;
    }

    // Only after the checksums: what is wrong here was written so.
    private static void CheckHeader(string path, ReadOnlySpan<byte> header, Guid instanceId)
    {
        int version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (!header[..8].SequenceEqual(SegmentFormat.HeaderMagic) || new Guid(header.Slice(16, 16)) != instanceId)
        {
            throw IoFailure.Damage(path, 0, "this is no segment file of this database");
        }

        if (version != SegmentFormat.Version)
        {
            throw new SqlException(
                SqlState.FeatureNotSupported, $"segment file \"{path}\" has format {version}, this program reads format {SegmentFormat.Version}");
        }
    }

    /// <summary>The table of page checksums.</summary>
    /// <param name="bytes">The last bytes of the file, at least table and trailer.</param>
    private static ReadOnlySpan<byte> ReadEnd(string path, ReadOnlySpan<byte> bytes, long fileBytes, out long contentEnd)
    {
        ReadOnlySpan<byte> trailer = bytes[^SegmentFormat.TrailerBytes..];
        contentEnd = BinaryPrimitives.ReadInt64LittleEndian(trailer);
        int count = BinaryPrimitives.ReadInt32LittleEndian(trailer[8..]);
        long endBytes = (count * (long)sizeof(uint)) + SegmentFormat.TrailerBytes;
        if (!trailer[16..].SequenceEqual(SegmentFormat.TrailerMagic)
            || count < 0
            || endBytes > bytes.Length
            || contentEnd != fileBytes - endBytes
            || count != (contentEnd + SegmentFormat.PageBytes - 1) / SegmentFormat.PageBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(trailer[12..]) != Crc32C.Compute(bytes[^(int)endBytes..^12]))
        {
            throw IoFailure.Damage(path, fileBytes - SegmentFormat.TrailerBytes, "the table of page checksums is damaged");
        }

        return bytes.Slice(bytes.Length - (int)endBytes, count * sizeof(uint));
    }
}
