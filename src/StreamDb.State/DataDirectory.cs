using StreamDb.Core.Clocks;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.State.Checkpoints;
using StreamDb.State.Devices;
using StreamDb.State.Log;
using StreamDb.State.Segments;

namespace StreamDb.State;

/// <summary>One database on disk, held by one process: the lock, the manifest, its segment files and the write-ahead log.</summary>
/// <remarks>
/// Layout: <c>lock</c> (the holder's process id), <c>manifest.N</c> (see <see cref="ManifestStore"/>), <c>segments/</c>
/// (files that manifests name), <c>wal/</c> (segments of the log and the durable mark). Creation writes a manifest without
/// a log first and the log's files next, so that "there is no log" is believed only when a manifest says so.
/// Opening takes the newest manifest all of whose files are sound; the log then leads from its epoch to the present.
/// One thread at a time.
/// </remarks>
public sealed class DataDirectory : IDisposable
{
    internal const string LockName = "lock";
    internal const string LogName = "wal";

    private readonly IFileSystem _files;
    private readonly WriteAheadLogOptions _options;
    private readonly ManifestStore _manifests;
    private readonly SegmentStore _segments;
    private readonly IDisposable _lock;
    private bool _disposed;

    private DataDirectory(string path, IFileSystem files, IClock clock, WriteAheadLogOptions options, RecoveryProgress progress, IDisposable held)
    {
        Path = path;
        _files = files;
        _lock = held;
        _manifests = new ManifestStore(files, path);
        _manifests.Load();
        if (_manifests.Kept.Count == 0)
        {
            RefuseIfNotEmpty();
            Manifest created = new()
            {
                Generation = 1,
                InstanceId = Guid.NewGuid(),
                CreatedMicroseconds = clock.NowMicroseconds,
                LogPageBytes = options.PageBytes,
                LogSegmentBytes = options.SegmentBytes,
            };
            _manifests.Publish(created);
            IsNew = true;
        }

        _segments = new SegmentStore(files, path, _manifests.Kept[0].InstanceId);
        try
        {
            Manifest = TakeSoundManifest(progress);
            _options = options with
            {
                PageBytes = Manifest.LogPageBytes,
                SegmentBytes = Manifest.LogSegmentBytes,
                MemoryBytes = Math.Max(options.MemoryBytes, 2L * Manifest.LogPageBytes),
                PartBytesMax = Math.Min(options.PartBytesMax, Manifest.LogPageBytes / 2),
            };
            progress.Begin("verifying the log");
            Log = OpenLog();
        }
        catch
        {
            _segments.Release();
            throw;
        }
    }

    public string Path { get; }

    /// <summary>True when this call created the database.</summary>
    public bool IsNew { get; }

    /// <summary>The current manifest; durable.</summary>
    public Manifest Manifest { get; private set; }

    /// <summary>Verified and open for appending; closed with the directory.</summary>
    public WriteAheadLog Log { get; }

    /// <summary>Why a newer manifest than the present one was not taken; null when there was none.</summary>
    public string? FellBackBecause { get; private set; }

    /// <summary>The segment files of the manifest that was found at opening, verified, by name. Gone after <see cref="ReleaseSegments"/>.</summary>
    public IReadOnlyDictionary<string, SegmentFile> Segments => _segments.Open;

    /// <summary>Opens the database at <paramref name="path"/>, creating it in an empty or missing directory.</summary>
    /// <exception cref="SqlException">
    /// 55P03: another process has it open. XX001: damaged, naming file and offset. 0A000: written by a newer format.
    /// 53100, 58030: the disk does not work. In every case nothing was changed beyond what creation wrote.
    /// </exception>
    public static DataDirectory Open(
        string path, IFileSystem? files = null, IClock? clock = null, WriteAheadLogOptions? options = null, RecoveryProgress? progress = null)
    {
        files ??= LocalFileSystem.Instance;
        IDisposable? held = null;
        try
        {
            if (!files.DirectoryExists(path))
            {
                files.CreateDirectory(path);
                files.SyncDirectory(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
            }

            held = files.TryLock(System.IO.Path.Combine(path, LockName), out string holder);
            return held is not null
                ? new DataDirectory(path, files, clock ?? SystemClock.Instance, options ?? WriteAheadLogOptions.Default, progress ?? new(), held)
                : throw new SqlException(
                    SqlState.LockNotAvailable, $"data directory \"{path}\" is in use by process {holder}");
        }
        catch (IOException exception)
        {
            held?.Dispose();
            throw IoFailure.ToSqlException(exception);
        }
        catch
        {
            held?.Dispose();
            throw;
        }
    }

    /// <summary>Makes a changed manifest current, durably; its generation and the end of its log are filled in here.</summary>
    /// <exception cref="SqlException">53100, 58030: after a crash either this manifest or the former one is found.</exception>
    public void Publish(Manifest manifest)
    {
        Manifest next = manifest with
        {
            Format = Manifest.CurrentFormat,
            Generation = _manifests.NextGeneration,
            Log = manifest.Log with { EndSequence = Math.Max(manifest.Log.EndSequence, Log.DurableSequence) },
        };
        try
        {
            _manifests.Publish(next);
        }
        catch (IOException exception)
        {
            throw IoFailure.ToSqlException(exception);
        }

        Manifest = next;
    }

    /// <summary>Begins a checkpoint. Nothing of it counts before <see cref="CheckpointWriter.Publish"/>.</summary>
    public CheckpointWriter BeginCheckpoint() => new(this, _segments);

    /// <summary>Lets go of the segment files found at opening; blocks that were taken from them stay.</summary>
    public void ReleaseSegments() => _segments.Release();

    /// <summary>Removes what no kept manifest needs any more: segment files, and the log before the oldest one's begin.</summary>
    /// <exception cref="IOException">Something could not be removed. It does no harm; the next call tries again.</exception>
    internal void RemoveOutdated()
    {
        KillPoints.Pass(KillPoints.BeforeTruncation);
        Log.Truncate(Manifest.Log, _manifests.Kept.Min(manifest => manifest.Log.BeginAddress));
        _segments.RemoveExcept([.. _manifests.Kept.SelectMany(manifest => manifest.Files).Select(file => file.Name)]);
        KillPoints.Pass(KillPoints.AfterTruncation);
    }

    /// <summary>Closes the log and records how far it is durable, so that the next start can demand all of it.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _segments.Release();
        Log.Dispose();
        try
        {
            if (Log.Failure is null && Log.DurableSequence != Manifest.Log.EndSequence)
            {
                Publish(Manifest);
            }
        }
        catch (SqlException)
        {
            // The former manifest still holds; it demands less of the log, and the durable mark demands the rest.
        }
        finally
        {
            _lock.Dispose();
        }
    }

    private Manifest TakeSoundManifest(RecoveryProgress progress)
    {
        SqlException? first = null;
        long newest = _manifests.Generations()[0];
        foreach (Manifest manifest in _manifests.Kept.ToArray())
        {
            try
            {
                _segments.OpenAll(manifest.Files, progress);
            }
            catch (SqlException exception) when (exception.State == SqlState.DataCorrupted)
            {
                first ??= exception;
                _manifests.Reject(manifest);
                continue;
            }

            FellBackBecause = first?.Message
                ?? (manifest.Generation == newest ? null : $"file \"{_manifests.PathOf(newest)}\" is damaged");
            return manifest;
        }

        throw first!;
    }

    private WriteAheadLog OpenLog()
    {
        string directory = System.IO.Path.Combine(Path, LogName);
        if (!Manifest.Log.Created)
        {
            // Harmless when an earlier attempt, or even a whole log, is already there.
            WriteAheadLog.Create(_files, directory, Manifest.InstanceId, _options);
            _files.SyncDirectory(Path);
            Manifest next = Manifest with { Format = Manifest.CurrentFormat, Generation = _manifests.NextGeneration, Log = Manifest.Log with { Created = true } };
            _manifests.Publish(next);
            Manifest = next;
        }

        WriteAheadLog log = WriteAheadLog.Open(_files, directory, Manifest.InstanceId, Manifest.Log, _options);
        if (FellBackBecause is null)
        {
            // What a checkpoint left behind when it was killed. After a fallback someone may want to look at it first.
            _segments.RemoveExcept([.. _manifests.Kept.SelectMany(manifest => manifest.Files).Select(file => file.Name)]);
        }

        return log;
    }

    private void RefuseIfNotEmpty()
    {
        string? stranger = _files.DirectoryExists(System.IO.Path.Combine(Path, LogName))
            ? LogName
            : _files.ListFiles(Path).FirstOrDefault(name => name is not (LockName or ManifestStore.TemporaryName));
        if (stranger is not null)
        {
            throw new SqlException(
                SqlState.DataCorrupted, $"directory \"{Path}\" has no manifest but is not empty: it contains \"{stranger}\"")
            {
                Hint = "Choose an empty directory for a new database, or restore the manifest from a backup.",
            };
        }
    }
}
