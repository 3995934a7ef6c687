using System.Numerics;
using System.Runtime.CompilerServices;
using StreamDb.Core.Diagnostics;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Keyed;

/// <summary>Blocks of native memory of many sizes for the state of one owner, freed all together at the latest when it is disposed.</summary>
/// <remarks>
/// Invariants: a block belongs to one size class, multiples of 16 up to 256 bytes and then four steps per doubling up to
/// <see cref="BlockMax"/>; a freed block goes to its class's list and is handed out again before new memory is cut. Larger
/// blocks are extents of the arena. The caller remembers the size it asked for. A block that is handed out is touched as a
/// whole; whoever writes to it in a later epoch touches it first. One thread.
/// </remarks>
internal sealed unsafe class NativeHeap(StateArena arena) : IDisposable
{
    /// <summary>Largest block that is cut from a chunk.</summary>
    public const int BlockMax = 8192;

    private const int ChunkBytesMin = 4096;
    private const int ChunkBytesMax = 1 << 20;
    private const int ClassCount = 16 + (5 * 4) + 1;

    private static long _totalBytes;

    private readonly byte*[] _free = new byte*[ClassCount];
    private readonly List<nint> _chunks = [];
    private readonly HashSet<nint> _large = [];
    private byte* _next;
    private byte* _end;
    private int _chunkBytes = ChunkBytesMin;

    /// <summary>Native memory of all heaps and tables alive in the process: what leaks are measured by.</summary>
    public static long TotalBytes => Interlocked.Read(ref _totalBytes);

    /// <summary>Native memory held.</summary>
    public long Bytes { get; private set; }

    /// <summary>The usable size of a block asked for with <paramref name="bytes"/>.</summary>
    public static int RoundUp(int bytes) => bytes > BlockMax ? bytes : ClassSize(ClassOf(bytes));

    public byte* Allocate(int bytes)
    {
        if (bytes > BlockMax)
        {
            byte* block = arena.Allocate(bytes);
            arena.Touch(block, bytes);
            _large.Add((nint)block);
            Count(StateArena.RoundUp(bytes));
            return block;
        }

        int sizeClass = ClassOf(bytes);
        byte* free = _free[sizeClass];
        if (free is not null)
        {
            _free[sizeClass] = *(byte**)free;
            arena.Touch(free, bytes);
            return free;
        }

        int size = ClassSize(sizeClass);
        if (_end - _next < size)
        {
            AddChunk(size);
        }

        byte* cut = _next;
        _next += size;
        arena.Touch(cut, size);
        return cut;
    }

    /// <param name="bytes">What it was allocated with.</param>
    public void Free(byte* block, int bytes)
    {
        if (bytes > BlockMax)
        {
            _large.Remove((nint)block);
            arena.Free(block);
            Count(-StateArena.RoundUp(bytes));
            return;
        }

        int sizeClass = ClassOf(bytes);
        arena.Touch(block);
        *(byte**)block = _free[sizeClass];
        _free[sizeClass] = block;
    }

    /// <summary>Before writes to a block (or a part of one) that was handed out in an earlier epoch.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Touch(void* start, long bytes) => arena.Touch(start, bytes);

    /// <summary>Writes what it needs, beside the arena's pages, to go on in another process.</summary>
    public void Write(BinaryWriter output)
    {
        foreach (byte* free in _free)
        {
            output.Write((ulong)free);
        }

        Write(output, _chunks);
        Write(output, _large);
        output.Write((ulong)_next);
        output.Write((ulong)_end);
        output.Write(_chunkBytes);
        output.Write(Bytes);
    }

    /// <summary>Takes over what <see cref="Write(BinaryWriter)"/> wrote. Only of a new heap in the restored arena.</summary>
    public void Read(BinaryReader input)
    {
        Invariant.Check(Bytes == 0, "only a new heap is restored");
        for (int i = 0; i < _free.Length; i++)
        {
            _free[i] = (byte*)input.ReadUInt64();
        }

        for (int count = input.ReadInt32(); count > 0; count--)
        {
            _chunks.Add((nint)input.ReadUInt64());
        }

        for (int count = input.ReadInt32(); count > 0; count--)
        {
            _large.Add((nint)input.ReadUInt64());
        }

        _next = (byte*)input.ReadUInt64();
        _end = (byte*)input.ReadUInt64();
        _chunkBytes = input.ReadInt32();
        Count(input.ReadInt64());
    }

    public void Dispose()
    {
        foreach (nint chunk in _chunks)
        {
            arena.Free((byte*)chunk);
        }

        foreach (nint block in _large)
        {
            arena.Free((byte*)block);
        }

        _chunks.Clear();
        _large.Clear();
        Array.Clear(_free);
        _next = null;
        _end = null;
        Count(-Bytes);
    }

    internal static void CountTotal(long bytes) => Interlocked.Add(ref _totalBytes, bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ClassOf(int bytes)
    {
        if (bytes <= 256)
        {
            return (Math.Max(bytes, 1) - 1) >> 4;
        }

        // Steps of a quarter of the power of two below.
        int log = BitOperations.Log2((uint)(bytes - 1));
        return 16 + ((log - 8) * 4) + (((bytes - 1) >> (log - 2)) & 3);
    }

    private static int ClassSize(int sizeClass)
    {
        if (sizeClass < 16)
        {
            return (sizeClass + 1) << 4;
        }

        int log = 8 + ((sizeClass - 16) >> 2);
        return (1 << log) + ((((sizeClass - 16) & 3) + 1) << (log - 2));
    }

    private static void Write(BinaryWriter output, IReadOnlyCollection<nint> addresses)
    {
        output.Write(addresses.Count);
        foreach (nint address in addresses)
        {
            output.Write((ulong)address);
        }
    }

    private void AddChunk(int size)
    {
        // What is left of the current chunk is cut into free blocks, so nothing is lost.
        while (_end - _next >= 16)
        {
            int left = (int)Math.Min(_end - _next, 256) & ~15;
            Free(_next, left);
            _next += left;
        }

        int bytes = (int)StateArena.RoundUp(Math.Max(_chunkBytes, size));
        _chunkBytes = Math.Min(_chunkBytes * 2, ChunkBytesMax);
        _next = arena.Allocate(bytes);
        _end = _next + bytes;
        _chunks.Add((nint)_next);
        Count(bytes);
    }

    private void Count(long bytes)
    {
        Bytes += bytes;
        CountTotal(bytes);
    }
}
