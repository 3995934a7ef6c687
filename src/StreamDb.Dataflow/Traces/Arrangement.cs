using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Dataflow.Traces;

/// <summary>A collection indexed by a key and shared by its readers: one spine per worker, and the versions readers may see.</summary>
/// <remarks>
/// A worker appends to its own shard and, at the end of each epoch that changed it, seals the version of that epoch. Publishing
/// an epoch makes the newest version up to it the one that snapshots take, in all shards at once. Readers hold versions and
/// never block a worker; only the moment of taking or switching versions is under a lock.
/// </remarks>
internal sealed class Arrangement : IDisposable
{
    private readonly Lock _lock = new();
    private readonly SpineVersion[] _published;
    private readonly Queue<(Epoch Epoch, SpineVersion Version)>[] _sealed;
    private Epoch? _pausedFrom;

    /// <param name="key">Columns to order by; empty: all.</param>
    public Arrangement(RelationId id, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> key, int workerCount)
    {
        Id = id;
        Shape = shape;
        Key = key.Count > 0 ? key : Enumerable.Range(0, shape.Count).ToArray();
        Layout = new RowLayout(shape, Key.Select(column => new SortKey(column)).ToArray());
        Spines = new Spine[workerCount];
        _published = new SpineVersion[workerCount];
        _sealed = new Queue<(Epoch, SpineVersion)>[workerCount];
        for (int worker = 0; worker < workerCount; worker++)
        {
            Spines[worker] = new Spine();
            _published[worker] = SpineVersion.Empty;
            _sealed[worker] = new Queue<(Epoch, SpineVersion)>();
        }
    }

    public RelationId Id { get; }

    public IReadOnlyList<ColumnShape> Shape { get; }

    public IReadOnlyList<int> Key { get; }

    public RowLayout Layout { get; }

    /// <summary>One per worker, touched by that worker only.</summary>
    public Spine[] Spines { get; }

    /// <summary>Ends an epoch that changed a worker's shard.</summary>
    public void Seal(int worker, Epoch epoch)
    {
        SpineVersion version = Spines[worker].Version();
        lock (_lock)
        {
            _sealed[worker].Enqueue((epoch, version));
        }
    }

    /// <summary>Makes <paramref name="epoch"/> visible; true when versions of later epochs wait.</summary>
    public bool Publish(Epoch epoch)
    {
        bool waits = false;
        lock (_lock)
        {
            for (int worker = 0; worker < _sealed.Length; worker++)
            {
                while (_sealed[worker].TryPeek(out (Epoch Epoch, SpineVersion Version) next) && next.Epoch <= epoch)
                {
                    _sealed[worker].Dequeue();
                    if (_pausedFrom is { } paused && next.Epoch >= paused)
                    {
                        next.Version.Release();
                        continue;
                    }

                    _published[worker].Release();
                    _published[worker] = next.Version;
                }

                waits |= _sealed[worker].Count > 0;
            }
        }

        return waits;
    }

    /// <summary>Keeps showing the last epoch before <paramref name="epoch"/>, in which some worker failed to compute its part.</summary>
    public void Pause(Epoch epoch)
    {
        lock (_lock)
        {
            _pausedFrom ??= epoch;
        }
    }

    /// <summary>The published version of every shard, each held for the caller.</summary>
    public SpineVersion[] Acquire()
    {
        lock (_lock)
        {
            return Array.ConvertAll(_published, static version => version.Acquire());
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            for (int worker = 0; worker < Spines.Length; worker++)
            {
                Spines[worker].Dispose();
                _published[worker].Release();
                _published[worker] = SpineVersion.Empty;
                while (_sealed[worker].TryDequeue(out (Epoch Epoch, SpineVersion Version) next))
                {
                    next.Version.Release();
                }
            }
        }
    }
}
