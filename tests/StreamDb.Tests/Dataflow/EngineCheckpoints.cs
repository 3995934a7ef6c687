using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.State;
using StreamDb.State.Checkpoints;
using StreamDb.State.Spaces;

namespace StreamDb.Tests.Dataflow;

/// <summary>Checkpoints of an engine in a data directory, as a database makes them, some of which fail.</summary>
internal sealed class EngineCheckpoints : IDisposable
{
    private readonly string _path = Directory.CreateTempSubdirectory("streamdb-engine-").FullName;
    private DataDirectory _directory;

    public EngineCheckpoints()
    {
        _directory = DataDirectory.Open(_path);
    }

    /// <summary>Takes a checkpoint, or begins one and lets it fail: then the former one still holds.</summary>
    /// <param name="meanwhile">What the engine does while it is written.</param>
    public void Take(Engine engine, bool fails, Action meanwhile)
    {
        using EngineImage image = engine.Capture(withDataflows: true);
        meanwhile();
        using CheckpointWriter writer = _directory.BeginCheckpoint();
        Dictionary<string, ReadOnlyMemory<byte>> sections = image.Write(writer);
        if (!fails)
        {
            writer.Publish(image.Epoch, _directory.Log.Durable, sections);
            image.Published();
        }
    }

    /// <summary>A new engine at the newest checkpoint, with the state of its dataflows to be taken over by what is installed.</summary>
    /// <returns>The rows of its relations.</returns>
    public StoredRelations Restore(int workers, long nowMicroseconds, out Engine engine)
    {
        _directory.Dispose();
        _directory = DataDirectory.Open(_path);
        Manifest manifest = _directory.Manifest;
        StoredRelations rows = StoredRelations.Read(manifest.Sections[EngineImage.RelationsSection], _directory.Segments);
        StoredDataflows dataflows = StoredDataflows.Read(manifest.Sections[EngineImage.KeyedStateSection], _directory.Segments);
        ulong? spaceBase = dataflows.SpaceBase;
        StateSpace space = spaceBase is null
            ? StateSpace.Reserve(verifiesBarriers: true)
            : StateSpace.TryReserveAt(spaceBase.Value, verifiesBarriers: true)!;
        engine = new Engine(new EngineOptions { WorkerCount = workers, Space = space });
        engine.Restore(manifest.Epoch, nowMicroseconds, dataflows, rows);
        return rows;
    }

    public void Dispose()
    {
        _directory.Dispose();
        Directory.Delete(_path, recursive: true);
    }
}
