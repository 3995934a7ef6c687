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
    /// <param name="hasOtherOwners">As if an older program, in which rows belonged to other workers, had written it.</param>
    /// <returns>The rows of its relations.</returns>
    public StoredRelations Restore(int workers, long nowMicroseconds, bool hasOtherOwners, out Engine engine)
    {
        _directory.Dispose();
        _directory = DataDirectory.Open(_path);
        Manifest manifest = _directory.Manifest;
        ReadOnlyMemory<byte> relations = manifest.Sections[EngineImage.RelationsSection];
        StoredRelations rows = StoredRelations.Read(hasOtherOwners ? WithOtherOwners(relations) : relations, _directory.Segments);
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

    /// <summary>The same in format 1, with the shards of each relation in reverse.</summary>
    private static byte[] WithOtherOwners(ReadOnlyMemory<byte> relations)
    {
        using BinaryReader input = new(new MemoryStream(relations.ToArray()));
        using var bytes = new MemoryStream();
        using BinaryWriter output = new(bytes);
        _ = input.ReadInt32();
        output.Write(1);
        output.Write(input.ReadInt32());
        int count = input.ReadInt32();
        output.Write(count);
        for (; count > 0; count--)
        {
            output.Write(input.ReadUInt32());
            output.Write(input.ReadString());
            var shards = new byte[input.ReadInt32()][];
            for (int i = 0; i < shards.Length; i++)
            {
                shards[i] = CopyShard(input);
            }

            output.Write(shards.Length);
            foreach (byte[] shard in shards.Reverse())
            {
                output.Write(shard);
            }
        }

        return bytes.ToArray();
    }

    private static byte[] CopyShard(BinaryReader input)
    {
        using var bytes = new MemoryStream();
        using BinaryWriter output = new(bytes);
        int batches = input.ReadInt32();
        output.Write(batches);
        for (; batches > 0; batches--)
        {
            output.Write(input.ReadString());
            output.Write(input.ReadBytes((3 * sizeof(long)) + (2 * sizeof(int)) + sizeof(bool)));
        }

        return bytes.ToArray();
    }
}
