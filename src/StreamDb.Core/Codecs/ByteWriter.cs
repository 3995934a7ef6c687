using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>A growing byte buffer, rented per thread: scratch for values whose length is not known before they are written.</summary>
/// <remarks>Owned by whoever rented it until <see cref="Dispose"/>, which hands it to the thread's next renter. Not thread-safe.</remarks>
public sealed class ByteWriter : IBufferWriter<byte>, IDisposable
{
    private const int PooledBytesMax = 1 << 20;
    private const int PooledCountMax = 16;

    [ThreadStatic]
    private static Stack<ByteWriter>? _pool;

    private byte[] _bytes = new byte[256];

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write.</summary>
    public Span<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>An empty writer.</summary>
    public static ByteWriter Rent()
    {
        Stack<ByteWriter> pool = _pool ??= new Stack<ByteWriter>();
        ByteWriter writer = pool.Count > 0 ? pool.Pop() : new ByteWriter();
        writer.Length = 0;
        return writer;
    }

    public void Dispose()
    {
        Stack<ByteWriter> pool = _pool ??= new Stack<ByteWriter>();
        if (_bytes.Length <= PooledBytesMax && pool.Count < PooledCountMax)
        {
            pool.Push(this);
        }
    }

    public void Clear() => Length = 0;

    /// <summary>Forgets everything after the first <paramref name="length"/> bytes.</summary>
    public void Truncate(int length) => Length = length;

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Reserve(Math.Max(sizeHint, 1));
        return _bytes.AsSpan(Length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Append(byte value)
    {
        Reserve(1);
        _bytes[Length++] = value;
    }

    public void Append(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(_bytes.AsSpan(Length));
        Length += value.Length;
    }

    /// <summary>Appends a value as it lies in memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AppendValue<T>(T value)
        where T : unmanaged
    {
        Reserve(Unsafe.SizeOf<T>());
        MemoryMarshal.Write(_bytes.AsSpan(Length), value);
        Length += Unsafe.SizeOf<T>();
    }

    /// <summary>Appends <paramref name="count"/> zero bytes and returns where they start.</summary>
    public int AppendZeros(int count)
    {
        Reserve(count);
        _bytes.AsSpan(Length, count).Clear();
        Length += count;
        return Length - count;
    }

    private void Reserve(int bytes)
    {
        if (bytes > _bytes.Length - Length)
        {
            Grow(bytes);
        }
    }

    private void Grow(int bytes)
    {
        long needed = (long)Length + bytes;
        if (needed > Array.MaxLength)
        {
            throw new SqlException(SqlState.ProgramLimitExceeded, "value exceeds 2 GB");
        }

        Array.Resize(ref _bytes, (int)Math.Min(Array.MaxLength, Math.Max(needed, _bytes.Length * 2L)));
    }
}
