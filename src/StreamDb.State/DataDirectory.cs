using StreamDb.Core.Clocks;
using StreamDb.Core.Errors;
using StreamDb.State.Checkpoints;
using StreamDb.State.Devices;
using StreamDb.State.Log;

namespace StreamDb.State;

/// <summary>One database on disk, held by one process: the lock, the manifest and the write-ahead log.</summary>
/// <remarks>
/// Layout: <c>lock</c> (the holder's process id), <c>manifest.N</c> (the newest two), <c>wal/</c> (segments and the
/// durable mark). Creation writes a manifest without a log first and the log's files next, so that "there is no log"
/// is believed only when a manifest says so. One thread at a time.
/// </remarks>
public sealed class DataDirectory : IDisposable
{
    private const string LockName = "lock";
    private const string LogName = "wal";

    private readonly IFileSystem _files;
    private readonly WriteAheadLogOptions _options;
    private readonly ManifestStore _manifests;
    private readonly IDisposable _lock;
    private bool _disposed;

    private DataDirectory(string path, IFileSystem files, IClock clock, WriteAheadLogOptions options, IDisposable held)
    {
        Path = path;
        _files = files;
        _lock = held;
        _manifests = new ManifestStore(files, path);
        Manifest? manifest = _manifests.Load();
        if (manifest is null)
        {
            RefuseIfNotEmpty();
            manifest = new Manifest
            {
                Generation = 1,
                InstanceId = Guid.NewGuid(),
                CreatedMicroseconds = clock.NowMicroseconds,
                LogPageBytes = options.PageBytes,
                LogSegmentBytes = options.SegmentBytes,
            };
            _manifests.Publish(manifest);
            IsNew = true;
        }

        Manifest = manifest;
        _options = options with
        {
            PageBytes = manifest.LogPageBytes,
            SegmentBytes = manifest.LogSegmentBytes,
            MemoryBytes = Math.Max(options.MemoryBytes, 2L * manifest.LogPageBytes),
            PartBytesMax = Math.Min(options.PartBytesMax, manifest.LogPageBytes / 2),
        };
        Log = OpenLog();
    }

    public string Path { get; }

    /// <summary>True when this call created the database.</summary>
    public bool IsNew { get; }

    /// <summary>The current manifest; durable.</summary>
    public Manifest Manifest { get; private set; }

    /// <summary>Verified and open for appending; closed with the directory.</summary>
    public WriteAheadLog Log { get; }

    /// <summary>True when the newest manifest was damaged and the one before it was taken.</summary>
    public bool FellBackToOlderManifest => _manifests.FellBack;

    /// <summary>Opens the database at <paramref name="path"/>, creating it in an empty or missing directory.</summary>
    /// <exception cref="SqlException">
    /// 55P03: another process has it open. XX001: damaged, naming file and offset. 0A000: written by a newer format.
    /// 53100, 58030: the disk does not work. In every case nothing was changed beyond what creation wrote.
    /// </exception>
    public static DataDirectory Open(
        string path, IFileSystem? files = null, IClock? clock = null, WriteAheadLogOptions? options = null)
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
                ? new DataDirectory(path, files, clock ?? SystemClock.Instance, options ?? WriteAheadLogOptions.Default, held)
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

    /// <summary>Makes a changed manifest current, durably; its generation and log range are filled in here.</summary>
    /// <exception cref="SqlException">53100, 58030: after a crash either this manifest or the former one is found.</exception>
    public void Publish(Manifest manifest)
    {
        Manifest next = manifest with
        {
            Generation = Manifest.Generation + 1,
            Log = Manifest.Log with { EndSequence = Math.Max(Manifest.Log.EndSequence, Log.DurableSequence) },
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

    /// <summary>Closes the log and records how far it is durable, so that the next start can demand all of it.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
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

    private WriteAheadLog OpenLog()
    {
        string directory = System.IO.Path.Combine(Path, LogName);
        if (!Manifest.Log.Created)
        {
            // Harmless when an earlier attempt, or even a whole log, is already there.
            WriteAheadLog.Create(_files, directory, Manifest.InstanceId, _options);
            _files.SyncDirectory(Path);
            Manifest next = Manifest with { Generation = Manifest.Generation + 1, Log = Manifest.Log with { Created = true } };
            _manifests.Publish(next);
            Manifest = next;
        }

        return WriteAheadLog.Open(_files, directory, Manifest.InstanceId, Manifest.Log, _options);
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
