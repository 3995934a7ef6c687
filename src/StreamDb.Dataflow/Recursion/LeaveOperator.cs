using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Recursion;

/// <summary>Where a collection leaves its scope: the sum of its deltas over all iterations of the epoch.</summary>
internal sealed class LeaveOperator(OperatorContext context, IReadOnlyList<ColumnShape> shape) : Operator(context)
{
    private readonly List<DeltaBatch> _batches = [];
    private bool _retracts;

    public override bool CanStore => true;

    /// <summary>Emits the epoch's changes: called once after the last iteration.</summary>
    public void Finish()
    {
        Iteration = 0;
        if (!_retracts)
        {
            foreach (DeltaBatch batch in _batches)
            {
                Emit(new DeltaBatch(batch.Rows.Acquire(), batch.Weights?.Acquire()));
            }
        }
        else
        {
            using var consolidator = new DeltaConsolidator(shape);
            foreach (DeltaBatch batch in _batches)
            {
                consolidator.Add(batch.Rows, batch.WeightSpan, 1);
            }

            foreach (DeltaBatch batch in consolidator.Take())
            {
                Emit(batch);
            }
        }

        Clear();
    }

    public override void Discard()
    {
        base.Discard();
        Clear();
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        foreach (long weight in batch.WeightSpan)
        {
            _retracts |= weight < 0;
        }

        _batches.Add(batch.Acquire());
    }

    private void Clear()
    {
        foreach (DeltaBatch batch in _batches)
        {
            batch.Release();
        }

        _batches.Clear();
        _retracts = false;
    }
}
