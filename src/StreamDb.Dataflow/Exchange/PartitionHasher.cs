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
                _codecs[i] = new RowCodec([new RowCodecField(0, type, IsNullable: false, IsExact: false)], skipsNulls: true);
                _packed[i] = new PackedRows(_codecs[i]!.Stride);
            }
        }
    }

    /// <summary>The worker that owns what has this hash.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int WorkerOf(ulong hash, int workerCount) => (int)((hash >> 32) * (ulong)workerCount >> 32);

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
    private static ulong Mix(ulong hash, ulong word)
    {
        hash = (hash ^ word) * 0x9FB2_1C65_1E98_DF25;
        return hash ^ (hash >> 35);
    }

    private static void AddValues<T>(Column column, int start, ulong* hashes, int count)
        where T : unmanaged, IBinaryInteger<T>
    {
        T* values = (T*)column.Values + start;
        if (!column.HasNulls)
        {
            for (int i = 0; i < count; i++)
            {
                ulong word = ulong.CreateTruncating(values[i]);
                hashes[i] = Mix(Mix(hashes[i], word), word);
            }

            return;
        }

        for (int i = 0; i < count; i++)
        {
            ulong word = column.IsNull(start + i) ? 0 : ulong.CreateTruncating(values[i]);
            hashes[i] = Mix(Mix(hashes[i], word), word);
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
                hash = Mix(hash, isNull ? 0 : next[i]);
            }

            hashes[row] = Mix(hash, (ulong)wordsPerRow);
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
