using StreamDb.Core.Identifiers;
using StreamDb.State.Log;

namespace StreamDb.State.Checkpoints;

/// <summary>
/// What a data directory consists of at one epoch: the log that may be replayed and every immutable file, each with
/// length and checksum. Whatever a manifest does not name is not part of the database.
/// </summary>
/// <remarks>Immutable; publish a changed copy with <see cref="DataDirectory.Publish"/>.</remarks>
public sealed record Manifest
{
    /// <summary>The format this program writes. It reads every older one and refuses a newer one.</summary>
    /// <remarks>1: a log from the first epoch on and nothing else. 2: checkpoints, behind which the log ends. 3: keyed state in checkpoints.</remarks>
    public const int CurrentFormat = 3;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>1 for the first manifest of a directory, then one more each time; the highest valid one counts.</summary>
    public long Generation { get; init; }

    /// <summary>Drawn when the directory was created; every log frame carries it.</summary>
    public required Guid InstanceId { get; init; }

    /// <summary>Counts checkpoints; 0: none has been made, and the log holds everything. Several generations may name one checkpoint.</summary>
    public long Checkpoint { get; init; }

    /// <summary>When the directory was created: microseconds since 2000-01-01 00:00:00 UTC.</summary>
    public long CreatedMicroseconds { get; init; }

    /// <summary>The state in <see cref="Files"/> and <see cref="Sections"/> is exactly that of this epoch.</summary>
    public Epoch Epoch { get; init; }

    /// <summary>See <see cref="WriteAheadLogOptions.PageBytes"/>; fixed when the directory is created.</summary>
    public int LogPageBytes { get; init; } = WriteAheadLogOptions.Default.PageBytes;

    /// <summary>See <see cref="WriteAheadLogOptions.SegmentBytes"/>; fixed when the directory is created.</summary>
    public long LogSegmentBytes { get; init; } = WriteAheadLogOptions.Default.SegmentBytes;

    /// <summary>The part of the log that leads from <see cref="Epoch"/> to the present.</summary>
    public LogRange Log { get; init; } = LogRange.None;

    public IReadOnlyList<ImmutableFile> Files { get; init; } = [];

    /// <summary>Bytes kept for the layers above under names of their choice.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<byte>> Sections { get; init; } =
        new Dictionary<string, ReadOnlyMemory<byte>>();
}

/// <summary>A file that never changes once a manifest names it.</summary>
/// <param name="Name">Relative to the data directory.</param>
/// <param name="Crc">CRC32C of the whole content.</param>
public readonly record struct ImmutableFile(string Name, long Bytes, uint Crc);
