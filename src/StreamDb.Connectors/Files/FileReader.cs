using Microsoft.Win32.SafeHandles;
using StreamDb.Connectors.Formats;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;

namespace StreamDb.Connectors.Files;

/// <summary>Reads the lines of files from where they were left, into batches. One file at a time; its memory is reused.</summary>
/// <remarks>
/// Only complete lines are taken: one without its end waits, unless the file is not going to grow. No file stays open,
/// so one that is replaced is noticed at the next reading.
/// </remarks>
internal sealed class FileReader(ILineDecoder decoder, bool isFollowing)
{
    /// <summary>Bytes that a line may have.</summary>
    public const int LineBytesMax = 1 << 20;
    private const int ReadBytes = 256 << 10;
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    // The bytes from _start to _end are read and not yet taken; _end is the file's byte _readTo.
    private byte[] _buffer = new byte[ReadBytes];
    private int _start;
    private int _end;
    private long _readTo;

    /// <summary>Adds lines to the batch until it is full or there are no more.</summary>
    /// <param name="file">How far the file has been read; moved on.</param>
    /// <param name="path">The file.</param>
    /// <param name="batch">Gets the lines.</param>
    /// <param name="cancellation">Looked at between reads.</param>
    /// <exception cref="IOException">The file cannot be read, or is not the one it was.</exception>
    public void Read(FileProgress file, string path, LineBatch batch, CancellationToken cancellation)
    {
        var info = new FileInfo(path);
        (long Length, DateTime ChangedAt) seen = (info.Length, info.LastWriteTimeUtc);
        if (file.Seen == seen)
        {
            return;
        }

        using SafeFileHandle handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        Recognize(file, handle);
        try
        {
            if (ReadLines(file, handle, batch, cancellation))
            {
                file.Seen = seen;
            }
        }
        finally
        {
            // Lines that were taken stay in the batch, whatever happened after them.
            file.HeadHash = FileProgress.Hash(Head(handle, file.HeadBytes));
        }
    }

    /// <summary>Takes lines until the batch is full; true at the end of the file.</summary>
    private bool ReadLines(FileProgress file, SafeFileHandle handle, LineBatch batch, CancellationToken cancellation)
    {
        _start = 0;
        _end = 0;
        _readTo = file.LongLine is null ? file.Position : file.ScannedTo;
        while (!batch.IsFull)
        {
            if (TakeLine(file, batch))
            {
                continue;
            }

            cancellation.ThrowIfCancellationRequested();
            if (!Fill(file, handle))
            {
                if (!isFollowing && (_start < _end || file.LongLine is not null))
                {
                    TakeLast(file, batch);
                }

                return true;
            }
        }

        return false;
    }

    /// <summary>Checks that what was read before is still there.</summary>
    private void Recognize(FileProgress file, SafeFileHandle handle)
    {
        if (RandomAccess.GetLength(handle) < file.Position)
        {
            throw new IOException(
                $"file \"{file.Name}\" is shorter than what was read of it: {RandomAccess.GetLength(handle)} of {file.Position} bytes");
        }

        if (file.HeadBytes > 0 && FileProgress.Hash(Head(handle, file.HeadBytes)) != file.HeadHash)
        {
            throw new IOException($"file \"{file.Name}\" was replaced: it no longer begins as it did when it was read");
        }

        if (decoder.HasHeader && file.Layout is null && file.Position > 0)
        {
            byte[] head = Head(handle, (int)Math.Min(file.Position, LineBytesMax + 1));
            int end = head.AsSpan().IndexOf((byte)'\n');
            Invariant.Check(end >= 0 || !isFollowing, "a header that was read is a line");
            file.Layout = decoder.ReadHeader(Trim(head.AsSpan(0, end < 0 ? head.Length : end), isFirst: true));
        }
    }

    private static byte[] Head(SafeFileHandle handle, int length)
    {
        byte[] head = new byte[length];
        int read = 0;
        while (read < length && RandomAccess.Read(handle, head.AsSpan(read), read) is int count and > 0)
        {
            read += count;
        }

        return head[..read];
    }

    /// <summary>Reads on; false at the end of the file.</summary>
    private bool Fill(FileProgress file, SafeFileHandle handle)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end > LineBytesMax)
        {
            // Too long for a row. Its beginning is kept for the error; from here on only its end is searched.
            file.LongLine ??= _buffer.AsSpan(0, LineBatch.RawBytesMax).ToArray();
            _end = 0;
        }

        if (_end == _buffer.Length)
        {
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        int count = RandomAccess.Read(handle, _buffer.AsSpan(_end), _readTo);
        _readTo += count;
        _end += count;
        if (file.LongLine is not null)
        {
            file.ScannedTo = _readTo;
        }

        return count > 0;
    }

    /// <summary>Takes the next complete line; false when there is none in memory.</summary>
    // Hot path: per line.
    private bool TakeLine(FileProgress file, LineBatch batch)
    {
        ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
        int length = rest.IndexOf((byte)'\n');
        if (length < 0)
        {
            if (file.LongLine is not null)
            {
                _start = _end;
            }

            return false;
        }

        _start += length + 1;
        Take(file, rest[..length], batch, _readTo - (_end - _start));
        return true;
    }

    /// <summary>Takes what follows the last line end of a file that is complete.</summary>
    private void TakeLast(FileProgress file, LineBatch batch)
    {
        ReadOnlySpan<byte> rest = _buffer.AsSpan(_start, _end - _start);
        _start = _end;
        Take(file, rest, batch, _readTo);
    }

    private void Take(FileProgress file, ReadOnlySpan<byte> line, LineBatch batch, long end)
    {
        bool isFirst = file.Position == 0;
        bool isLong = file.LongLine is not null || line.Length > LineBytesMax;
        if (isFirst && decoder.HasHeader)
        {
            file.Layout = isLong
                ? throw new SqlException(SqlState.BadCopyFileFormat, $"CSV header exceeds {LineBytesMax} bytes")
                : decoder.ReadHeader(Trim(line, isFirst));
            file.EndLine(end);
            return;
        }

        file.EndLine(end);
        if (isLong)
        {
            batch.AddError(file.LongLine ?? line, $"line exceeds {LineBytesMax} bytes", file.Name, file.LineCount);
            file.LongLine = null;
            return;
        }

        ReadOnlySpan<byte> text = Trim(line, isFirst);
        if (!text.Trim(" \t"u8).IsEmpty)
        {
            batch.Add(text, file.Layout, file.Name, file.LineCount);
        }
    }

    /// <summary>The line without a byte order mark and the carriage return of a Windows line end.</summary>
    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line, bool isFirst)
    {
        if (isFirst && line.StartsWith(ByteOrderMark))
        {
            line = line[ByteOrderMark.Length..];
        }

        return line.EndsWith("\r"u8) ? line[..^1] : line;
    }
}
