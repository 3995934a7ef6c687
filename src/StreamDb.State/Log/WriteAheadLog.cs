using FASTER.core;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.State.Devices;

namespace StreamDb.State.Log;

/// <summary>The write-ahead log over FasterLog: our frames in its entries, our verification in place of its recovery.</summary>
/// <remarks>
/// <c>_appendLock</c> orders appends and hands pages to the device; appends go on while a sync runs. One thread at a
/// time is the committer (<c>_committing</c>); it syncs for everyone who appended before it began, and those wait
/// for the result without having to become committer themselves.
/// State: working → failed (first I/O error, see <see cref="Failure"/>) → working (<see cref="ReopenAsync"/>, a new
/// FasterLog over new file handles, and the next <c>_life</c>: who still waits for a record of the last one fails).
/// A FasterLog that has seen an error is never used again.
/// </remarks>
public sealed class WriteAheadLog : IWriteAheadLog
{
    /// <summary>The largest record: it must fit into one array when it is replayed.</summary>
    public const long RecordBytesMax = 1L << 30;

    private readonly IFileSystem _files;
    private readonly LogFiles _layout;
    private readonly WriteAheadLogOptions _options;
    private readonly long _logId;
    private readonly Lock _appendLock = new();
    private readonly object _commitGate = new();
    private readonly LogCommitter _committer;
    private LogRange _range;
    private FasterLog _log;
    private FasterLogDevice _device;
    private DurableMark _mark;
    private SqlException? _failure;
    private DurablePoint _durable;
    private long _lastSequence;
    private long _durableSequence;
    private int _life;
    private bool _committing;
    private bool _disposed;

    private WriteAheadLog(
        IFileSystem files, LogFiles layout, WriteAheadLogOptions options, LogRange range, long logId)
    {
        _files = files;
        _layout = layout;
        _options = options;
        _range = range;
        _logId = logId;
        (_log, _device, _mark) = OpenFiles(keepUntil: null);
        _committer = new LogCommitter(Commit);
    }

    /// <summary>What opening found.</summary>
    public LogRecoveryResult Recovery { get; private set; }

    public long LastSequence => Volatile.Read(ref _lastSequence);

    public long DurableSequence => Volatile.Read(ref _durableSequence);

    public SqlException? Failure => Volatile.Read(ref _failure);

    /// <summary>How far the log is durable: where a checkpoint of everything up to here has the log begin.</summary>
    public DurablePoint Durable
    {
        get
        {
            lock (_commitGate)
            {
                return _durable;
            }
        }
    }

    /// <summary>Makes the files of an empty log durable. Existing records and an existing mark are kept.</summary>
    public static void Create(IFileSystem files, string directory, Guid instanceId, WriteAheadLogOptions options)
    {
        LogFiles layout = LayoutOf(directory, options);
        files.CreateDirectory(directory);
        using (IFile segment = files.Open(layout.PathOf(0), create: true))
        {
            segment.Sync();
        }

        using (DurableMark mark = OpenMark(files, directory, LogIdOf(instanceId), create: true))
        {
            if (mark.Read() is null)
            {
                mark.Write(new DurablePoint(0, LogRange.FirstAddress));
            }

            mark.Sync();
        }

        files.SyncDirectory(directory);
    }

    /// <summary>Verifies the log, cuts a torn tail, and opens it for appending.</summary>
    /// <param name="range">What the manifest knows.</param>
    /// <exception cref="SqlException">XX001: an acknowledged record is missing or damaged; nothing was changed.</exception>
    public static WriteAheadLog Open(
        IFileSystem files, string directory, Guid instanceId, LogRange range, WriteAheadLogOptions options)
    {
        LogFiles layout = LayoutOf(directory, options);
        return FindMissing(files, layout, range) is { } missing ? throw missing : new WriteAheadLog(files, layout, options, range, LogIdOf(instanceId));
    }

    /// <summary>Verifies a log that nobody has open, from <paramref name="range"/> on, and changes nothing.</summary>
    /// <returns>What is wrong, a line each.</returns>
    public static IReadOnlyList<string> Check(
        IFileSystem files, string directory, Guid instanceId, LogRange range, WriteAheadLogOptions options, out LogRecoveryResult found)
    {
        found = new LogRecoveryResult(range.BeginSequence - 1, range.BeginAddress, 0);
        List<string> problems = [];
        DurablePoint? point = null;
        string markPath = Path.Combine(directory, DurableMark.FileName);
        if (!files.FileExists(markPath))
        {
            problems.Add($"file \"{markPath}\" is missing: the end of the log cannot be verified beyond record {range.EndSequence}");
        }
        else
        {
            using DurableMark mark = OpenMark(files, directory, LogIdOf(instanceId), create: false);
            point = mark.Read();
            if (!mark.IsWhole())
            {
                problems.Add($"file \"{markPath}\" is damaged: {(point is null ? "both slots" : "one of two slots")}");
            }
        }

        LogFiles layout = LayoutOf(directory, options);
        try
        {
            if (FindMissing(files, layout, range) is { } missing)
            {
                problems.Add(missing.Message);
            }
            else
            {
                found = new LogRecovery(files, layout, LogIdOf(instanceId)).Verify(range, point, keepUntil: null);
            }
        }
        catch (SqlException exception) when (exception.State == SqlState.DataCorrupted)
        {
            problems.Add(exception.Message);
        }

        return problems;
    }

    public unsafe long Append(Epoch epoch, ReadOnlySpan<byte> payload)
    {
        fixed (byte* pinned = payload)
        {
            return Append(epoch, payload.Length, new FrameEntry { Payload = pinned });
        }
    }

    public long Append(Epoch epoch, IReadOnlyList<ReadOnlyMemory<byte>> segments)
    {
        long bytes = 0;
        foreach (ReadOnlyMemory<byte> segment in segments)
        {
            bytes += segment.Length;
        }

        return Append(epoch, bytes, new FrameEntry { Segments = segments });
    }

    public long Commit()
    {
        // In this order: a reopening in between makes the wait fail, not succeed for another record of that number.
        int life = Volatile.Read(ref _life);
        return Commit(LastSequence, life);
    }

    public Task<long> CommitAsync()
    {
        int life = Volatile.Read(ref _life);
        return _committer.WaitFor(LastSequence, life);
    }

    public IEnumerable<LogRecord> Replay(long fromSequence)
    {
        DurablePoint until;
        LogRange range;
        lock (_commitGate)
        {
            until = _durable;
            range = _range;
        }

        Invariant.Check(fromSequence >= range.BeginSequence, "records before the checkpoint are not replayed");
        return LogReplay.Run(_files, _layout, _logId, range, until, fromSequence);
    }

    /// <summary>Forgets what lies behind a checkpoint, once its manifest is durable.</summary>
    /// <param name="range">The manifest's.</param>
    /// <param name="keepFrom">Address from which an older manifest still needs the log: whole files before it are removed.</param>
    /// <exception cref="IOException">A file could not be removed; the next call tries again.</exception>
    public void Truncate(LogRange range, long keepFrom)
    {
        Invariant.Check(keepFrom <= range.BeginAddress, "a manifest's own part of the log is kept");
        lock (_commitGate)
        {
            _range = range;
        }

        int kept = _layout.SegmentOf(keepFrom);
        foreach (int segment in _layout.List(_files))
        {
            if (segment < kept)
            {
                lock (_appendLock)
                {
                    _device.RemoveSegment(segment);
                }

                KillPoints.Pass(KillPoints.DuringTruncation);
            }
        }
    }

    public async Task<long> ReopenAsync(CancellationToken cancellation = default)
    {
        while (Failure is not null)
        {
            if (TryReopen())
            {
                break;
            }

            await Task.Delay(_options.ProbeIntervalMs, cancellation).ConfigureAwait(false);
        }

        return DurableSequence;
    }

    /// <summary>Commits what was appended, when the log works, and closes the files.</summary>
    public void Dispose()
    {
        _committer.Dispose();
        BeginExclusive();
        try
        {
            if (!_disposed)
            {
                Close();
            }
        }
        finally
        {
            EndCommit();
        }
    }

    // The file in which the log begins. A log that begins with a file of its own may not have come to write it.
    private static SqlException? FindMissing(IFileSystem files, LogFiles layout, LogRange range)
    {
        string first = layout.PathOf(layout.SegmentOf(range.BeginAddress));
        bool mayBeMissing = layout.OffsetOf(range.BeginAddress) == 0 && range.EndSequence < range.BeginSequence;
        return files.DirectoryExists(layout.Directory) && (files.FileExists(first) || mayBeMissing)
            ? null
            : IoFailure.Damage(first, 0, "the file is missing");
    }

    private static LogFiles LayoutOf(string directory, WriteAheadLogOptions options)
    {
        Invariant.Check(options.SegmentBytes % options.PageBytes == 0 && options.MemoryBytes >= 2L * options.PageBytes);
        Invariant.Check(options.PartBytesMax <= options.PageBytes / 2, "a part with its headers must fit into the first page");
        return new LogFiles(directory, options.SegmentBytes, options.PageBytes);
    }

    private static long LogIdOf(Guid instanceId) => BitConverter.ToInt64(instanceId.ToByteArray());

    private static DurableMark OpenMark(IFileSystem files, string directory, long logId, bool create) =>
        new(files.Open(Path.Combine(directory, DurableMark.FileName), create), logId);

    private long Append(Epoch epoch, long bytes, FrameEntry entry)
    {
        if (bytes > RecordBytesMax)
        {
            throw new SqlException(
                SqlState.ProgramLimitExceeded, $"one epoch's changes of {bytes} bytes exceed the limit of {RecordBytesMax} bytes");
        }

        lock (_appendLock)
        {
            ThrowIfUnusable();
            long sequence = _lastSequence + 1;
            int parts = (int)Math.Max(1, (bytes + _options.PartBytesMax - 1) / _options.PartBytesMax);
            try
            {
                for (int part = 0; part < parts; part++)
                {
                    int length = (int)Math.Min(bytes, _options.PartBytesMax);
                    bytes -= length;
                    entry.Frame = new LogFrame(_logId, sequence, epoch.Value, DurableSequence, part, parts, length);
                    Enqueue(entry);
                    entry.Advance();
                }
            }
            catch (Exception exception)
            {
                throw Fail(exception);
            }

            Volatile.Write(ref _lastSequence, sequence);
            return sequence;
        }
    }

    private void Enqueue(in FrameEntry entry)
    {
        SpinWait wait = default;
        while (!_log.TryEnqueue(entry, out _))
        {
            // All pages are in memory and the device is behind, or it has failed and never will catch up.
            ThrowIfDeviceFailed();
            wait.SpinOnce();
        }
    }

    private long Commit(long wanted, int life)
    {
        if (!BeginCommit(wanted, life))
        {
            return DurableSequence;
        }

        try
        {
            ThrowIfUnusable();
            return CommitAppended();
        }
        finally
        {
            EndCommit();
        }
    }

    // Waits until the record is durable (false) or this thread is the committer (true).
    private bool BeginCommit(long wanted, int life)
    {
        lock (_commitGate)
        {
            while (true)
            {
                if (_life != life)
                {
                    throw new SqlException(SqlState.IoError, "the write-ahead log failed and was reopened without this record");
                }

                if (_durableSequence >= wanted)
                {
                    return false;
                }

                if (!_committing)
                {
                    return _committing = true;
                }

                Monitor.Wait(_commitGate);
            }
        }
    }

    // As BeginCommit, for those who need the files to themselves.
    private void BeginExclusive()
    {
        lock (_commitGate)
        {
            while (_committing)
            {
                Monitor.Wait(_commitGate);
            }

            _committing = true;
        }
    }

    private void EndCommit()
    {
        lock (_commitGate)
        {
            _committing = false;
            Monitor.PulseAll(_commitGate);
        }
    }

    // Only by the committer.
    private long CommitAppended()
    {
        try
        {
            DurablePoint point = HandToDevice();
            KillPoints.Pass(KillPoints.AfterAppend);
            _device.Sync();
            KillPoints.Pass(KillPoints.AfterSync);
            lock (_commitGate)
            {
                _durable = point;
                _durableSequence = point.Sequence;
            }
        }
        catch (Exception exception) when (exception is not InvariantException)
        {
            throw Fail(exception);
        }

        WriteMark();
        return _durableSequence;
    }

    private void Close()
    {
        try
        {
            if (Failure is null)
            {
                CommitAppended();
                _mark.Sync();
            }
        }
        catch (Exception exception) when (exception is SqlException or IOException)
        {
            // Nothing was acknowledged that is not durable; Failure tells the owner.
            _ = Fail(exception);
        }

        lock (_appendLock)
        {
            _disposed = true;
            CloseFiles();
        }
    }

    // Writes every page up to the tail; the device does so on this thread. Returns the point a sync now reaches.
    private DurablePoint HandToDevice()
    {
        lock (_appendLock)
        {
            DurablePoint point = new(_lastSequence, _log.TailAddress);
            _log.Commit();
            SpinWait wait = default;
            while (_log.FlushedUntilAddress < point.Address)
            {
                ThrowIfDeviceFailed();
                wait.SpinOnce();
            }

            return point;
        }
    }

    private void WriteMark()
    {
        try
        {
            _mark.Write(_durable);
        }
        catch (IOException exception)
        {
            // The records are durable, so this commit stands; but what the mark says is now old.
            _ = Fail(exception);
        }
    }

    private void ThrowIfDeviceFailed()
    {
        if (_device.Failure is { } failure)
        {
            throw new IOException(failure.Message, failure) { HResult = failure.HResult };
        }
    }

    private void ThrowIfUnusable()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (Failure is { } failure)
        {
            throw IoFailure.ToSqlException(failure);
        }
    }

    // FASTER wraps what the device reports; the device knows the cause.
    private SqlException Fail(Exception exception)
    {
        SqlException failure = IoFailure.ToSqlException(_device.Failure ?? exception);
        return Interlocked.CompareExchange(ref _failure, failure, null) ?? failure;
    }

    private bool TryReopen()
    {
        BeginExclusive();
        try
        {
            lock (_appendLock)
            {
                if (_disposed || Failure is null)
                {
                    return true;
                }

                Probe();
                CloseFiles();
                (_log, _device, _mark) = OpenFiles(keepUntil: _durable.Sequence);
                lock (_commitGate)
                {
                    _life++;
                }

                Volatile.Write(ref _failure, null);
                return true;
            }
        }
        catch (Exception exception) when (exception is IOException or SqlException { State: SqlState.DataCorrupted })
        {
            // A directory that came back without its records is not ours: the wait goes on for the one that is.
            return false;
        }
        finally
        {
            EndCommit();
        }
    }

    private void Probe()
    {
        string path = Path.Combine(_layout.Directory, "probe");
        using (IFile probe = _files.Open(path, create: true))
        {
            probe.Write(0, new byte[_layout.PageBytes]);
            probe.Sync();
        }

        _files.Delete(path);
        _files.SyncDirectory(_layout.Directory);
    }

    private (FasterLog Log, FasterLogDevice Device, DurableMark Mark) OpenFiles(long? keepUntil)
    {
        LogRange range;
        lock (_commitGate)
        {
            range = _range;
        }

        DurableMark mark = OpenMark(_files, _layout.Directory, _logId, create: true);
        FasterLogDevice? device = null;
        try
        {
            Recovery = new LogRecovery(_files, _layout, _logId).Run(range, mark.Read(), keepUntil);
            _durable = new DurablePoint(Recovery.LastSequence, Recovery.EndAddress);
            mark.Write(_durable);
            device = new FasterLogDevice(_files, _layout);
            FasterLog log = OpenFaster(device, range.BeginAddress);
            Volatile.Write(ref _lastSequence, Recovery.LastSequence);
            Volatile.Write(ref _durableSequence, Recovery.LastSequence);
            return (log, device, mark);
        }
        catch
        {
            device?.Dispose();
            mark.Dispose();
            throw;
        }
    }

    private FasterLog OpenFaster(FasterLogDevice device, long begin)
    {
        using FasterLogSettings settings = new()
        {
            LogDevice = device,
            LogCommitManager = new RecoveredCommit(begin, Recovery.EndAddress),
            PageSize = _options.PageBytes,
            MemorySize = _options.MemoryBytes,
            SegmentSize = _options.SegmentBytes,
            LogChecksum = LogChecksumType.PerEntry,
            FastCommitMode = true,
            TryRecoverLatest = false,
            RemoveOutdatedCommits = false,
        };
        FasterLog log = new(settings);
        try
        {
            if (Recovery.EndAddress > LogRange.FirstAddress)
            {
                log.Recover();
            }
        }
        catch (FasterException) when (device.Failure is not null)
        {
            // The cause is thrown below.
        }

        if (device.Failure is { } failure)
        {
            log.Dispose();
            throw new IOException(failure.Message, failure) { HResult = failure.HResult };
        }

        Invariant.Check(log.TailAddress == Recovery.EndAddress, "FasterLog resumed elsewhere than the verified end");
        return log;
    }

    private void CloseFiles()
    {
        _mark.Dispose();
        _log.Dispose();
        _device.Dispose();
    }
}
