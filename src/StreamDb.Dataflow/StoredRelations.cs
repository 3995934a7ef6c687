using System.Text;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Traces;
using StreamDb.State.Segments;

namespace StreamDb.Dataflow;

/// <summary>The tables and sources of a checkpoint, as <see cref="EngineImage"/> wrote them. Immutable.</summary>
public sealed class StoredRelations
{
    internal const int Version = 2;

    /// <summary>The first in which rows belong to the workers to which they would belong now, so that shards can be taken over as they are.</summary>
    private const int OwnersVersion = 2;

    private readonly Dictionary<RelationId, StoredRelation> _relations;

    private StoredRelations(Dictionary<RelationId, StoredRelation> relations)
    {
        _relations = relations;
    }

    public static StoredRelations None { get; } = new([]);

    public IEnumerable<RelationId> Ids => _relations.Keys;

    /// <param name="directory">What <see cref="EngineImage.Write"/> returned; the manifest guards it.</param>
    /// <param name="files">The checkpoint's segment files by name; the batches that are opened hold them.</param>
    /// <exception cref="SqlException">0A000: a newer format.</exception>
    public static StoredRelations Read(ReadOnlyMemory<byte> directory, IReadOnlyDictionary<string, SegmentFile> files)
    {
        using BinaryReader input = new(new MemoryStream(directory.ToArray()), Encoding.UTF8);
        int version = input.ReadInt32();
        int rowVersion = input.ReadInt32();
        if (version is < 1 or > Version || rowVersion != RowCodec.Version)
        {
            throw new SqlException(
                SqlState.FeatureNotSupported,
                $"the checkpoint has format {version}.{rowVersion}, this program reads formats up to {Version}.{RowCodec.Version}");
        }

        var relations = new Dictionary<RelationId, StoredRelation>();
        for (int count = input.ReadInt32(); count > 0; count--)
        {
            var id = new RelationId(input.ReadUInt32());
            string layout = input.ReadString();
            var shards = new StoredBatch[input.ReadInt32()][];
            for (int shard = 0; shard < shards.Length; shard++)
            {
                shards[shard] = new StoredBatch[input.ReadInt32()];
                for (int batch = 0; batch < shards[shard].Length; batch++)
                {
                    shards[shard][batch] = new StoredBatch(
                        input.ReadString(), input.ReadInt64(), input.ReadInt32(), input.ReadInt32(), input.ReadInt64(), input.ReadInt64(), input.ReadBoolean());
                }
            }

            relations.Add(id, new StoredRelation(id, layout, shards, version >= OwnersVersion, files));
        }

        return new StoredRelations(relations);
    }

    /// <summary>A relation of the checkpoint.</summary>
    /// <exception cref="SqlException">XX001: it has no such relation.</exception>
    public StoredRelation this[RelationId id] => _relations.TryGetValue(id, out StoredRelation? relation)
        ? relation
        : throw new SqlException(SqlState.DataCorrupted, $"the checkpoint lacks relation {id}");
}
