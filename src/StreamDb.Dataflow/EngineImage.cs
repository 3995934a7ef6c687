using System.Text;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Traces;
using StreamDb.State.Checkpoints;

namespace StreamDb.Dataflow;

/// <summary>What an engine holds at one epoch, held so that it can be written to disk beside processing: batches of relations, and keyed state of dataflows.</summary>
/// <remarks>
/// Batches that the checkpoint before has are not written again, so what is written is what has changed and what was
/// merged. Large batches get a file of their own; small ones share files, and when little of such a file is still in use,
/// what is left of it is written anew. Made on the coordinating thread, then used by one other thread; dispose it.
/// </remarks>
public sealed class EngineImage : IDisposable
{
    /// <summary>The section of a manifest with the relations, for <see cref="StoredRelations.Read"/>.</summary>
    public const string RelationsSection = "relations";

    /// <summary>The section with the dataflows, for <see cref="StoredDataflows.Read"/>.</summary>
    public const string KeyedStateSection = "keyed state";

    private const long OwnFileBytesMin = 4 << 20;
    private const long SharedFileBytesMax = 64 << 20;

    private readonly IReadOnlyList<Arrangement> _arrangements;
    private readonly SpineVersion[][] _versions;
    private readonly Dictionary<SortedBatch, StoredBatch> _stored = [];
    private IReadOnlyList<StoredArena> _storedArenas = [];

    /// <param name="arrangements">Those of tables and sources, and of the dataflows.</param>
    /// <param name="dataflows">Those whose keyed state can be stored; disposed with this.</param>
    internal EngineImage(Epoch epoch, IReadOnlyList<Arrangement> arrangements, IReadOnlyList<DataflowImage> dataflows)
    {
        Dataflows = dataflows;
        Epoch = epoch;
        _arrangements = arrangements;
        _versions = [.. arrangements.Select(arrangement => arrangement.Acquire())];
    }

    public Epoch Epoch { get; }

    internal IReadOnlyList<DataflowImage> Dataflows { get; }

    private IEnumerable<SortedBatch> Batches => _versions.SelectMany(shards => shards).SelectMany(version => version.Batches);

    /// <summary>Writes what is not on disk yet.</summary>
    /// <returns>The manifest's sections that say what is where.</returns>
    /// <exception cref="Core.Errors.SqlException">53100, 58030: the disk does not work.</exception>
    public Dictionary<string, ReadOnlyMemory<byte>> Write(CheckpointWriter writer)
    {
        WriteBatches(writer);
        var arenas = new ArenaWriter(writer);
        foreach (WorkerImage worker in Dataflows.SelectMany(dataflow => dataflow.Workers))
        {
            arenas.Add(worker.Arena, worker.Arena.Before);
        }

        _storedArenas = arenas.Write();
        return new Dictionary<string, ReadOnlyMemory<byte>>
        {
            [RelationsSection] = Directory(),
            [KeyedStateSection] = StoredDataflows.Write(Dataflows, _storedArenas),
        };
    }

    /// <summary>Remembers where everything is, once the checkpoint is published.</summary>
    public void Published()
    {
        foreach ((SortedBatch batch, StoredBatch stored) in _stored)
        {
            batch.Stored = stored;
        }

        int arena = 0;
        foreach (WorkerImage worker in Dataflows.SelectMany(dataflow => dataflow.Workers))
        {
            worker.Arena.Confirm(_storedArenas[arena++]);
        }
    }

    public void Dispose()
    {
        foreach (SpineVersion version in _versions.SelectMany(shards => shards))
        {
            version.Release();
        }

        foreach (DataflowImage dataflow in Dataflows)
        {
            dataflow.Dispose();
        }

        Array.Clear(_versions);
        Array.Fill(_versions, []);
    }

    private void WriteBatches(CheckpointWriter writer)
    {
        HashSet<string> sparse = SparseFiles(writer);
        List<SortedBatch> shared = [];
        long sharedBytes = 0;
        foreach (SortedBatch batch in Batches)
        {
            if (batch.Stored is { } stored && !sparse.Contains(stored.File))
            {
                writer.Keep(stored.File);
                _stored.Add(batch, stored);
            }
            else if (batch.Bytes >= OwnFileBytesMin)
            {
                WriteFile(writer, [batch]);
            }
            else
            {
                shared.Add(batch);
                sharedBytes += batch.Bytes;
                if (sharedBytes >= SharedFileBytesMax)
                {
                    WriteFile(writer, shared);
                    shared.Clear();
                    sharedBytes = 0;
                }
            }
        }

        WriteFile(writer, shared);
    }

    private HashSet<string> SparseFiles(CheckpointWriter writer)
    {
        var used = new Dictionary<string, long>();
        foreach (StoredBatch stored in Batches.Select(batch => batch.Stored).OfType<StoredBatch>())
        {
            used[stored.File] = used.GetValueOrDefault(stored.File) + stored.RowBytes;
        }

        // Only rows are counted; offsets and weights may take three times as much again when rows are short.
        return [.. used.Where(file => file.Value * 4 < writer.BytesOf(file.Key)).Select(file => file.Key)];
    }

    private void WriteFile(CheckpointWriter writer, List<SortedBatch> batches)
    {
        if (batches.Count > 0)
        {
            writer.Write(segment =>
            {
                foreach (SortedBatch batch in batches)
                {
                    _stored.Add(batch, batch.Write(segment));
                }
            });
        }
    }

    private byte[] Directory()
    {
        using MemoryStream stream = new();
        using BinaryWriter output = new(stream, Encoding.UTF8);
        output.Write(StoredRelations.Version);
        output.Write(RowCodec.Version);
        output.Write(_arrangements.Count);
        for (int i = 0; i < _versions.Length; i++)
        {
            output.Write(_arrangements[i].Id.Value);
            output.Write(StoredRelation.LayoutOf(_arrangements[i]));
            output.Write(_versions[i].Length);
            foreach (SpineVersion version in _versions[i])
            {
                output.Write(version.Batches.Length);
                foreach (SortedBatch batch in version.Batches)
                {
                    Write(output, _stored[batch]);
                }
            }
        }

        output.Flush();
        return stream.ToArray();
    }

    private static void Write(BinaryWriter output, StoredBatch stored)
    {
        output.Write(stored.File);
        output.Write(stored.Offset);
        output.Write(stored.Stride);
        output.Write(stored.Count);
        output.Write(stored.RowBytes);
        output.Write(stored.WeightSum);
        output.Write(stored.HasWeights);
    }
}
