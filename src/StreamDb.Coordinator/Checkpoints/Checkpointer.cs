using System.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.State;
using StreamDb.State.Checkpoints;

namespace StreamDb.Coordinator.Checkpoints;

/// <summary>Makes the checkpoints of one database, on a thread of its own, beside processing.</summary>
/// <remarks>
/// 1. A checkpoint is due when the log has grown by so many bytes or so much time has passed since the last one, when someone
///    asks, when recovery had to take an older one, and at the end. It is made only when something has changed.
/// 2. One at a time. The image is taken by the sequencer between two epochs; everything else happens here.
/// 3. A failure changes nothing: the former checkpoint and the log still hold everything, and it is tried again.
/// </remarks>
internal sealed class Checkpointer : IDisposable
{
    private const string RecoveryReason = "recovery";
    private const int HistoryCount = 100;
    private const int RetryMs = 5000;

    /// <summary>How long the end waits for the sequencer, whose log may never work again.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    /// <summary>The same when the log is known not to work.</summary>
    private static readonly TimeSpan _patienceWithoutLog = TimeSpan.FromSeconds(1);

    private readonly Database _database;
    private readonly DataDirectory _directory;
    private readonly Thread _thread;
    private readonly AutoResetEvent _wake = new(false);
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private readonly Queue<CheckpointFigures> _history = new();
    private List<TaskCompletionSource> _asked = [];
    private Epoch _epoch;
    private long _logAddressMax;
    private long _lastEnd = Stopwatch.GetTimestamp();
    private string? _overdue;
    private bool _hasFailed;
    private bool _isStopping;

    public Checkpointer(Database database, DataDirectory directory)
    {
        _database = database;
        _directory = directory;
        _epoch = directory.Manifest.Epoch;
        _overdue = directory.FellBackBecause is null ? null : RecoveryReason;
        SetLogLimit(directory.Manifest.Log.BeginAddress);
        _thread = new Thread(Run) { IsBackground = true, Name = "checkpoints" };
    }

    /// <summary>The last ones, oldest first.</summary>
    public IReadOnlyList<CheckpointFigures> History
    {
        get
        {
            lock (_gate)
            {
                return [.. _history];
            }
        }
    }

    public void Start() => _thread.Start();

    /// <summary>Tells that the log has grown; the sequencer's thread, after each epoch.</summary>
    public void EpochPublished()
    {
        if (_directory.Log.Durable.Address >= Volatile.Read(ref _logAddressMax))
        {
            _wake.Set();
        }
    }

    /// <summary>Ends when a checkpoint of everything published before the call is durable.</summary>
    /// <exception cref="SqlException">53100, 58030, 55000: it could not be made.</exception>
    public Task RequestAsync()
    {
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_isStopping)
            {
                throw new SqlException(SqlState.AdminShutdown, "the database is shutting down");
            }

            _asked.Add(asked);
        }

        _wake.Set();
        return asked.Task;
    }

    /// <summary>Makes the last checkpoint, while the sequencer still runs.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isStopping = true;
        }

        _stop.CancelAfter(_directory.Log.Failure is null ? _patience : _patienceWithoutLog);
        _wake.Set();
        if (_thread.ThreadState != System.Threading.ThreadState.Unstarted)
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
                _wake.WaitOne(UntilDueMs());
                List<TaskCompletionSource> asked;
                bool isStopping;
                lock (_gate)
                {
                    (asked, _asked) = (_asked, []);
                    isStopping = _isStopping;
                }

                SqlException? failure = Reason(isStopping, asked.Count > 0) is { } reason ? Make(reason) : null;
                foreach (TaskCompletionSource waiting in asked)
                {
                    _ = failure is null ? waiting.TrySetResult() : waiting.TrySetException(failure);
                }

                if (isStopping)
                {
                    return;
                }
            }
        }
        catch (Exception exception)
        {
            // A broken invariant: what is on disk is still whole, but what would be written could not be trusted.
            Environment.FailFast("checkpoints failed: " + exception.Message, exception);
        }
    }

    private string? Reason(bool isStopping, bool isAsked)
    {
        if (_overdue is not null && (isStopping || isAsked || UntilDueMs() == 0))
        {
            return _overdue;
        }

        if (_database.Published == _epoch)
        {
            return null;
        }

        return isStopping ? "shutdown"
            : isAsked ? "statement"
            : _directory.Log.Durable.Address >= _logAddressMax ? "log size"
            : UntilDueMs() == 0 ? "interval"
            : null;
    }

    private int UntilDueMs()
    {
        int pauseMs = _overdue is null ? _database.Options.CheckpointIntervalMs : _hasFailed ? RetryMs : 0;
        return _overdue is null && pauseMs == 0
            ? Timeout.Infinite
            : (int)Math.Max(0, Math.Ceiling(pauseMs - Stopwatch.GetElapsedTime(_lastEnd).TotalMilliseconds));
    }

    /// <returns>Why it failed; null when it did not.</returns>
    private SqlException? Make(string reason)
    {
        long started = _database.Options.Clock.NowMicroseconds;
        long start = Stopwatch.GetTimestamp();
        SqlException? failure = null;
        long written = 0;
        long total = 0;
        try
        {
            using DatabaseImage image = Capture();
            using CheckpointWriter writer = _directory.BeginCheckpoint();
            image.Write(writer);
            (written, total) = (writer.WrittenBytes, writer.TotalBytes);
            _epoch = image.Epoch;
            SetLogLimit(image.Log.Address);
        }
        catch (SqlException exception) when (exception.State is
            SqlState.DiskFull or SqlState.IoError or SqlState.AdminShutdown or SqlState.ObjectNotInPrerequisiteState)
        {
            // The log grows until it works; its size asks for nothing more meanwhile.
            failure = exception;
            Volatile.Write(ref _logAddressMax, long.MaxValue);
            _database.Logger.CheckpointFailed(_database.Name, exception.Message);
        }

        string? error = failure?.Message ?? (reason == RecoveryReason ? _directory.FellBackBecause : null);
        _overdue = failure is null ? null : reason;
        _hasFailed = failure is not null;
        _lastEnd = Stopwatch.GetTimestamp();
        Remember(new CheckpointFigures(
            _epoch, started, Stopwatch.GetElapsedTime(start).TotalMilliseconds, written, total, reason, error));
        return failure;
    }

    private DatabaseImage Capture()
    {
        var request = new CaptureRequest(_database, _directory.Log) { Cancellation = _stop.Token };
        _database.Sequencer.Submit(request);
        try
        {
            request.Completion.WaitAsync(_stop.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            // It may still come about: then nobody needs it.
            _ = request.Completion.ContinueWith(_ => request.Image?.Dispose(), TaskScheduler.Default);
            throw new SqlException(SqlState.AdminShutdown, "the log did not work again before the end");
        }

        return request.Image!;
    }

    private void Remember(CheckpointFigures figures)
    {
        lock (_gate)
        {
            if (_history.Count == HistoryCount)
            {
                _history.Dequeue();
            }

            _history.Enqueue(figures);
        }
    }

    private void SetLogLimit(long begin)
    {
        long bytes = _database.Options.CheckpointLogBytes;
        Volatile.Write(ref _logAddressMax, bytes == 0 ? long.MaxValue : begin + bytes);
    }
}
