using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Keyed;

/// <summary>Adds many rows to one run at once: collected, sorted by run and row, then merged chunk by chunk.</summary>
/// <remarks>
/// A row that is added alone searches and shifts a chunk, which of a long run is no longer in the nearest cache; a merge goes over
/// the chunk once for all the rows that fall into it. That pays for long runs, and for those that get many rows of a batch
/// (hot keys), which <see cref="Begin"/> finds by looking at some of the rows. For each batch: Begin, for each row Takes and
/// perhaps Add, Flush; without Begin only long runs are taken. What was collected is in no run before Flush. One thread.
/// </remarks>
internal sealed unsafe class LongRunMerge(Runs runs) : IDisposable
{
    /// <summary>Fewer rows are not worth sorting.</summary>
    private const int RowsMin = 64;

    /// <summary>Rows of a batch that are looked at, about.</summary>
    private const int Samples = 512;

    /// <summary>Of these, how many make a run one that gets many.</summary>
    private const int CrowdedSamplesMin = 4;

    /// <summary>So many counters that runs seldom share one.</summary>
    private const int CounterBits = 12;

    private readonly int _rowBytes = runs.Layout.EntryBytes;
    private readonly PackedRows _collected = new(8 + runs.Layout.EntryBytes);
    private readonly NativeScratch<long> _weights = new();
    private readonly NativeScratch<byte> _mergedRows = new();
    private readonly NativeScratch<long> _mergedWeights = new();
    private readonly RowSorter _sorter = new();
    private readonly ushort[] _samples = new ushort[1 << CounterBits];
    private bool _anyCrowded;

    /// <summary>Looks at a batch before its rows are added.</summary>
    /// <param name="words">Where each row's run has its word.</param>
    public void Begin(ulong** words, int count)
    {
        if (_anyCrowded)
        {
            Array.Clear(_samples);
            _anyCrowded = false;
        }

        if (count < RowsMin || runs.Layout.IsVariable)
        {
            return;
        }

        int step = Math.Max(1, count / Samples);
        int most = 0;
        for (int i = 0; i < count; i += step)
        {
            most = Math.Max(most, ++_samples[Counter(words[i])]);
        }

        _anyCrowded = most >= CrowdedSamplesMin;
        if (!_anyCrowded)
        {
            for (int i = 0; i < count; i += step)
            {
                _samples[Counter(words[i])] = 0;
            }
        }
    }

    /// <summary>Whether a row is better collected than added: to a list, or where many of the batch go, and if entries are rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Takes(ulong* word) =>
        ((*word & 1) != 0 && !runs.Layout.IsVariable) || (_anyCrowded && _samples[Counter(word)] >= CrowdedSamplesMin);

    /// <param name="run">Where the run's word is; it stays there until <see cref="Flush"/>.</param>
    /// <remarks>Hot path: per delta.</remarks>
    public void Add(ulong* run, byte* row, long weight)
    {
        _weights.Reserve(_collected.Count + 1)[_collected.Count] = weight;
        byte* copy = _collected.AppendFixed(1);
        *(ulong*)copy = BinaryPrimitives.ReverseEndianness((ulong)run);
        Unsafe.CopyBlock(copy + 8, row, (uint)_rowBytes);
    }

    /// <summary>Adds what was collected to the runs.</summary>
    public void Flush()
    {
        int count = _collected.Count;
        if (count < RowsMin)
        {
            for (int i = 0; i < count; i++)
            {
                byte* row = _collected.Row(i);
                runs.Add(ref *Word(row), row + 8, _rowBytes, _weights.Pointer[i]);
            }
        }
        else
        {
            Merge(count);
        }

        _collected.ClearAndTrim();
        _weights.Trim();
        _mergedRows.Trim();
        _mergedWeights.Trim();
        _sorter.Trim();
    }

    public void Dispose()
    {
        _collected.Dispose();
        _weights.Dispose();
        _mergedRows.Dispose();
        _mergedWeights.Dispose();
        _sorter.Dispose();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Counter(ulong* word) => (int)((ulong)word * 0x9E37_79B9_7F4A_7C15 >> (64 - CounterBits));

    private static ulong* Word(byte* collected) => (ulong*)BinaryPrimitives.ReverseEndianness(*(ulong*)collected);

    private void Merge(int count)
    {
        _sorter.Order(_collected);
        byte* rows = _mergedRows.Reserve(count * _rowBytes);
        long* weights = _mergedWeights.Reserve(count);
        for (int i = 0; i < count;)
        {
            ulong* word = Word(_collected.Row(_sorter.RowAt(i)));
            int merged = 0;
            byte* last = null;
            for (; i < count; i++)
            {
                int index = _sorter.RowAt(i);
                byte* collected = _collected.Row(index);
                if (Word(collected) != word)
                {
                    break;
                }

                byte* row = collected + 8;
                long weight = _weights.Pointer[index];
                if (last is not null && RowCodec.Compare(last, _rowBytes, row, _rowBytes) == 0)
                {
                    weights[merged - 1] = checked(weights[merged - 1] + weight);
                    continue;
                }

                // What adds up to nothing gives its place to the next row.
                merged -= merged > 0 && weights[merged - 1] == 0 ? 1 : 0;
                last = rows + ((long)merged * _rowBytes);
                Unsafe.CopyBlock(last, row, (uint)_rowBytes);
                weights[merged++] = weight;
            }

            merged -= merged > 0 && weights[merged - 1] == 0 ? 1 : 0;
            runs.AddSorted(ref *word, rows, weights, merged);
        }
    }
}
