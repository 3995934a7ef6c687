using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Operators;

/// <summary>Appends an epoch's deltas to an arrangement's shard on this worker and seals the epoch.</summary>
internal sealed unsafe class ArrangeOperator(OperatorContext context, Arrangement arrangement, Action<Arrangement> onSealed) : Operator(context)
{
    /// <summary>Rows beyond which a backfill appends what it has, to bound memory.</summary>
    private const int RowsMax = 1 << 20;

    private readonly PackedRows _rows = arrangement.Layout.CreateRows();
    private readonly NativeScratch<long> _weights = new();
    private readonly RowSorter _sorter = new();
    private bool _isChanged;

    public override bool CanStore => true;

    public override void Flush()
    {
        Append();
        if (_isChanged)
        {
            _isChanged = false;
            arrangement.Seal(Context.Worker, Context.Epoch);
            onSealed(arrangement);
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _rows.Dispose();
        _weights.Dispose();
        _sorter.Dispose();
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        int start = _rows.Count;
        arrangement.Layout.Codec.Encode(batch.Rows, _rows);
        long* weights = _weights.Reserve(_rows.Count) + start;
        if (batch.Weights is null)
        {
            new Span<long>(weights, batch.Count).Fill(1);
        }
        else
        {
            batch.WeightSpan.CopyTo(new Span<long>(weights, batch.Count));
        }

        if (_rows.Count > RowsMax)
        {
            Append();
        }
    }

    private void Append()
    {
        if (_rows.Count == 0)
        {
            return;
        }

        SortedBatch? batch = _sorter.Sort(_rows, _weights.Pointer);
        _rows.ClearAndTrim();
        _weights.Trim();
        _sorter.Trim();
        if (batch is not null)
        {
            arrangement.Spines[Context.Worker].Append(batch);
            _isChanged = true;
        }
    }
}
