using System.Globalization;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.State.Checkpoints;
using StreamDb.State.Devices;

namespace StreamDb.State.Segments;

/// <summary>The segment files of a data directory. A file's number is never given out twice.</summary>
internal sealed class SegmentStore
{
    private const string DirectoryName = "segments";
    private const string Extension = ".segment";

    private readonly IFileSystem _files;
    private readonly string _path;
    private readonly Guid _instanceId;
    private readonly Dictionary<string, SegmentFile> _open = [];
    private long _lastNumber;

    /// <param name="path">The data directory.</param>
    public SegmentStore(IFileSystem files, string path, Guid instanceId)
    {
        _files = files;
        _path = path;
        _instanceId = instanceId;
        foreach (string name in List())
        {
            string digits = name.Split('.')[0];
            if (long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            {
                _lastNumber = Math.Max(_lastNumber, number);
            }
        }
    }

    public IReadOnlyDictionary<string, SegmentFile> Open => _open;

    private string Directory => Path.Combine(_path, DirectoryName);

    /// <summary>Opens and verifies files, all or none.</summary>
    /// <exception cref="SqlException">XX001: one is missing or damaged.</exception>
    public void OpenAll(IReadOnlyList<ImmutableFile> files, RecoveryProgress progress)
    {
        progress.Begin("verifying the files of the checkpoint", "bytes", files.Sum(file => file.Bytes));
        try
        {
            foreach (ImmutableFile file in files)
            {
                _open.Add(file.Name, SegmentFile.Open(_files, _path, file, _instanceId));
                progress.Advance(file.Bytes);
            }
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <summary>Opens and verifies one file, for the caller alone.</summary>
    /// <exception cref="SqlException">XX001: it is missing or damaged.</exception>
    public SegmentFile OpenOne(ImmutableFile file) => SegmentFile.Open(_files, _path, file, _instanceId);

    public void Release()
    {
        foreach (SegmentFile file in _open.Values)
        {
            file.Release();
        }

        _open.Clear();
    }

    public SegmentWriter Create()
    {
        if (!_files.DirectoryExists(_path))
        {
            throw IoFailure.Vanished(_path);
        }

        if (!_files.DirectoryExists(Directory))
        {
            _files.CreateDirectory(Directory);
            _files.SyncDirectory(_path);
        }

        long number = ++_lastNumber;
        string name = DirectoryName + "/" + number.ToString("D12", CultureInfo.InvariantCulture) + Extension;
        return new SegmentWriter(_files, _path, name, _instanceId, number);
    }

    /// <summary>Makes the names of finished files durable.</summary>
    public void SyncNames() => _files.SyncDirectory(Directory);

    public void Remove(string name) => _files.Delete(Path.Combine(_path, name));

    /// <summary>Removes every file but those named.</summary>
    public void RemoveExcept(HashSet<string> kept)
    {
        foreach (string name in List())
        {
            string relative = DirectoryName + "/" + name;
            if (!kept.Contains(relative))
            {
                Remove(relative);
            }
        }
    }

    private IReadOnlyList<string> List() => _files.DirectoryExists(Directory) ? _files.ListFiles(Directory) : [];
}
