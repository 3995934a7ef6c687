using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Recursion;

/// <summary>The row errors of what a <see cref="RecomputeOperator"/> computes, by key and iteration, like the rows it emits.</summary>
/// <remarks>What is reported for a key up to an iteration, over all epochs, is what its value there gives: so what is reported in all is what the last iteration gives.</remarks>
internal sealed unsafe class RecomputedErrors : IDisposable
{
    private readonly OperatorContext _context;
    private readonly IterationIndex _reported;
    private readonly DeltaConsolidator _difference;
    private readonly int _keyCount;

    public RecomputedErrors(OperatorContext context, IReadOnlyList<ColumnShape> keys, IReadOnlyList<bool> nullsMatch)
    {
        _context = context;
        _keyCount = keys.Count;
        ColumnShape[] shape = [.. keys, new ColumnShape(PhysicalType.Bytes, false), new ColumnShape(PhysicalType.Bytes, false)];
        _reported = new IterationIndex(context.Arena, shape, [.. Enumerable.Range(0, keys.Count)], nullsMatch);
        _difference = new DeltaConsolidator(shape);
    }

    public bool IsEmpty => _reported.IsEmpty;

    /// <summary>What one key has in the iteration at hand.</summary>
    public void Add(ColumnBatch key, Dictionary<(string State, string Message), long> errors)
    {
        foreach (((string state, string message), long weight) in errors)
        {
            ColumnBatch texts = ColumnBatch.FromRows([PhysicalType.Bytes, PhysicalType.Bytes], [[Datum.Text(state), Datum.Text(message)]]);
            var row = new ColumnBatch([.. key.Columns.ToArray().Select(c => c.Acquire()), texts[0].Acquire(), texts[1].Acquire()], 1);
            texts.Release();
            _difference.Add(row, [weight], 1);
            row.Release();
        }
    }

    /// <summary>Reports how what was added for these keys differs from what was reported for them up to the iteration.</summary>
    public void Report(PackedRows keys, ulong* hashes, ColumnBatch keyColumns, int iteration)
    {
        _reported.Read(keys, hashes, keyColumns, iteration, Subtract, later: null);
        foreach (DeltaBatch batch in _difference.Take())
        {
            batch.Iteration = iteration;
            _reported.Apply(batch, touched: null);
            for (int row = 0; row < batch.Count; row++)
            {
                _context.Errors.Report(
                    batch.Rows[_keyCount].GetString(row), batch.Rows[_keyCount + 1].GetString(row), batch.Weight(row));
            }

            batch.Release();
        }
    }

    public void Write(BinaryWriter output) => _reported.Write(output);

    public void Read(BinaryReader input) => _reported.Read(input);

    public void Dispose()
    {
        _reported.Dispose();
        _difference.Dispose();
    }

    private void Subtract(DeltaBatch batch)
    {
        _difference.Add(batch.Rows, batch.WeightSpan, -1);
        batch.Release();
    }
}
