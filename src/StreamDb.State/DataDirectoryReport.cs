using StreamDb.Core.Errors;
using StreamDb.State.Checkpoints;
using StreamDb.State.Devices;
using StreamDb.State.Log;
using StreamDb.State.Segments;

namespace StreamDb.State;

/// <summary>What a data directory that nobody has open consists of, and what is wrong with it. Making one changes nothing.</summary>
/// <param name="Manifests">The valid ones, newest first.</param>
/// <param name="Log">Where the log ends.</param>
/// <param name="LogBytes">Bytes of the log's files.</param>
/// <param name="Problems">A line each, naming the file; empty when every byte that the database consists of is sound.</param>
public sealed record DataDirectoryReport(
    IReadOnlyList<Manifest> Manifests, LogRecoveryResult Log, long LogBytes, IReadOnlyList<string> Problems)
{
    /// <summary>
    /// Reads everything: each manifest, each segment file that one names, and the log from where the oldest manifest needs it.
    /// Bytes that no manifest needs any more, and a tail of the log that nobody was promised, are not part of the database.
    /// </summary>
    /// <exception cref="SqlException">55P03: a process has it open. 0A000: a newer format. 58030: it cannot be read.</exception>
    public static DataDirectoryReport Read(string path, IFileSystem? files = null)
    {
        files ??= LocalFileSystem.Instance;
        if (!files.DirectoryExists(path))
        {
            throw new SqlException(SqlState.IoError, $"directory \"{path}\" does not exist");
        }

        try
        {
            using IDisposable held = files.TryLock(Path.Combine(path, DataDirectory.LockName), out string holder)
                ?? throw new SqlException(SqlState.LockNotAvailable, $"data directory \"{path}\" is in use by process {holder}");
            return ReadLocked(path, files);
        }
        catch (IOException exception)
        {
            throw IoFailure.ToSqlException(exception);
        }
    }

    private static DataDirectoryReport ReadLocked(string path, IFileSystem files)
    {
        var store = new ManifestStore(files, path);
        List<string> problems = [];
        List<Manifest> manifests = [];
        foreach (long generation in store.Generations())
        {
            if (store.TryRead(generation) is { } manifest)
            {
                manifests.Add(manifest);
            }
            else
            {
                problems.Add(IoFailure.Damage(store.PathOf(generation), 0, "this manifest is not readable").Message);
            }
        }

        if (manifests.Count == 0)
        {
            problems.Add($"directory \"{path}\" has no manifest that is readable");
            return new DataDirectoryReport([], default, 0, problems);
        }

        if (manifests[0].Checkpoint > 0 && manifests.All(manifest => manifest.Checkpoint == manifests[0].Checkpoint))
        {
            problems.Add($"directory \"{path}\" lacks the manifest of the checkpoint before checkpoint {manifests[0].Checkpoint}");
        }

        foreach (ImmutableFile file in manifests.SelectMany(manifest => manifest.Files).Distinct())
        {
            CheckSegment(path, files, file, manifests[0].InstanceId, problems);
        }

        LogRecoveryResult log = CheckLog(path, files, manifests, problems, out long logBytes);
        return new DataDirectoryReport(manifests, log, logBytes, problems);
    }

    private static void CheckSegment(string path, IFileSystem files, ImmutableFile file, Guid instanceId, List<string> problems)
    {
        try
        {
            SegmentFile.Open(files, path, file, instanceId).Release();
        }
        catch (SqlException exception) when (exception.State == SqlState.DataCorrupted)
        {
            problems.Add(exception.Message);
        }
    }

    private static LogRecoveryResult CheckLog(string path, IFileSystem files, List<Manifest> manifests, List<string> problems, out long bytes)
    {
        bytes = 0;
        Manifest newest = manifests[0];
        if (!newest.Log.Created)
        {
            return default;
        }

        string directory = Path.Combine(path, DataDirectory.LogName);
        if (files.DirectoryExists(directory))
        {
            foreach (string name in files.ListFiles(directory))
            {
                using IFile file = files.Open(Path.Combine(directory, name), create: false);
                bytes += file.Length;
            }
        }

        WriteAheadLogOptions options = WriteAheadLogOptions.Default with
        {
            PageBytes = newest.LogPageBytes,
            SegmentBytes = newest.LogSegmentBytes,
            MemoryBytes = 2L * newest.LogPageBytes,
            PartBytesMax = newest.LogPageBytes / 2,
        };
        LogRange oldest = manifests.Where(manifest => manifest.Log.Created).MinBy(manifest => manifest.Log.BeginAddress)!.Log;
        LogRange range = oldest with { EndSequence = newest.Log.EndSequence };
        problems.AddRange(WriteAheadLog.Check(files, directory, newest.InstanceId, range, options, out LogRecoveryResult log));
        return log;
    }
}
