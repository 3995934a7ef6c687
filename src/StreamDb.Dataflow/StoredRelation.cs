using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Traces;
using StreamDb.State.Segments;

namespace StreamDb.Dataflow;

/// <summary>One table or source of a checkpoint: its batches by the shards that there were then.</summary>
public sealed class StoredRelation
{
    private readonly string _layout;
    private readonly StoredBatch[][] _shards;
    private readonly bool _hasOwners;
    private readonly IReadOnlyDictionary<string, SegmentFile> _files;

    internal StoredRelation(RelationId id, string layout, StoredBatch[][] shards, bool hasOwners, IReadOnlyDictionary<string, SegmentFile> files)
    {
        Id = id;
        _layout = layout;
        _shards = shards;
        _hasOwners = hasOwners;
        _files = files;
    }

    public RelationId Id { get; }

    internal int ShardCount => _shards.Length;

    /// <summary>Whether each shard is what one of so many workers owns now.</summary>
    internal bool IsPartitioned(int workers) => _hasOwners && ShardCount == workers;

    /// <summary>What the bytes of a row depend on: types and nullability of the columns, and the key.</summary>
    internal static string LayoutOf(Arrangement arrangement) =>
        string.Join(',', arrangement.Shape.Select(c => $"{c.Type}{(c.IsNullable ? "?" : "")}")) + ";" + string.Join(',', arrangement.Key);

    /// <exception cref="SqlException">XX001: the rows were written for another layout.</exception>
    internal void Check(Arrangement arrangement)
    {
        if (LayoutOf(arrangement) is var layout && layout != _layout)
        {
            throw new SqlException(SqlState.DataCorrupted, $"the checkpoint has relation {Id} as \"{_layout}\", the catalog as \"{layout}\"");
        }
    }

    /// <summary>The batches of a shard, each with a reference for the caller.</summary>
    internal IEnumerable<SortedBatch> OpenShard(int shard)
    {
        foreach (StoredBatch stored in _shards[shard])
        {
            SegmentFile file = _files.TryGetValue(stored.File, out SegmentFile? found)
                ? found
                : throw new SqlException(SqlState.DataCorrupted, $"the checkpoint lacks file \"{stored.File}\"");
            yield return new SortedBatch(file, stored);
        }
    }
}
