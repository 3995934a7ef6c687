using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.State.Devices;
using StreamDb.State.Log;
using StreamDb.State.Segments;

namespace StreamDb.State.Checkpoints;

/// <summary>A checkpoint being made: new segment files, and then the manifest that names them and those that stay.</summary>
/// <remarks>
/// State: writing → published, or → disposed without a trace. A file that was written for a manifest whose publication
/// failed stays: the manifest may have reached the disk, and is then found after a crash. One thread.
/// </remarks>
public sealed class CheckpointWriter : IDisposable
{
    private readonly DataDirectory _directory;
    private readonly SegmentStore _segments;
    private readonly Dictionary<string, ImmutableFile> _before;
    private readonly Dictionary<string, ImmutableFile> _files = [];
    private readonly List<string> _written = [];
    private bool _mayBeNamed;

    internal CheckpointWriter(DataDirectory directory, SegmentStore segments)
    {
        _directory = directory;
        _segments = segments;
        _before = directory.Manifest.Files.ToDictionary(file => file.Name);
    }

    /// <summary>Bytes of the files written for this checkpoint.</summary>
    public long WrittenBytes { get; private set; }

    /// <summary>Bytes of all files that it consists of.</summary>
    public long TotalBytes => _files.Values.Sum(file => file.Bytes);

    /// <summary>Size of a file of the checkpoint before; 0 when it has no such file.</summary>
    public long BytesOf(string name) => _before.GetValueOrDefault(name).Bytes;

    /// <summary>A file of the checkpoint before belongs to this one too.</summary>
    public void Keep(string name)
    {
        Invariant.Check(_before.TryGetValue(name, out ImmutableFile file), "only files of the checkpoint before are kept");
        _files.TryAdd(name, file);
    }

    /// <summary>Opens a file of the checkpoint before, verified. Release it.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="SqlException">58030: it is not what was written.</exception>
    public SegmentFile OpenBefore(string name)
    {
        try
        {
            return _segments.OpenOne(_before[name]);
        }
        catch (SqlException exception) when (exception.State == SqlState.DataCorrupted)
        {
            // Memory still has what the file had, so that this is the disk's failure, and no loss before the next start.
            throw new SqlException(SqlState.IoError, $"could not read the checkpoint before: {exception.Message}", exception);
        }
    }

    /// <summary>Writes one segment file.</summary>
    /// <returns>Its name.</returns>
    /// <exception cref="SqlException">53100, 58030: the disk does not work; nothing of the checkpoint stays.</exception>
    public string Write(Action<SegmentWriter> write)
    {
        try
        {
            using SegmentWriter writer = _segments.Create();
            write(writer);
            KillPoints.Pass(KillPoints.DuringSegments);
            _written.Add(writer.Name);
            ImmutableFile file = writer.Complete();
            _files.Add(file.Name, file);
            WrittenBytes += file.Bytes;
            return file.Name;
        }
        catch (IOException exception)
        {
            throw IoFailure.ToSqlException(exception);
        }
    }

    /// <summary>Makes the checkpoint the current one, durably, and removes what it makes superfluous.</summary>
    /// <param name="epoch">The state is that of this epoch.</param>
    /// <param name="log">How far the log was durable then, that epoch included and no later one.</param>
    /// <param name="sections">See <see cref="Manifest.Sections"/>.</param>
    /// <exception cref="SqlException">53100, 58030: the former checkpoint still holds.</exception>
    public void Publish(Epoch epoch, DurablePoint log, IReadOnlyDictionary<string, ReadOnlyMemory<byte>> sections)
    {
        try
        {
            if (_written.Count > 0)
            {
                _segments.SyncNames();
            }
        }
        catch (IOException exception)
        {
            throw IoFailure.ToSqlException(exception);
        }

        KillPoints.Pass(KillPoints.AfterSegments);
        _mayBeNamed = true;
        Manifest current = _directory.Manifest;
        _directory.Publish(current with
        {
            Checkpoint = current.Checkpoint + 1,
            Epoch = epoch,
            Log = current.Log with { BeginAddress = log.Address, BeginSequence = log.Sequence + 1 },
            Files = [.. _files.Values.OrderBy(file => file.Name, StringComparer.Ordinal)],
            Sections = sections,
        });
        try
        {
            _directory.RemoveOutdated();
        }
        catch (IOException)
        {
            // What could not be removed does no harm: the next checkpoint tries again.
        }
    }

    public void Dispose()
    {
        if (_mayBeNamed)
        {
            return;
        }

        foreach (string name in _written)
        {
            try
            {
                _segments.Remove(name);
            }
            catch (IOException)
            {
                // The next checkpoint that succeeds removes it.
            }
        }
    }
}
