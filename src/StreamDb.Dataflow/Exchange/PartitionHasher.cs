using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Exchange;

/// <summary>Says which worker owns each row of a batch, by the values of some columns. Reused from batch to batch; one thread.</summary>
/// <remarks>
/// Equal values have equal owners however they look (1.0 and 1.00) and whatever else a relation's shape says: the two sides of
/// a join, and all readers of one index, agree. NULL counts as zero, so it has one owner, too. Without columns the owner is worker 0.
/// A number is only multiplied: keys that are hot together often follow each other in equal steps, as serial numbers and times
/// do, and fall on the workers in turn then, where a better mixed hash would give one of them too many by chance.
/// Every worker hashes every row of a table, so columns of 64 bits are hashed, and owners picked, eight rows at a time where the
/// processor can; the loops for one row at a time do the same.
/// </remarks>
internal sealed unsafe class PartitionHasher : IDisposable
{
    /// <summary>
    /// The multiples of usual steps (powers of ten above all, 1 to 64, powers of two, minutes and hours) times this, 2^64 taken as 1,
    /// lie more evenly than random numbers: of those that were tried, the one whose worst step is best for 2 to 8 workers and few
    /// or many keys in a row.
    /// </summary>
    private const ulong Multiplier = 0x4593_246E_DD2A_0C63;

    private readonly int[] _columns;
    private readonly RowCodec?[] _codecs;
    private readonly PackedRows?[] _packed;
    private readonly NativeScratch<ulong> _hashes = new();

    private static bool IsWide => Avx512DQ.IsSupported && Avx512F.VL.IsSupported;

    public PartitionHasher(IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> columns)
    {
        _columns = [.. columns];
        _codecs = new RowCodec?[_columns.Length];
        _packed = new PackedRows?[_columns.Length];
        for (int i = 0; i < _columns.Length; i++)
        {
            PhysicalType type = shape[_columns[i]].Type;
            if (RowCodecField.IsLossy(type))
            {
                _codecs[i] = new RowCodec([new RowCodecField(0, type, IsNullable: false, IsExact: false)], skipsNulls: true);
                _packed[i] = new PackedRows(_codecs[i]!.Stride);
            }
        }
    }

    /// <summary>The worker that owns what has this hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WorkerOf(ulong hash, int workerCount) => (int)((hash >> 32) * (ulong)workerCount >> 32);

    /// <summary>Picks the rows that a worker owns.</summary>
    /// <param name="hashes">Of <paramref name="count"/> rows.</param>
    /// <param name="first">Number of the first of these rows.</param>
    /// <param name="rows">Room for <paramref name="count"/> numbers; those of the owned come first, in order.</param>
    /// <returns>How many the worker owns.</returns>
    /// <remarks>Hot path: per row.</remarks>
    public static int Select(ulong* hashes, int count, int first, int worker, int workerCount, int* rows)
    {
        int own = 0;
        int i = 0;
        if (IsWide)
        {
            var workers = Vector512.Create((ulong)workerCount);
            var wanted = Vector512.Create((ulong)worker);
            var numbers = Vector256.Create(first) + Vector256<int>.Indices;
            for (; i <= count - Vector512<ulong>.Count; i += Vector512<ulong>.Count)
            {
                // A product of two numbers of 32 bits.
                Vector512<ulong> owners = ((Vector512.Load(hashes + i) >>> 32) * workers) >>> 32;
                Vector512<ulong> mask = Vector512.Equals(owners, wanted);

                // Written whole, within the room since no more are owned than seen: the next overwrites what is not owned.
                Avx512F.VL.Compress(Vector256<int>.Zero, Avx512F.ConvertToVector256Int32(mask.AsInt64()), numbers).Store(rows + own);
                own += BitOperations.PopCount(mask.ExtractMostSignificantBits());
                numbers += Vector256.Create(Vector512<ulong>.Count);
            }
        }

        for (; i < count; i++)
        {
            // Written for every row, and kept where the row is owned: a guess of the branch would be wrong as often as not.
            rows[own] = first + i;
            own += WorkerOf(hashes[i], workerCount) == worker ? 1 : 0;
        }

        return own;
    }

    /// <summary>The hash of each row; good until the next call.</summary>
    public ulong* Hash(ColumnBatch rows) => Hash(rows, 0, rows.Count);

    /// <summary>The hashes of <paramref name="count"/> rows from <paramref name="start"/> on; good until the next call.</summary>
    /// <remarks>Hot path: per row.</remarks>
    public ulong* Hash(ColumnBatch rows, int start, int count)
    {
        ulong* hashes = _hashes.Reserve(count);
        new Span<ulong>(hashes, count).Clear();
        for (int i = 0; i < _columns.Length; i++)
        {
            Column column = rows[_columns[i]];
            if (_codecs[i] is { } codec)
            {
                PackedRows packed = _packed[i]!;
                packed.Clear();
                var part = new ColumnBatch([column.Slice(start, count)], count);
                codec.Encode(part, packed);
                part.Release();
                AddWords(column, start, packed.Data, codec.Stride / 8, hashes, count);
                continue;
            }

            switch (column.Type.Width())
            {
                case 0: AddBytes(column, start, hashes, count); break;
                case 1: AddValues<byte>(column, start, hashes, count); break;
                case 2: AddValues<ushort>(column, start, hashes, count); break;
                case 4: AddValues<uint>(column, start, hashes, count); break;
                case 8: AddValues<ulong>(column, start, hashes, count); break;
                default: AddWords(column, start, column.Values + ((long)start * 16), 2, hashes, count); break;
            }
        }

        return hashes;
    }

    public void Dispose()
    {
        _hashes.Dispose();
        foreach (PackedRows? packed in _packed)
        {
            packed?.Dispose();
        }
    }

    // Not the mixing of the hash tables: the keys of one worker are to spread over all of its table.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Add(ulong hash, ulong word) => (hash ^ (hash >> 35) ^ word) * Multiplier;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> Add(Vector512<ulong> hash, Vector512<ulong> word) => (hash ^ (hash >>> 35) ^ word) * Multiplier;

    private static void AddValues<T>(Column column, int start, ulong* hashes, int count)
        where T : unmanaged, IBinaryInteger<T>
    {
        T* values = (T*)column.Values + start;
        if (!column.HasNulls)
        {
            int i = 0;
            if (IsWide && sizeof(T) == sizeof(ulong))
            {
                for (; i <= count - Vector512<ulong>.Count; i += Vector512<ulong>.Count)
                {
                    Vector512<ulong> word = Vector512.Load((ulong*)values + i);
                    Add(Vector512.Load(hashes + i), word).Store(hashes + i);
                }
            }

            for (; i < count; i++)
            {
                ulong word = ulong.CreateTruncating(values[i]);
                hashes[i] = Add(hashes[i], word);
            }

            return;
        }

        for (int i = 0; i < count; i++)
        {
            ulong word = column.IsNull(start + i) ? 0 : ulong.CreateTruncating(values[i]);
            hashes[i] = Add(hashes[i], word);
        }
    }

    private static void AddWords(Column column, int start, byte* words, int wordsPerRow, ulong* hashes, int count)
    {
        ulong* next = (ulong*)words;
        for (int row = 0; row < count; row++, next += wordsPerRow)
        {
            ulong hash = hashes[row];
            bool isNull = column.IsNull(start + row);
            for (int i = 0; i < wordsPerRow; i++)
            {
                hash = Add(hash, isNull ? 0 : next[i]);
            }

            hashes[row] = Add(hash, (ulong)wordsPerRow);
        }
    }

    private static void AddBytes(Column column, int start, ulong* hashes, int count)
    {
        for (int row = 0; row < count; row++)
        {
            ulong hash = hashes[row];
            int length = 0;
            if (!column.IsNull(start + row))
            {
                ByteSlice value = column.GetBytes(start + row);
                length = value.Length;
                byte* bytes = value.Pointer;
                int left = length;
                for (; left >= 8; left -= 8, bytes += 8)
                {
                    hash = Add(hash, *(ulong*)bytes);
                }

                ulong rest = 0;
                for (int i = 0; i < left; i++)
                {
                    rest = (rest << 8) | bytes[i];
                }

                hash = Add(hash, rest);
            }

            hashes[row] = Add(hash, (ulong)length);
        }
    }
}
