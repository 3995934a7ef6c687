using System.Buffers.Binary;
using FASTER.core;
using StreamDb.State.Devices;

namespace StreamDb.State.Log;

/// <summary>
/// Reads log frames straight from the files, verifying each. It knows FasterLog's entry layout (8 bytes of XOR
/// checksum, 4 bytes of length, negative for its own commit records, entries aligned to 4 bytes, none across a page)
/// and otherwise does not rely on FASTER.
/// </summary>
/// <remarks>
/// Reading stops at the first byte that is not as it should be; <see cref="StopReason"/> says why, and is empty where
/// the log simply has no more entries. Whether that is an end or damage is for <see cref="LogRecovery"/> to decide.
/// </remarks>
internal sealed class LogReader : IDisposable
{
    private const int EntryHeaderBytes = 12;

    private readonly IFileSystem _files;
    private readonly LogFiles _layout;
    private readonly long _logId;
    private readonly byte[] _page;
    private long _pageAddress = -1;
    private int _segment = -1;
    private IFile? _file;
    private int _loaded;

    /// <param name="begin">Address of an entry.</param>
    /// <param name="end">Nothing at or beyond it is read.</param>
    public LogReader(IFileSystem files, LogFiles layout, long logId, long begin, long end)
    {
        _files = files;
        _layout = layout;
        _logId = logId;
        _page = new byte[layout.PageBytes];
        Address = begin;
        End = end;
    }

    /// <summary>The first address after the entries read so far, FASTER's commit records included.</summary>
    public long Address { get; private set; }

    public long End { get; }

    public string StopReason { get; private set; } = "";

    /// <summary>Reads the next frame.</summary>
    /// <param name="payload">Valid until the next call.</param>
    public bool TryRead(out LogFrame frame, out ReadOnlyMemory<byte> payload)
    {
        frame = default;
        payload = default;
        while (TryReadEntry(Address, out int offset, out int length, out long next))
        {
            if (length > 0)
            {
                if (!LogFrame.TryRead(_page.AsSpan(offset, length), exact: true, _logId, out frame, out string reason))
                {
                    StopReason = reason;
                    return false;
                }

                payload = _page.AsMemory(offset + LogFrame.HeaderBytes, frame.PayloadBytes);
                Address = next;
                return true;
            }

            Address = next;
        }

        return false;
    }

    /// <summary>
    /// Looks at every byte from <paramref name="from"/> on for whole frames of this log, wherever they begin.
    /// </summary>
    /// <returns>The highest durable sequence that they prove; 0 when there are none.</returns>
    public long FindProofBeyond(long from)
    {
        long proven = 0;
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(magic, LogFrame.Magic);
        for (long page = from - (from % _layout.PageBytes); page < End; page += _layout.PageBytes)
        {
            int length = LoadPage(page);
            int position = page < from ? (int)(from - page) : 0;
            while (position < length)
            {
                int found = _page.AsSpan(position, length - position).IndexOf(magic);
                if (found < 0)
                {
                    break;
                }

                position += found;
                if (LogFrame.TryRead(_page.AsSpan(position, length - position), exact: false, _logId, out LogFrame frame, out _))
                {
                    proven = Math.Max(proven, frame.DurableSequence);
                }

                position++;
            }
        }

        return proven;
    }

    public void Dispose() => _file?.Dispose();

    // Finds the entry at or, past the unused rest of a page, after an address. Length is 0 for FASTER's own records.
    private bool TryReadEntry(long address, out int offset, out int length, out long next)
    {
        length = 0;
        next = address;
        offset = (int)(address % _layout.PageBytes);
        while (true)
        {
            long page = address - offset;
            if (address >= End)
            {
                return false;
            }

            int loaded = LoadPage(page);
            if (offset + EntryHeaderBytes <= _page.Length
                && _page.AsSpan(offset, EntryHeaderBytes).IndexOfAnyExcept((byte)0) >= 0)
            {
                return TryReadEntryHere(loaded, page, ref offset, out length, out next);
            }

            if (offset == 0 || address == LogRange.FirstAddress)
            {
                // FASTER leaves the rest of a page empty, never a whole one: this is the end.
                return false;
            }

            address = page + _layout.PageBytes;
            offset = 0;
        }
    }

    private unsafe bool TryReadEntryHere(int loaded, long page, ref int offset, out int length, out long next)
    {
        next = page + offset;
        length = BinaryPrimitives.ReadInt32LittleEndian(_page.AsSpan(offset + sizeof(ulong)));
        long size = Math.Abs((long)length);
        long end = offset + EntryHeaderBytes + ((size + 3) & ~3L);
        if (length == 0 || end > _page.Length || offset + EntryHeaderBytes + size > loaded)
        {
            StopReason = length != 0 && end <= _page.Length
                ? $"entry of {size} bytes is cut off"
                : $"entry length {length} is impossible";
            length = 0;
            return false;
        }

        fixed (byte* entry = &_page[offset])
        {
            if (*(ulong*)entry != Utility.XorBytes(entry + sizeof(ulong), sizeof(int) + (int)size))
            {
                StopReason = "entry checksum does not match";
                length = 0;
                return false;
            }
        }

        offset += EntryHeaderBytes;
        length = Math.Max(length, 0);
        next = page + end;
        return true;
    }

    // Returns the bytes present, the rest of the page being zero, or -1 when the file is missing.
    private int LoadPage(long page)
    {
        if (_pageAddress == page)
        {
            return _loaded;
        }

        int segment = _layout.SegmentOf(page);
        if (segment != _segment)
        {
            _file?.Dispose();
            _file = null;
            _segment = segment;
            string path = _layout.PathOf(segment);
            _file = _files.FileExists(path) ? _files.Open(path, create: false) : null;
        }

        int wanted = (int)Math.Min(_page.Length, End - page);
        int read = _file is null ? 0 : _file.Read(_layout.OffsetOf(page), _page.AsSpan(0, wanted));
        _page.AsSpan(read).Clear();
        _pageAddress = page;
        return _loaded = _file is null ? -1 : read;
    }

}
