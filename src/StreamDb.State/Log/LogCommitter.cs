namespace StreamDb.State.Log;

/// <summary>
/// The thread behind <see cref="IWriteAheadLog.CommitAsync"/>: one commit serves everyone who asked before it began.
/// </summary>
internal sealed class LogCommitter : IDisposable
{
    private readonly Func<long> _commit;
    private readonly Thread _thread;
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _wake = new(0);
    private List<(long Sequence, TaskCompletionSource<long> Done)> _waiting = [];
    private bool _stopping;

    public LogCommitter(Func<long> commit)
    {
        _commit = commit;
        _thread = new Thread(Run) { IsBackground = true, Name = "write-ahead log commit" };
        _thread.Start();
    }

    public Task<long> WaitFor(long sequence)
    {
        TaskCompletionSource<long> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_stopping, this);
            _waiting.Add((sequence, done));
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
        List<(long Sequence, TaskCompletionSource<long> Done)> serving = [];
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

    private void Serve(List<(long Sequence, TaskCompletionSource<long> Done)> serving)
    {
        try
        {
            long durable = _commit();
            foreach ((_, TaskCompletionSource<long> done) in serving)
            {
                done.SetResult(durable);
            }
        }
        catch (Exception exception)
        {
            foreach ((_, TaskCompletionSource<long> done) in serving)
            {
                done.SetException(exception);
            }
        }
    }
}
