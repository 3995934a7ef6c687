using StreamDb.Core.Buffers;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Compilation;

/// <summary>Native memory for the variable-length values that functions make while one row is evaluated.</summary>
/// <remarks>
/// A value stays where it is until <see cref="Reset"/>, which compiled code calls at the start of each row. Blocks are kept
/// for the next rows, so a warm arena allocates nothing. Owned by one <see cref="EvaluationContext"/>; not thread-safe.
/// </remarks>
internal sealed unsafe class Arena : IDisposable
{
    private const int BlockBytes = 16 << 10;
    private const int KeptBlocks = 64;

    /// <summary>Longest value, as PostgreSQL's allocation limit.</summary>
    public const int ValueBytesMax = (1 << 30) - 1;

    private readonly List<NativeBuffer> _blocks = [];
    private int _used;
    private byte* _next;
    private byte* _end;

    /// <summary>Memory for <paramref name="bytes"/> bytes, undefined content, 8-byte aligned.</summary>
    public byte* Allocate(long bytes)
    {
        long rounded = (bytes + 7) & ~7L;
        if (rounded > _end - _next)
        {
            Grow(rounded);
        }

        byte* start = _next;
        _next += rounded;
        return start;
    }

    public ByteSlice Copy(ReadOnlySpan<byte> bytes)
    {
        byte* start = Allocate(bytes.Length);
        bytes.CopyTo(new Span<byte>(start, bytes.Length));
        return new ByteSlice(start, bytes.Length);
    }

    /// <summary>Forgets every value.</summary>
    public void Reset()
    {
        if (_used != 0)
        {
            Rewind();
        }
    }

    public void Dispose()
    {
        foreach (NativeBuffer block in _blocks)
        {
            NativeBufferPool.Return(block);
        }

        _blocks.Clear();
        _used = 0;
        _next = _end = null;
    }

    private void Rewind()
    {
        // One unusually large row must not keep its memory for ever.
        while (_blocks.Count > KeptBlocks || (_blocks.Count > 0 && _blocks[^1].Capacity > (1 << 20)))
        {
            NativeBufferPool.Return(_blocks[^1]);
            _blocks.RemoveAt(_blocks.Count - 1);
        }

        _used = 0;
        _next = _end = null;
        if (_blocks.Count > 0)
        {
            Open(_blocks[0]);
        }
    }

    private void Grow(long bytes)
    {
        if (bytes > ValueBytesMax)
        {
            throw new SqlException(SqlState.ProgramLimitExceeded, "requested length too large");
        }

        while (_used < _blocks.Count)
        {
            if (_blocks[_used].Capacity >= bytes)
            {
                Open(_blocks[_used]);
                return;
            }

            _used++;
        }

        NativeBuffer block = NativeBufferPool.Rent(Math.Max(bytes, BlockBytes));
        _blocks.Add(block);
        Open(block);
    }

    private void Open(NativeBuffer block)
    {
        _used++;
        _next = block.Pointer;
        _end = block.Pointer + block.Capacity;
    }
}
