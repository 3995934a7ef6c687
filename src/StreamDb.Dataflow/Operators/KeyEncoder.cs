using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;

namespace StreamDb.Dataflow.Operators;

/// <summary>Packs and hashes the key columns of delta batches. Reused from batch to batch; one thread.</summary>
/// <remarks>Both sides of a join pack a key alike: a NULL marker is written exactly where NULL matches NULL.</remarks>
internal sealed unsafe class KeyEncoder : IDisposable
{
    private readonly IReadOnlyList<int> _columns;
    private readonly IReadOnlyList<bool> _nullsMatch;
    private readonly RowCodec _codec;
    private readonly NativeScratch<ulong> _hashes = new();
    private readonly NativeScratch<int> _kept = new();
    private DeltaBatch? _lastInput;
    private DeltaBatch? _lastKept;
    private DeltaBatch? _lastUnmatched;

    /// <param name="nullsMatch">Per key; empty: nowhere, and rows with NULL in a key are left out.</param>
    public KeyEncoder(IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> columns, IReadOnlyList<bool> nullsMatch)
    {
        _columns = columns;
        _nullsMatch = nullsMatch;
        _codec = Codec(shape, columns, nullsMatch);
        Keys = new PackedRows(_codec.Stride);
    }

    /// <summary>Keys of the last batch.</summary>
    public PackedRows Keys { get; }

    public ulong* Hashes => _hashes.Pointer;

    public RowCodec KeyCodec => _codec;

    public static int Stride(IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> columns, IReadOnlyList<bool> nullsMatch) =>
        Codec(shape, columns, nullsMatch).Stride;

    /// <summary>Packs and hashes the keys of <paramref name="batch"/>; at once when it is the same batch as the last time.</summary>
    /// <remarks>The operators that read and that keep the same side of a join share an encoder, and so this work.</remarks>
    /// <param name="unmatched">The rows left out because of NULLs, owned by the caller; null when there are none.</param>
    /// <returns>The rows that the keys belong to, owned by the caller.</returns>
    public DeltaBatch Encode(DeltaBatch batch, out DeltaBatch? unmatched)
    {
        if (!ReferenceEquals(batch, _lastInput))
        {
            Forget();
            DeltaBatch kept = SplitNulls(batch, out _lastUnmatched);
            Keys.Clear();
            _codec.Encode(kept.Rows, Keys);
            KeyTable.Hash(Keys, _hashes.Reserve(kept.Count));
            _lastKept = kept;
            _lastInput = batch.Acquire();
        }

        unmatched = _lastUnmatched?.Acquire();
        return _lastKept!.Acquire();
    }

    /// <summary>Lets go of the last batch.</summary>
    public void Forget()
    {
        _lastInput?.Release();
        _lastKept?.Release();
        _lastUnmatched?.Release();
        _lastInput = null;
        _lastKept = null;
        _lastUnmatched = null;
    }

    public void Dispose()
    {
        Forget();
        Keys.Dispose();
        _hashes.Dispose();
        _kept.Dispose();
    }

    private static RowCodec Codec(IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> columns, IReadOnlyList<bool> nullsMatch) => new(
        columns.Select((column, i) => new RowCodecField(
            column, shape[column].Type, IsNullable: nullsMatch.Count > 0 && nullsMatch[i], IsExact: false)).ToArray(),
        skipsNulls: true);

    private DeltaBatch SplitNulls(DeltaBatch batch, out DeltaBatch? unmatched)
    {
        unmatched = null;
        bool mayBeNull = false;
        for (int i = 0; i < _columns.Count; i++)
        {
            mayBeNull |= Excludes(i) && batch.Rows[_columns[i]].HasNulls;
        }

        if (!mayBeNull)
        {
            return batch.Acquire();
        }

        int* rows = _kept.Reserve(batch.Count);
        int kept = 0;
        int left = batch.Count;
        for (int row = 0; row < batch.Count; row++)
        {
            bool isNull = false;
            for (int i = 0; i < _columns.Count; i++)
            {
                isNull |= Excludes(i) && batch.Rows[_columns[i]].IsNull(row);
            }

            if (isNull)
            {
                rows[--left] = row;
            }
            else
            {
                rows[kept++] = row;
            }
        }

        if (kept == batch.Count)
        {
            return batch.Acquire();
        }

        unmatched = batch.Gather(new ReadOnlySpan<int>(rows + left, batch.Count - left));
        return batch.Gather(new ReadOnlySpan<int>(rows, kept));
    }

    private bool Excludes(int key) => _nullsMatch.Count == 0 || !_nullsMatch[key];
}
