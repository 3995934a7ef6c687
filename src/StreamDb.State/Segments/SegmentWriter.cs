using System.Buffers.Binary;
using StreamDb.Core.Diagnostics;
using StreamDb.State.Checkpoints;
using StreamDb.State.Devices;

namespace StreamDb.State.Segments;

/// <summary>Writes one segment file from front to back. It has its name only when it is whole and synced.</summary>
/// <remarks>
/// Use: any number of <see cref="BeginBlock"/> and <see cref="Write"/>, then <see cref="Complete"/>; or <see cref="Dispose"/>
/// alone, which removes what was written. The new name is durable after the directory is synced. One thread.
/// </remarks>
public sealed class SegmentWriter : IDisposable
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Synced in steps, so that the kernel never has much to write at once while a commit waits for its own sync.</summary>
    private const long SyncBytes = 8 << 20;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly string _temporary;
    private readonly IFile _file;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly List<uint> _pages = [];
    private int _buffered;
    private long _written;
    private long _synced;
    private uint _checksum;
    private bool _isComplete;

    /// <param name="directory">The data directory.</param>
    /// <param name="name">Relative to it.</param>
    internal SegmentWriter(IFileSystem files, string directory, string name, Guid instanceId, long number)
    {
        _files = files;
        _directory = directory;
        Name = name;
        _temporary = Path.Combine(directory, name + ".tmp");
        files.Delete(_temporary);
        _file = files.Open(_temporary, create: true);
        Span<byte> header = stackalloc byte[SegmentFormat.HeaderBytes];
        SegmentFormat.WriteHeader(header, instanceId, number);
        Append(header);
    }

    /// <summary>Relative to the data directory.</summary>
    public string Name { get; }

    /// <summary>Bytes so far.</summary>
    public long Length => _written + _buffered;

    /// <summary>Fills up to the alignment of a block.</summary>
    /// <returns>The offset in the file at which the block will stand.</returns>
    public long BeginBlock()
    {
        Align(SegmentFormat.BlockAlignment);
        return Length;
    }

    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Invariant.Check(!_isComplete, "a segment file does not change once it is complete");
        Append(bytes);
    }

    /// <summary>Finishes the file, makes its bytes durable and gives it its name.</summary>
    public ImmutableFile Complete()
    {
        Align(sizeof(ulong));
        long contentEnd = Length;
        FlushBuffer();
        uint[] pages = [.. _pages, .. contentEnd % SegmentFormat.PageBytes == 0 ? (ReadOnlySpan<uint>)[] : [_checksum]];
        byte[] end = new byte[(pages.Length * sizeof(uint)) + SegmentFormat.TrailerBytes];
        for (int page = 0; page < pages.Length; page++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(end.AsSpan(page * sizeof(uint)), pages[page]);
        }

        Span<byte> trailer = end.AsSpan(pages.Length * sizeof(uint));
        BinaryPrimitives.WriteInt64LittleEndian(trailer, contentEnd);
        BinaryPrimitives.WriteInt32LittleEndian(trailer[8..], pages.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[12..], Crc32C.Compute(end.AsSpan(0, end.Length - 12)));
        SegmentFormat.TrailerMagic.CopyTo(trailer[16..]);
        Append(end);
        FlushBuffer();
        _file.Sync();
        _isComplete = true;
        _file.Dispose();
        _files.Rename(_temporary, Path.Combine(_directory, Name));
        return new ImmutableFile(Name, _written, _checksum);
    }

    public void Dispose()
    {
        if (_isComplete)
        {
            return;
        }

        _isComplete = true;
        _file.Dispose();
        try
        {
            _files.Delete(_temporary);
        }
        catch (IOException)
        {
            // A leftover that no manifest names; the next checkpoint removes it.
        }
    }

    private void Align(int alignment)
    {
        Span<byte> zeros = stackalloc byte[SegmentFormat.BlockAlignment];
        zeros.Clear();
        Append(zeros[..(int)(-Length & (alignment - 1))]);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int taken = Math.Min(bytes.Length, _buffer.Length - _buffered);
            bytes[..taken].CopyTo(_buffer.AsSpan(_buffered));
            _buffered += taken;
            bytes = bytes[taken..];
            if (_buffered == _buffer.Length)
            {
                FlushBuffer();
            }
        }
    }

    private void FlushBuffer()
    {
        Span<byte> bytes = _buffer.AsSpan(0, _buffered);
        _file.Write(_written, bytes);
        while (!bytes.IsEmpty)
        {
            int taken = (int)Math.Min(bytes.Length, SegmentFormat.PageBytes - (_written % SegmentFormat.PageBytes));
            _checksum = Crc32C.Continue(_checksum, bytes[..taken]);
            _written += taken;
            bytes = bytes[taken..];
            if (_written % SegmentFormat.PageBytes == 0)
            {
                _pages.Add(_checksum);
            }
        }

        _buffered = 0;
        if (_written - _synced >= SyncBytes)
        {
            _file.Sync();
            _synced = _written;
        }
    }
}
