using System.Buffers;
using StreamDb.Core.Clocks;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.State.Log;

namespace StreamDb.Coordinator.Epochs;

/// <summary>The one thread that puts writes in order: it builds epochs, logs them while the workers compute them, and publishes them.</summary>
/// <remarks>
/// 1. A request is acknowledged only after its epoch is durable in the log, computed and published.
/// 2. Epochs are published in order, one at a time; while one is made durable, requests gather for the next. So one row
///    waits for nothing when the database is idle, and thousands share one sync under load.
/// 3. When the log fails, the epoch that was being written is kept (computed, not published, not acknowledged) and logged
///    again once the log works; new requests are refused with 53100 or 58030 meanwhile. Reads go on.
/// </remarks>
internal sealed class Sequencer : IDisposable
{
    private const long EpochRowsMax = 200_000;
    private const long EpochBytesMax = 64 << 20;

    private readonly Database _database;
    private readonly Engine _engine;
    private readonly IWriteAheadLog? _log;
    private readonly IClock _clock;
    private readonly Queue<WriteRequest> _queue = new();
    private readonly Lock _gate = new();
    private readonly AutoResetEvent _wake = new(false);
    private readonly Thread _thread;
    private readonly ArrayBufferWriter<byte> _payload = new(1 << 16);
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _stopping;
    private volatile SqlException? _refusal;
    private long _nowMicroseconds;

    public Sequencer(Database database, Engine engine, IWriteAheadLog? log, IClock clock, Epoch published, long nowMicroseconds)
    {
        _database = database;
        _engine = engine;
        _log = log;
        _clock = clock;
        _nowMicroseconds = nowMicroseconds;
        Published = published;
        _thread = new Thread(Run) { IsBackground = true, Name = "sequencer" };
    }

    /// <summary>The newest visible epoch; written by the sequencer's thread.</summary>
    public Epoch Published { get; private set; }

    /// <summary>Epochs published since the start.</summary>
    public long EpochCount { get; private set; }

    public void Start() => _thread.Start();

    /// <summary>Queues a request. Await its <see cref="WriteRequest.Completion"/>.</summary>
    public void Submit(WriteRequest request)
    {
        lock (_gate)
        {
            // Under the gate: what came in just before the refusal is refused with what was queued, and waits for no log.
            if (_refusal is { } refusal)
            {
                request.Fail(ReadOnly(refusal));
                return;
            }

            if (_stopping)
            {
                request.Fail(new SqlException(SqlState.AdminShutdown, "the database is shutting down"));
                return;
            }

            _queue.Enqueue(request);
        }

        _wake.Set();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
        }

        _stop.Cancel();
        _wake.Set();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _wake.Dispose();
        _stop.Dispose();
    }

    private void Run()
    {
        try
        {
            while (true)
            {
                if (!HasWork() && !_stopping)
                {
                    _wake.WaitOne(UntilNextEventMs());
                }

                bool hasRequests = HasWork();
                if (!hasRequests && _stopping)
                {
                    return;
                }

                _nowMicroseconds = Math.Max(_nowMicroseconds, _clock.NowMicroseconds);
                bool isEventDue = _engine.NextTemporalEvent is { } next && next <= _nowMicroseconds;
                if (hasRequests || isEventDue)
                {
                    Step(isEventDue);
                }
            }
        }
        catch (OperationCanceledException) when (_stopping)
        {
            // The log did not come back before the end: what waits for it was never acknowledged.
            RefuseQueued(new SqlException(SqlState.AdminShutdown, "the database is shutting down"));
        }
        catch (Exception exception)
        {
            // A broken invariant: nothing computed from here on could be trusted.
            Environment.FailFast("the sequencer failed: " + exception.Message, exception);
        }
    }

    private bool HasWork()
    {
        lock (_gate)
        {
            return _queue.Count > 0;
        }
    }

    private int UntilNextEventMs()
    {
        if (_engine.NextTemporalEvent is not { } next)
        {
            return Timeout.Infinite;
        }

        long waitMicroseconds = next - _clock.NowMicroseconds;
        return waitMicroseconds <= 0 ? 0 : (int)Math.Min((waitMicroseconds / 1000) + 1, 60_000);
    }

    private void Step(bool isEventDue)
    {
        var builder = new EpochBuilder(_database, Published.Next, _nowMicroseconds);
        while (TryTake(builder, out WriteRequest? request))
        {
            if (request.Cancellation.IsCancellationRequested)
            {
                request.Fail(new OperationCanceledException(request.Cancellation));
            }
            else
            {
                builder.Add(request);
            }
        }

        if (builder.Entries.Count > 0 || isEventDue)
        {
            try
            {
                Compute(builder);
            }
            catch (OperationCanceledException) when (_stopping)
            {
                foreach (WriteRequest request in builder.Requests)
                {
                    request.Fail(new SqlException(SqlState.AdminShutdown, "the database is shutting down"));
                }

                throw;
            }
        }

        foreach (Action action in builder.PublishActions)
        {
            action();
        }

        foreach (WriteRequest request in builder.Requests)
        {
            request.Complete();
        }
    }

    private bool TryTake(EpochBuilder builder, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out WriteRequest? request)
    {
        lock (_gate)
        {
            // What reads the latest state starts an epoch of its own: everything before it is then published.
            if (!_queue.TryPeek(out request)
                || builder.RowCount >= EpochRowsMax
                || builder.Bytes >= EpochBytesMax
                || (request.ReadsLatest && builder.Requests.Count > 0))
            {
                return false;
            }

            _queue.Dequeue();
            return true;
        }
    }

    private void Compute(EpochBuilder builder)
    {
        EpochHandle handle = _engine.Begin(builder.Epoch, builder.NowMicroseconds, builder.Deltas, waits: _log is null);
        if (_log is not null)
        {
            _payload.ResetWrittenCount();
            EpochRecord.Write(builder.NowMicroseconds, builder.Entries, _payload);
            MakeDurable(builder.Epoch);
        }

        handle.Wait();
        _database.Paused(handle.Failures);
        lock (_database.PublishGate)
        {
            _engine.Publish(builder.Epoch);
            Published = builder.Epoch;
            _database.Catalog = builder.Catalog;
        }

        EpochCount++;
        _database.Checkpointer?.EpochPublished();
        foreach (RelationDelta delta in builder.Deltas)
        {
            delta.Delta.Release();
        }

        if (_payload.Capacity > 16 << 20)
        {
            _payload.Clear();
        }
    }

    private void MakeDurable(Epoch epoch)
    {
        while (true)
        {
            try
            {
                _log!.Append(epoch, _payload.WrittenSpan);
                _log.Commit();
                if (_refusal is not null)
                {
                    _refusal = null;
                    _database.Logger.WritesAgain(_database.Name);
                }

                return;
            }
            catch (SqlException exception) when (exception.State is SqlState.DiskFull or SqlState.IoError)
            {
                if (_refusal is null)
                {
                    _database.Logger.ReadOnly(_database.Name, exception.Message);
                }

                _refusal = exception;
                RefuseQueued(ReadOnly(exception));
                _log!.ReopenAsync(_stop.Token).GetAwaiter().GetResult();
                _stop.Token.ThrowIfCancellationRequested();
            }
        }
    }

    private void RefuseQueued(SqlException reason)
    {
        List<WriteRequest> refused;
        lock (_gate)
        {
            refused = [.. _queue];
            _queue.Clear();
        }

        foreach (WriteRequest request in refused)
        {
            request.Fail(reason);
        }
    }

    private static SqlException ReadOnly(SqlException reason) => new(reason.State, "the database is read-only: " + reason.Message);
}
