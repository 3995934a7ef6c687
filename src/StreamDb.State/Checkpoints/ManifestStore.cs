using System.Globalization;
using StreamDb.Core.Errors;
using StreamDb.State.Devices;

namespace StreamDb.State.Checkpoints;

/// <summary>The manifest files of a data directory: the newest generations, each written whole or not at all.</summary>
/// <remarks>
/// Publishing is: write a temporary file, sync it, rename it, sync the directory, and only then delete what is no longer
/// kept. So at every moment at least one whole manifest has a durable name. Kept are the newest two generations, and the
/// newest one of an older checkpoint: with two checkpoints, the loss of one loses nothing.
/// </remarks>
internal sealed class ManifestStore(IFileSystem files, string directory)
{
    private const string Prefix = "manifest.";
    public const string TemporaryName = "manifest.tmp";

    private readonly List<Manifest> _kept = [];
    private long _newestName;

    /// <summary>The valid manifests, newest first: after <see cref="Load"/> all, after <see cref="Publish"/> those kept.</summary>
    public IReadOnlyList<Manifest> Kept => _kept;

    /// <summary>The generation that the next manifest gets.</summary>
    public long NextGeneration => _newestName + 1;

    /// <summary>Reads every manifest that is there; none when the directory has never had one.</summary>
    /// <exception cref="SqlException">XX001: all are damaged. 0A000: the format is newer than this program.</exception>
    public void Load()
    {
        List<long> generations = Generations();
        foreach (long generation in generations)
        {
            if (TryRead(generation) is { } manifest)
            {
                _kept.Add(manifest);
            }
        }

        _newestName = generations.FirstOrDefault();
        if (generations.Count > 0 && _kept.Count == 0)
        {
            throw IoFailure.Damage(PathOf(generations[0]), 0, "no manifest is readable");
        }
    }

    /// <summary>A manifest file; null when it is damaged.</summary>
    /// <exception cref="SqlException">0A000: the format is newer than this program.</exception>
    public Manifest? TryRead(long generation)
    {
        byte[] bytes = ReadFile(PathOf(generation));
        if (!ManifestCodec.TryReadFormat(bytes, out int format))
        {
            return null;
        }

        return format is >= 1 and <= Manifest.CurrentFormat
            ? ManifestCodec.Decode(bytes)
            : throw new SqlException(
                SqlState.FeatureNotSupported,
                $"data directory \"{directory}\" has format {format}, this program reads formats up to {Manifest.CurrentFormat}")
            {
                Hint = "Open it with the version that wrote it; nothing has been changed.",
            };
    }

    /// <summary>Ends the use of a manifest whose files are damaged: the next publication removes it.</summary>
    public void Reject(Manifest manifest) => _kept.Remove(manifest);

    /// <summary>Makes <paramref name="manifest"/> the current one, durably.</summary>
    public void Publish(Manifest manifest)
    {
        if (_kept.Count > 0 && !files.FileExists(PathOf(_kept[0].Generation)))
        {
            // Whatever directory is here now, the files that the new manifest names are not in it.
            throw IoFailure.Vanished(PathOf(_kept[0].Generation));
        }

        string temporary = Path.Combine(directory, TemporaryName);
        files.Delete(temporary);
        using (IFile file = files.Open(temporary, create: true))
        {
            file.Write(0, ManifestCodec.Encode(manifest));
            file.Sync();
        }

        KillPoints.Pass(KillPoints.BeforeManifestRename);
        files.Rename(temporary, PathOf(manifest.Generation));
        KillPoints.Pass(KillPoints.AfterManifestRename);
        files.SyncDirectory(directory);
        _newestName = manifest.Generation;
        _kept.Insert(0, manifest);
        for (int i = _kept.Count - 1; i >= 2; i--)
        {
            if (!ReferenceEquals(_kept[i], _kept.Find(older => older.Checkpoint < manifest.Checkpoint)))
            {
                _kept.RemoveAt(i);
            }
        }

        DeleteOthers();
    }

    /// <summary>Newest first.</summary>
    public List<long> Generations()
    {
        List<long> generations = [];
        foreach (string name in files.ListFiles(directory))
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && long.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long generation))
            {
                generations.Add(generation);
            }
        }

        generations.Sort();
        generations.Reverse();
        return generations;
    }

    public string PathOf(long generation) =>
        Path.Combine(directory, Prefix + generation.ToString("D12", CultureInfo.InvariantCulture));

    private void DeleteOthers()
    {
        try
        {
            foreach (long generation in Generations())
            {
                if (!_kept.Exists(kept => kept.Generation == generation))
                {
                    files.Delete(PathOf(generation));
                }
            }
        }
        catch (IOException)
        {
            // A leftover does no harm: the next publication tries again, and a newer one always wins.
        }
    }

    private byte[] ReadFile(string path)
    {
        using IFile file = files.Open(path, create: false);
        byte[] bytes = new byte[file.Length];
        return file.Read(0, bytes) == bytes.Length ? bytes : [];
    }
}
