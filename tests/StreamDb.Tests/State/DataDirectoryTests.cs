using System.Globalization;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.State;
using StreamDb.State.Checkpoints;
using StreamDb.Testing.State;
using Xunit;

namespace StreamDb.Tests.State;

/// <summary>One process per directory; the manifest decides what is there; emptiness is never assumed.</summary>
public sealed class DataDirectoryTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), "streamdb-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_path))
        {
            Directory.Delete(_path, recursive: true);
        }
    }

    [Fact]
    public void A_new_directory_is_created_and_found_again()
    {
        Guid instance;
        using (DataDirectory directory = DataDirectory.Open(_path))
        {
            Assert.True(directory.IsNew);
            instance = directory.Manifest.InstanceId;
            LogWorkload.Append(directory.Log);
            directory.Log.Commit();
        }

        using DataDirectory again = DataDirectory.Open(_path);
        Assert.False(again.IsNew);
        Assert.Equal(instance, again.Manifest.InstanceId);
        Assert.Equal(1, again.Manifest.Log.EndSequence);
        Assert.Equal(1, LogWorkload.Verify(again.Log));
    }

    [Fact]
    public void A_second_opener_is_told_who_holds_the_directory()
    {
        using (DataDirectory.Open(_path))
        {
            SqlException error = Assert.Throws<SqlException>(() => DataDirectory.Open(_path).Dispose());
            Assert.Equal(SqlState.LockNotAvailable, error.State);
            Assert.EndsWith($"in use by process {Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}", error.Message);
        }

        DataDirectory.Open(_path).Dispose();
    }

    [Fact]
    public void A_lock_file_left_behind_does_no_harm()
    {
        DataDirectory.Open(_path).Dispose();
        File.WriteAllText(Path.Combine(_path, "lock"), "99999999\n");
        DataDirectory.Open(_path).Dispose();
    }

    [Fact]
    public void A_published_manifest_is_read_back_whole()
    {
        Manifest manifest = new()
        {
            Generation = 12,
            InstanceId = Guid.NewGuid(),
            Checkpoint = 7,
            Epoch = new Epoch(77),
            Files = [new ImmutableFile("segments/1", 123, 0xDEADBEEF)],
            Sections = new Dictionary<string, ReadOnlyMemory<byte>>
            {
                ["catalog"] = new byte[] { 1, 2, 3 },
                ["offsets"] = Array.Empty<byte>(),
            },
        };

        Manifest again = ManifestCodec.Decode(ManifestCodec.Encode(manifest));
        Assert.Equal(manifest with { Files = again.Files, Sections = again.Sections }, again);
        Assert.Equal(manifest.Files, again.Files);
        Assert.Equal([1, 2, 3], again.Sections["catalog"].ToArray());
        Assert.Empty(again.Sections["offsets"].ToArray());

        // The format before checkpoints had everything but their number.
        Manifest first = ManifestCodec.Decode(ManifestCodec.Encode(manifest with { Format = 1 }));
        Assert.Equal(manifest with { Format = 1, Checkpoint = 0, Files = first.Files, Sections = first.Sections }, first);
    }

    [Fact]
    public void Two_generations_are_kept_and_a_damaged_newest_one_falls_back()
    {
        using (DataDirectory directory = DataDirectory.Open(_path))
        {
            for (ulong epoch = 1; epoch <= 5; epoch++)
            {
                directory.Publish(directory.Manifest with { Epoch = new Epoch(epoch) });
            }
        }

        string[] manifests = Manifests();
        Assert.Equal(2, manifests.Length);
        Flip(manifests[1], 30);
        using (DataDirectory directory = DataDirectory.Open(_path))
        {
            Assert.NotNull(directory.FellBackBecause);
            Assert.Equal(new Epoch(4), directory.Manifest.Epoch);
            directory.Publish(directory.Manifest with { Epoch = new Epoch(6) });
        }

        using DataDirectory again = DataDirectory.Open(_path);
        Assert.Equal(new Epoch(6), again.Manifest.Epoch);
        Assert.Null(again.FellBackBecause);
    }

    [Fact]
    public void Every_flipped_bit_of_a_manifest_is_detected()
    {
        DataDirectory.Open(_path).Dispose();
        string[] manifests = Manifests();
        byte[] older = File.ReadAllBytes(manifests[0]);
        byte[] newest = File.ReadAllBytes(manifests[1]);
        for (int bit = 0; bit < newest.Length * 8; bit++)
        {
            byte[] damaged = (byte[])newest.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(ManifestCodec.TryReadFormat(damaged, out _), $"bit {bit}");
        }

        Assert.True(ManifestCodec.TryReadFormat(older, out _));
    }

    [Fact]
    public void With_all_manifests_damaged_or_gone_the_directory_is_refused()
    {
        using (DataDirectory directory = DataDirectory.Open(_path))
        {
            LogWorkload.Append(directory.Log);
        }

        foreach (string manifest in Manifests())
        {
            Flip(manifest, 3);
        }

        SqlException damaged = Assert.Throws<SqlException>(() => DataDirectory.Open(_path).Dispose());
        Assert.Equal(SqlState.DataCorrupted, damaged.State);
        Assert.Contains(Manifests()[1], damaged.Message);

        foreach (string manifest in Manifests())
        {
            File.Delete(manifest);
        }

        SqlException gone = Assert.Throws<SqlException>(() => DataDirectory.Open(_path).Dispose());
        Assert.Equal(SqlState.DataCorrupted, gone.State);
    }

    [Fact]
    public void A_directory_with_strange_files_is_not_taken_for_empty()
    {
        Directory.CreateDirectory(_path);
        File.WriteAllText(Path.Combine(_path, "letter.txt"), "dear reader");
        SqlException error = Assert.Throws<SqlException>(() => DataDirectory.Open(_path).Dispose());
        Assert.Contains("letter.txt", error.Message);
    }

    [Fact]
    public void A_newer_format_is_refused_untouched()
    {
        SimulatedFileSystem system = new();
        DataDirectory.Open("/db", system, options: LogWorkload.SmallPages).Dispose();
        string newest = system.Snapshot().Keys.Where(path => path.Contains("manifest", StringComparison.Ordinal)).Max()!;
        Manifest manifest = ManifestCodec.Decode(system.ReadAll(newest));
        system.WriteAll(newest, ManifestCodec.Encode(manifest with { Format = Manifest.CurrentFormat + 1 }));
        Dictionary<string, byte[]> before = system.Snapshot();
        SqlException error = Assert.Throws<SqlException>(
            () => DataDirectory.Open("/db", system, options: LogWorkload.SmallPages).Dispose());
        Assert.Equal(SqlState.FeatureNotSupported, error.State);
        Assert.Equal(before, system.Snapshot());
    }

    [Fact]
    public void The_log_keeps_the_sizes_it_was_created_with()
    {
        SimulatedFileSystem system = new();
        using (DataDirectory directory = DataDirectory.Open("/db", system, options: LogWorkload.SmallPages))
        {
            for (int i = 0; i < 50; i++)
            {
                LogWorkload.Append(directory.Log);
            }
        }

        using DataDirectory again = DataDirectory.Open(
            "/db", system, options: LogWorkload.SmallPages with { PageBytes = 8192, SegmentBytes = 1 << 20 });
        Assert.Equal(50, LogWorkload.Verify(again.Log));
    }

    private static void Flip(string path, int offset)
    {
        byte[] bytes = File.ReadAllBytes(path);
        bytes[offset] ^= 16;
        File.WriteAllBytes(path, bytes);
    }

    private string[] Manifests() => [.. Directory.EnumerateFiles(_path, "manifest.*").Order(StringComparer.Ordinal)];
}
