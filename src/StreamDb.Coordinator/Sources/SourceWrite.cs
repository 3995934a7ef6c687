using System.Collections.Immutable;
using StreamDb.Coordinator.Epochs;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Sources;

/// <summary>A source batch: its rows, its bad records and its new offset, in one epoch.</summary>
internal sealed class SourceWrite(RelationItem relation, SourceBatch batch) : WriteRequest
{
    /// <exception cref="Core.Errors.SqlException">55000: what its rows or its bad records go to is paused. They would grow the log, which no checkpoint makes shorter then.</exception>
    public override void Prepare(EpochBuilder epoch)
    {
        // Dropped in the meantime: the rows have nowhere to go.
        if (epoch.Catalog.Find(relation.Oid) is null)
        {
            return;
        }

        if (batch.Deltas is not null)
        {
            epoch.Database.ThrowIfPaused(relation.Id);
            if (relation is TableItem { PrimaryKey.IsEmpty: false } table && batch.Deltas.Weights is null)
            {
                // A keyed table fed by a connector keeps the newest row of each key unless it says otherwise.
                epoch.Apply(new TableWrite(
                    table,
                    null,
                    batch.Deltas.Rows,
                    table.OnConflict == ConflictBehavior.Error ? ConflictBehavior.Overwrite : table.OnConflict));
            }
            else
            {
                epoch.AddDeltas(relation.Id, batch.Deltas.Acquire());
            }
        }

        if (batch.Errors.Count > 0)
        {
            epoch.Database.ThrowIfPaused(SourceErrors.Item.Id);
            ColumnBatch rows = ColumnBatch.FromRows(
                [.. SourceErrors.Item.Columns.Select(c => c.Type.Physical)],
                [.. batch.Errors.Select(e => ImmutableArray.Create(
                    new Datum((int)relation.Oid), Datum.Text(relation.Name), new Datum(epoch.NowMicroseconds),
                    Datum.Text(e.Position), new Datum(e.Raw.ToArray()), Datum.Text(e.Reason)))]);
            epoch.AddDeltas(SourceErrors.Item.Id, new DeltaBatch(rows));
        }

        epoch.AddEntry(new OffsetEntry(relation.Id, batch.Offset));
        epoch.OnPublish(() => epoch.Database.SetOffset(relation.Id, batch.Offset));
    }
}
