using StreamDb.Coordinator.Epochs;
using StreamDb.Coordinator.Statements;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.State.Devices;
using StreamDb.State.Log;

namespace StreamDb.Coordinator.Recovery;

/// <summary>Brings a database to the state of its log: every epoch again, in order, with its own time, DDL and deltas.</summary>
/// <remarks>Deterministic: the same log gives the same state. Deltas were validated before they were logged and are not checked again.</remarks>
internal static class LogReplay
{
    /// <param name="fromSequence">The first record to replay.</param>
    /// <param name="last">The epoch that the database is at.</param>
    /// <param name="now">Its time.</param>
    /// <returns>The last epoch and its time.</returns>
    /// <exception cref="Core.Errors.SqlException">XX001: the log is damaged, or does not say what a log must say.</exception>
    public static (Epoch Published, long NowMicroseconds) Run(Database database, IWriteAheadLog log, long fromSequence, Epoch last, long now)
    {
        database.Options.Progress.Begin("replaying the log", "records", log.DurableSequence - fromSequence + 1);
        foreach (LogRecord record in log.Replay(fromSequence))
        {
            (long recordNow, IReadOnlyList<LogEntry> entries) = EpochRecord.Read(record.Payload.Span);
            Invariant.Check(record.Epoch > last, "epochs in the log increase");
            var deltas = new List<RelationDelta>();
            foreach (LogEntry entry in entries)
            {
                switch (entry)
                {
                    case DdlEntry ddl:
                        DdlExecutor.Replay(database, ddl, last, recordNow);
                        break;
                    case DeltaEntry delta:
                        deltas.Add(new RelationDelta(delta.Relation, delta.Deltas));
                        break;
                    case OffsetEntry offset:
                        database.SetOffset(offset.Source, offset.Offset);
                        break;
                }
            }

            EpochHandle handle = database.Engine.Begin(record.Epoch, recordNow, deltas, waits: true);
            handle.Wait();
            database.Paused(handle.Failures);
            database.Engine.Publish(record.Epoch);
            foreach (RelationDelta delta in deltas)
            {
                delta.Delta.Release();
            }

            KillPoints.Pass(KillPoints.DuringReplay);
            database.Options.Progress.Advance();
            last = record.Epoch;
            now = recordNow;
        }

        return (last, now);
    }
}
