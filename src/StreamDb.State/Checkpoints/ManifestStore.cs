using System.Globalization;
using StreamDb.Core.Errors;
using StreamDb.State.Devices;

namespace StreamDb.State.Checkpoints;

/// <summary>The manifest files of a data directory: the newest two generations, each written whole or not at all.</summary>
/// <remarks>
/// Publishing is: write a temporary file, sync it, rename it, sync the directory, and only then delete what is older
/// than the generation before. So at every moment at least one whole manifest has a durable name.
/// </remarks>
internal sealed class ManifestStore(IFileSystem files, string directory)
{
    private const string Prefix = "manifest.";
    public const string TemporaryName = "manifest.tmp";
    private const int GenerationsKept = 2;

    /// <summary>True when an older generation had to be taken because the newest is damaged.</summary>
    public bool FellBack { get; private set; }

    /// <summary>The newest valid manifest, or null when the directory has never had one.</summary>
    /// <exception cref="SqlException">XX001: all are damaged. 0A000: the format is newer than this program.</exception>
    public Manifest? Load()
    {
        List<long> generations = Generations();
        foreach (long generation in generations)
        {
            byte[] bytes = ReadFile(PathOf(generation));
            if (!ManifestCodec.TryReadFormat(bytes, out int format))
            {
                FellBack = true;
                continue;
            }

            if (format != Manifest.CurrentFormat)
            {
                throw new SqlException(
                    SqlState.FeatureNotSupported,
                    $"data directory \"{directory}\" has format {format}, this program reads format {Manifest.CurrentFormat}")
                {
                    Hint = "Open it with the version that wrote it; nothing has been changed.",
                };
            }

            return ManifestCodec.Decode(bytes);
        }

        return generations.Count == 0 ? null : throw IoFailure.Damage(PathOf(generations[0]), 0, "no manifest is readable");
    }

    /// <summary>Makes <paramref name="manifest"/> the current one, durably.</summary>
    public void Publish(Manifest manifest)
    {
        string temporary = Path.Combine(directory, TemporaryName);
        files.Delete(temporary);
        using (IFile file = files.Open(temporary, create: true))
        {
            file.Write(0, ManifestCodec.Encode(manifest));
            file.Sync();
        }

        files.Rename(temporary, PathOf(manifest.Generation));
        files.SyncDirectory(directory);
        DeleteUntil(manifest.Generation - GenerationsKept);
    }

    private void DeleteUntil(long last)
    {
        try
        {
            foreach (long generation in Generations())
            {
                if (generation <= last)
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

    private string PathOf(long generation) =>
        Path.Combine(directory, Prefix + generation.ToString("D12", CultureInfo.InvariantCulture));

    // Newest first.
    private List<long> Generations()
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

    private byte[] ReadFile(string path)
    {
        using IFile file = files.Open(path, create: false);
        byte[] bytes = new byte[file.Length];
        return file.Read(0, bytes) == bytes.Length ? bytes : [];
    }
}
