using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow;

/// <summary>The differential dataflow engine: relations, the dataflows over them, and the workers that keep them up to date.</summary>
/// <remarks>
/// One coordinating thread at a time calls everything here, except <see cref="Snapshot"/>, <see cref="RunOnce"/> and the
/// figures, which any thread may call at any time. Knows no SQL.
/// </remarks>
public sealed class Engine : IDisposable
{
    public Engine(EngineOptions options)
    {
        Options = options;
    }

    public EngineOptions Options { get; }

    /// <summary>The newest published epoch.</summary>
    public Epoch Published { get; }

    /// <summary>The earliest µs at which a temporal filter changes by itself; null when none will.</summary>
    public long? NextTemporalEvent => throw new NotImplementedException();

    /// <summary>A table or source, empty at first.</summary>
    /// <param name="key">Columns it is arranged by; empty: the whole row.</param>
    /// <param name="isStored">Keeps an arrangement, for snapshots and later dataflows. Otherwise only its deltas flow, into dataflows installed before them.</param>
    public void AddRelation(RelationId id, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> key, bool isStored = true) => throw new NotImplementedException();

    /// <summary>A further arrangement of a relation by another key, filled from the snapshot; read with <see cref="Snapshot"/>(index).</summary>
    public void AddIndex(RelationId relation, RelationId index, IReadOnlyList<int> key) => throw new NotImplementedException();

    /// <summary>Starts a dataflow: backfills it from the inputs at the published epoch, which must be <paramref name="asOf"/>; later epochs keep it up to date.</summary>
    /// <remarks>Waits for the epochs in flight. When it returns, snapshots show the view. An exception leaves nothing behind.</remarks>
    public void Install(DataflowDescription view, Epoch asOf, long nowMicroseconds, IErrorCollector errors) => throw new NotImplementedException();

    /// <summary>Ends a view, index, table or emitting dataflow and frees its state. Nothing may read it any more, except snapshots taken before.</summary>
    public void Remove(RelationId id) => throw new NotImplementedException();

    /// <summary>Hands an epoch to the workers. Epochs increase; several may be in flight and are computed in order.</summary>
    /// <param name="nowMicroseconds">What now() is in this epoch; never decreases.</param>
    /// <param name="inputs">Deltas, borrowed; a relation may occur several times.</param>
    public EpochHandle Begin(Epoch epoch, long nowMicroseconds, IReadOnlyList<RelationDelta> inputs) => throw new NotImplementedException();

    /// <summary>Moves the read frontier to a completed epoch: snapshots taken from now on show it.</summary>
    public void Publish(Epoch epoch) => throw new NotImplementedException();

    /// <summary>A relation, view or index at the published epoch. Dispose it.</summary>
    public RelationSnapshot Snapshot(RelationId id) => throw new NotImplementedException();

    /// <summary>Runs a query once on this thread, with the operators of live dataflows and private state, and returns its rows; a row of weight n occurs n times.</summary>
    /// <param name="query">Made by <see cref="DataflowBuilder.Collect"/>.</param>
    /// <param name="inputs">Each relation's rows as deltas, in chunks that this call releases: usually <see cref="RelationSnapshot.Scan"/>.</param>
    /// <returns>Batches in no particular order; the receiver releases them.</returns>
    public IReadOnlyList<ColumnBatch> RunOnce(
        DataflowDescription query,
        IReadOnlyDictionary<RelationId, IEnumerable<DeltaBatch>> inputs,
        long nowMicroseconds,
        IErrorSink errors,
        CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>What each relation and dataflow holds.</summary>
    public IReadOnlyList<RelationFigures> Figures() => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
