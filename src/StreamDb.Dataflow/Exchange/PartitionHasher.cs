using System.Numerics;
using System.Runtime.CompilerServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Exchange;

/// <summary>Says which worker owns each row of a batch, by the values of some columns. Reused from batch to batch; one thread.</summary>
/// <remarks>
/// Equal values have equal owners however they look (1.0 and 1.00) and whatever else a relation's shape says: the two sides of
/// a join, and all readers of one index, agree. NULL counts as zero, so it has one owner, too. Without columns the owner is worker 0.
/// </remarks>
internal sealed unsafe class PartitionHasher : IDisposable
{
    private readonly int[] _columns;
    private readonly RowCodec?[] _codecs;
    private readonly PackedRows?[] _packed;
    private readonly NativeScratch<ulong> _hashes = new();

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
                _codecs[i] = new RowCodec([new RowCodecField(_columns[i], type, IsNullable: false, IsExact: false)], skipsNulls: true);
                _packed[i] = new PackedRows(_codecs[i]!.Stride);
            }
        }
    }

    /// <summary>The worker that owns what has this hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WorkerOf(ulong hash, int workerCount) => (int)((hash >> 32) * (ulong)workerCount >> 32);

    /// <summary>The hash of each row; good until the next call.</summary>
    /// <remarks>Hot path: per row.</remarks>
    public ulong* Hash(ColumnBatch rows)
    {
        ulong* hashes = _hashes.Reserve(rows.Count);
        new Span<ulong>(hashes, rows.Count).Clear();
        for (int i = 0; i < _columns.Length; i++)
        {
            Column column = rows[_columns[i]];
            if (_codecs[i] is { } codec)
            {
                PackedRows packed = _packed[i]!;
                packed.Clear();
                codec.Encode(rows, packed);
                AddWords(column, packed.Data, codec.Stride / 8, hashes);
                continue;
            }

            switch (column.Type.Width())
            {
                case 0: AddBytes(column, hashes); break;
                case 1: AddValues<byte>(column, hashes); break;
                case 2: AddValues<ushort>(column, hashes); break;
                case 4: AddValues<uint>(column, hashes); break;
                case 8: AddValues<ulong>(column, hashes); break;
                default: AddWords(column, column.Values, 2, hashes); break;
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
    private static ulong Mix(ulong hash, ulong word)
    {
        hash = (hash ^ word) * 0x9FB2_1C65_1E98_DF25;
        return hash ^ (hash >> 35);
    }

    private static void AddValues<T>(Column column, ulong* hashes)
        where T : unmanaged, IBinaryInteger<T>
    {
        T* values = (T*)column.Values;
        bool hasNulls = column.HasNulls;
        for (int row = 0; row < column.Count; row++)
        {
            ulong word = hasNulls && column.IsNull(row) ? 0 : ulong.CreateTruncating(values[row]);
            hashes[row] = Mix(Mix(hashes[row], word), word);
        }
    }

    private static void AddWords(Column column, byte* words, int wordsPerRow, ulong* hashes)
    {
        ulong* next = (ulong*)words;
        for (int row = 0; row < column.Count; row++, next += wordsPerRow)
        {
            ulong hash = hashes[row];
            bool isNull = column.IsNull(row);
            for (int i = 0; i < wordsPerRow; i++)
            {
                hash = Mix(hash, isNull ? 0 : next[i]);
            }

            hashes[row] = Mix(hash, (ulong)wordsPerRow);
        }
    }

    private static void AddBytes(Column column, ulong* hashes)
    {
        for (int row = 0; row < column.Count; row++)
        {
            ulong hash = hashes[row];
            int length = 0;
            if (!column.IsNull(row))
            {
                ByteSlice value = column.GetBytes(row);
                length = value.Length;
                byte* bytes = value.Pointer;
                int left = length;
                for (; left >= 8; left -= 8, bytes += 8)
                {
                    hash = Mix(hash, *(ulong*)bytes);
                }

                ulong rest = 0;
                for (int i = 0; i < left; i++)
                {
                    rest = (rest << 8) | bytes[i];
                }

                hash = Mix(hash, rest);
            }

            hashes[row] = Mix(hash, (ulong)length);
        }
    }
}
