using System.Runtime.CompilerServices;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Keyed;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>How a row of a partition lies in native memory, from when it comes until it goes; its address is its name.</summary>
/// <remarks>
/// A record is: row length, where the order columns start and end within the row, flags (four int32); the results that were
/// given out for the row (packed; in place, or an address when they differ in length); the row's share of each accumulator;
/// the values of RANGE edges, packed like the order column; the values of min and max (as the results); the packed row.
/// </remarks>
internal sealed unsafe class WindowRecords : IDisposable
{
    /// <summary>No row of the partition before this one is its peer.</summary>
    public const int StartsGroup = 1;

    /// <summary>Results were given out for the row.</summary>
    public const int HasResults = 2;

    /// <summary>Errors were reported for the row.</summary>
    public const int HasErrors = 4;

    private const int HeaderBytes = 16;

    private readonly int _resultStride;
    private readonly int _edgeBytes;
    private readonly int[] _extremeOffsets;
    private readonly int[] _extremeStrides;
    private readonly int _rowOffset;

    /// <param name="arena">Where its memory is.</param>
    /// <param name="resultStride">0: results differ in length.</param>
    /// <param name="stateBytes">Of all accumulators together.</param>
    /// <param name="edgeBytes">Of one RANGE edge, a multiple of 8.</param>
    /// <param name="countedColumns">Columns whose values that are not NULL are counted.</param>
    /// <param name="extremeStrides">Packed bytes of each min or max; 0: they differ in length.</param>
    public WindowRecords(
        StateArena arena, int resultStride, int stateBytes, int edges, int edgeBytes, int countedColumns, IReadOnlyList<int> extremeStrides)
    {
        Heap = new NativeHeap(arena);
        _resultStride = resultStride;
        _edgeBytes = edgeBytes;
        StateOffset = HeaderBytes + (resultStride == 0 ? 8 : resultStride);
        CountedOffset = StateOffset + stateBytes;
        EdgeOffset = CountedOffset + (countedColumns * 8);
        _extremeStrides = extremeStrides.ToArray();
        _extremeOffsets = new int[_extremeStrides.Length];
        int offset = EdgeOffset + (edges * edgeBytes);
        for (int i = 0; i < _extremeOffsets.Length; i++)
        {
            _extremeOffsets[i] = offset;
            offset += _extremeStrides[i] == 0 ? 8 : _extremeStrides[i];
        }

        _rowOffset = offset;
    }

    /// <summary>Memory of records and of whatever else the operator keeps per partition.</summary>
    public NativeHeap Heap { get; }

    /// <summary>From the record to its accumulators.</summary>
    public int StateOffset { get; }

    /// <summary>From the record to its 0s and 1s of counted columns, int64 each.</summary>
    public int CountedOffset { get; }

    public int EdgeOffset { get; }

    /// <summary>A record of a row, everything else zero.</summary>
    public byte* Create(byte* row, int length, int orderStart, int orderEnd)
    {
        byte* record = Heap.Allocate(_rowOffset + length);
        Unsafe.InitBlock(record, 0, (uint)_rowOffset);
        ((int*)record)[0] = length;
        ((int*)record)[1] = orderStart;
        ((int*)record)[2] = orderEnd;
        Unsafe.CopyBlock(record + _rowOffset, row, (uint)length);
        return record;
    }

    /// <summary>Another record of the same row, without results and flags.</summary>
    public byte* Clone(byte* record)
    {
        int bytes = _rowOffset + Length(record);
        byte* clone = Heap.Allocate(bytes);
        Unsafe.CopyBlock(clone, record, (uint)bytes);
        Unsafe.InitBlock(clone + 12, 0, (uint)(StateOffset - 12));
        for (int i = 0; i < _extremeOffsets.Length; i++)
        {
            if (_extremeStrides[i] == 0)
            {
                byte* value = Extreme(record, i);
                SetBlock(clone + _extremeOffsets[i], value, ExtremeLength(record, i));
            }
        }

        return clone;
    }

    public void Free(byte* record)
    {
        if (_resultStride == 0)
        {
            FreeBlock(record + HeaderBytes);
        }

        for (int i = 0; i < _extremeOffsets.Length; i++)
        {
            if (_extremeStrides[i] == 0)
            {
                FreeBlock(record + _extremeOffsets[i]);
            }
        }

        Heap.Free(record, _rowOffset + Length(record));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Length(byte* record) => ((int*)record)[0];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OrderStart(byte* record) => ((int*)record)[1];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int OrderEnd(byte* record) => ((int*)record)[2];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Has(byte* record, int flag) => (((int*)record)[3] & flag) != 0;

    public void Set(byte* record, int flag, bool value)
    {
        Heap.Touch(record, HeaderBytes);
        ((int*)record)[3] = value ? ((int*)record)[3] | flag : ((int*)record)[3] & ~flag;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Row(byte* record) => record + _rowOffset;

    public bool AreEqual(byte* left, byte* right) => RowCodec.Compare(Row(left), Length(left), Row(right), Length(right)) == 0;

    /// <summary>Whether two rows of one partition agree in the order columns.</summary>
    public bool ArePeers(byte* left, byte* right)
    {
        int start = OrderStart(left);
        int length = OrderEnd(left) - start;
        return length == OrderEnd(right) - start
            && new ReadOnlySpan<byte>(Row(left) + start, length).SequenceEqual(new ReadOnlySpan<byte>(Row(right) + start, length));
    }

    /// <summary>The packed results that were given out.</summary>
    public byte* Results(byte* record) => _resultStride != 0 ? record + HeaderBytes : *(byte**)(record + HeaderBytes) + 8;

    public bool ResultsEqual(byte* record, byte* results, int length)
    {
        if (_resultStride == 0)
        {
            byte* block = *(byte**)(record + HeaderBytes);
            return *(int*)block == length && new ReadOnlySpan<byte>(block + 8, length).SequenceEqual(new ReadOnlySpan<byte>(results, length));
        }

        return new ReadOnlySpan<byte>(record + HeaderBytes, length).SequenceEqual(new ReadOnlySpan<byte>(results, length));
    }

    public void SetResults(byte* record, byte* results, int length)
    {
        Heap.Touch(record, StateOffset);
        if (_resultStride == 0)
        {
            FreeBlock(record + HeaderBytes);
            SetBlock(record + HeaderBytes, results, length);
        }
        else
        {
            Unsafe.CopyBlock(record + HeaderBytes, results, (uint)length);
        }

        Set(record, HasResults, true);
    }

    /// <summary>The value of a RANGE edge: comparable with <see cref="Row"/> from <see cref="OrderStart"/> on.</summary>
    public byte* Edge(byte* record, int edge) => record + EdgeOffset + (edge * _edgeBytes);

    /// <summary>The packed value of a min or max.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte* Extreme(byte* record, int extreme)
    {
        byte* value = record + _extremeOffsets[extreme];
        return _extremeStrides[extreme] != 0 ? value : *(byte**)value + 8;
    }

    public void SetExtreme(byte* record, int extreme, byte* value, int length)
    {
        byte* target = record + _extremeOffsets[extreme];
        if (_extremeStrides[extreme] != 0)
        {
            Unsafe.CopyBlock(target, value, (uint)length);
        }
        else
        {
            SetBlock(target, value, length);
        }
    }

    /// <summary>Below 0 when the first record's value is the more extreme one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int CompareExtremes(byte* left, byte* right, int extreme) => RowCodec.Compare(
        Extreme(left, extreme), ExtremeLength(left, extreme), Extreme(right, extreme), ExtremeLength(right, extreme));

    public void Dispose() => Heap.Dispose();

    private int ExtremeLength(byte* record, int extreme) =>
        _extremeStrides[extreme] != 0 ? _extremeStrides[extreme] : **(int**)(record + _extremeOffsets[extreme]);

    private void SetBlock(byte* field, byte* value, int length)
    {
        byte* block = Heap.Allocate(length + 8);
        *(int*)block = length;
        Unsafe.CopyBlock(block + 8, value, (uint)length);
        *(byte**)field = block;
    }

    private void FreeBlock(byte* field)
    {
        byte* block = *(byte**)field;
        if (block is not null)
        {
            Heap.Free(block, *(int*)block + 8);
        }
    }
}
