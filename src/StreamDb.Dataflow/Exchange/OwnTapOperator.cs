using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Exchange;

/// <summary>A dataflow's tap on a base relation that it reads by some columns: an exchange for what is read from a snapshot.</summary>
/// <remarks>
/// Deltas of live epochs do not come this way: <see cref="Scheduling.Worker.Connect"/> has an <see cref="OwnRowsOperator"/> feed
/// what reads the exchange.
/// </remarks>
internal sealed class OwnTapOperator(OperatorContext context, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> columns) : Operator(context)
{
    public IReadOnlyList<ColumnShape> Shape { get; } = shape;

    public IReadOnlyList<int> Columns { get; } = columns;

    public override bool CanStore => true;

    /// <summary>The exchange, this tap's only target.</summary>
    public Operator Exchange => Targets[0].Operator;

    protected override void Process(int port, DeltaBatch batch) => Emit(batch.Acquire());
}
