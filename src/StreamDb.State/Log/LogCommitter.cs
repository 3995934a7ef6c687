namespace StreamDb.State.Log;

/// <summary>
/// The thread behind <see cref="IWriteAheadLog.CommitAsync"/>: one commit serves everyone who asked before it began.
/// </summary>
internal sealed class LogCommitter : IDisposable
{
    private readonly Func<long, int, long> _commit;
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _wake = new(0);
    private List<(long Sequence, int Life, TaskCompletionSource<long> Done)> _waiting = [];
    private bool _stopping;

    /// <param name="commit">Takes a sequence number and the log's life; returns at once when that is durable already.</param>
    public LogCommitter(Func<long, int, long> commit)
    {
        _commit = commit;
        _thread = new Thread(Run) { IsBackground = true, Name = "write-ahead log commit" };
        _thread.Start();
    }

    public Task<long> WaitFor(long sequence, int life)
    {
        TaskCompletionSource<long> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _waiting.Add((sequence, life, done));
        }

        _wake.Release();
        return done.Task;
    }

    /// <summary>Serves those who already wait, then ends.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_stopping)
            {
                return;
            }

            _stopping = true;
        }

        _wake.Release();
        _thread.Join();
        _wake.Dispose();
    }

    private void Run()
    {
        List<(long Sequence, int Life, TaskCompletionSource<long> Done)> serving = [];
        while (true)
        {
            _wake.Wait();
            bool stopping;
            lock (_lock)
            {
                (serving, _waiting) = (_waiting, serving);
                stopping = _stopping;
            }

            if (serving.Count > 0)
            {
                Serve(serving);
                serving.Clear();
            }
            else if (stopping)
            {
                return;
            }
        }
    }

    private void Serve(List<(long Sequence, int Life, TaskCompletionSource<long> Done)> serving)
    {
        foreach ((long sequence, int life, TaskCompletionSource<long> done) in serving)
        {
            try
            {
                // The first one syncs for all.
                done.SetResult(_commit(sequence, life));
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        }
    }
}
