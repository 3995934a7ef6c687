using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.State.Checkpoints;
using StreamDb.State.Log;
using StreamDb.State.Segments;

namespace StreamDb.Coordinator.Checkpoints;

/// <summary>A whole database at one epoch, held for a checkpoint: taken in no time on the sequencer's thread, written by another.</summary>
internal sealed class DatabaseImage(EngineImage engine, DatabaseState state, DurablePoint log) : IDisposable
{
    public const string StateSection = "database";

    /// <summary>The keyed state that a checkpoint has; none when it was made before there was any.</summary>
    /// <param name="files">The checkpoint's segment files by name.</param>
    /// <exception cref="Core.Errors.SqlException">0A000: a newer format.</exception>
    public static StoredDataflows KeyedStateOf(Manifest manifest, IReadOnlyDictionary<string, SegmentFile> files) =>
        manifest.Sections.TryGetValue(EngineImage.KeyedStateSection, out ReadOnlyMemory<byte> section)
            ? StoredDataflows.Read(section, files)
            : StoredDataflows.None;

    public Epoch Epoch => engine.Epoch;

    /// <summary>How far the log was durable: exactly up to the epoch.</summary>
    public DurablePoint Log => log;

    /// <summary>Writes and publishes the checkpoint.</summary>
    /// <exception cref="Core.Errors.SqlException">53100, 58030: the former checkpoint still holds.</exception>
    public void Write(CheckpointWriter writer)
    {
        Dictionary<string, ReadOnlyMemory<byte>> sections = engine.Write(writer);
        sections.Add(StateSection, DatabaseStateCodec.Write(state));
        writer.Publish(Epoch, log, sections);
        engine.Published();
    }

    public void Dispose() => engine.Dispose();
}
