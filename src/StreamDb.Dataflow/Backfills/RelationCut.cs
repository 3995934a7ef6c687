using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Backfills;

/// <summary>What happened to one relation on one worker between two cuts. Owned: dispose it.</summary>
/// <param name="batches">The deltas as they came; those of all workers together are the change.</param>
/// <param name="before">The shard at the earlier cut, and <paramref name="after"/> at the later: the other way to say it. Null: not stored.</param>
internal sealed class RelationCut(RelationId relation, List<DeltaBatch> batches, SpineVersion? before, SpineVersion? after, bool hasOverflowed)
    : IDisposable
{
    public RelationId Relation { get; } = relation;

    /// <summary>Some of the batches are missing.</summary>
    public bool HasOverflowed { get; } = hasOverflowed;

    /// <summary>The change is to be read from the versions: batches are missing here or on another worker.</summary>
    public bool ReadsVersions { get; set; }

    /// <summary>Deltas; where batches are missing, rows to read.</summary>
    public long RowCount => ReadsVersions
        ? after!.Batches.Except(before!.Batches).Concat(before.Batches.Except(after.Batches)).Sum(batch => (long)batch.Count)
        : batches.Sum(batch => (long)batch.Count);

    public IReadOnlyList<DeltaBatch> Batches => batches;

    /// <summary>The rows that differ between the versions, in chunks that the receiver releases.</summary>
    /// <remarks>
    /// Versions share the batches that were not merged between them: only the others are read, first what came, then, with the
    /// opposite sign, what went. Not consolidated.
    /// </remarks>
    public IEnumerable<DeltaBatch> Difference(Arrangement arrangement)
    {
        foreach (DeltaBatch chunk in Scan(arrangement, after!, before!))
        {
            yield return chunk;
        }

        foreach (DeltaBatch chunk in Scan(arrangement, before!, after!))
        {
            DeltaBatch negated = chunk.Negate();
            chunk.Release();
            yield return negated;
        }
    }

    public void Dispose()
    {
        batches.ForEach(static batch => batch.Release());
        batches.Clear();
        before?.Release();
        after?.Release();
    }

    private static IEnumerable<DeltaBatch> Scan(Arrangement arrangement, SpineVersion version, SpineVersion other)
    {
        SortedBatch[] batches = [.. version.Batches.Except(other.Batches).Select(batch => batch.Acquire())];
        using var rows = new RelationSnapshot(arrangement, [new SpineVersion(batches, 0)]);
        foreach (DeltaBatch chunk in rows.Deltas())
        {
            yield return chunk;
        }
    }
}
