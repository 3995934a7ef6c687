using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Recursion;

/// <summary>The start of an iteration: emits what was fed back for it.</summary>
/// <remarks>
/// Consolidated, unless the body already is: deltas that cancel each other would otherwise go round for ever. For that every
/// row must always come back to the same worker.
/// </remarks>
internal sealed class VariableOperator(
    OperatorContext context, ScopeClock clock, HeldDeltas held, IReadOnlyList<ColumnShape> shape, bool consolidates)
    : Operator(context), IIterationHolder
{
    private readonly DeltaConsolidator? _consolidator = consolidates ? new DeltaConsolidator(shape) : null;

    public int NextIteration => held.NextIteration;

    public override bool CanStore => true;

    /// <summary>Rows emitted since this was last set.</summary>
    public long RowCount { get; set; }

    public override void Flush()
    {
        Iteration = clock.Iteration;
        foreach ((_, DeltaBatch batch) in held.Take(clock.Iteration))
        {
            if (_consolidator is not null)
            {
                _consolidator.Add(batch.Rows, batch.WeightSpan, 1);
            }
            else
            {
                // A batch of its own: the one held belongs to the iteration before.
                Send(new DeltaBatch(batch.Rows.Acquire(), batch.Weights?.Acquire()));
            }

            batch.Release();
        }

        foreach (DeltaBatch batch in _consolidator?.Take() ?? [])
        {
            Send(batch);
        }
    }

    public override void Discard()
    {
        base.Discard();
        held.Clear();
    }

    public override void Dispose()
    {
        base.Dispose();
        _consolidator?.Dispose();
    }

    protected override void Process(int port, DeltaBatch batch) => throw new InvariantException("a variable has no input");

    private void Send(DeltaBatch batch)
    {
        RowCount += batch.Count;
        Emit(batch);
    }
}
