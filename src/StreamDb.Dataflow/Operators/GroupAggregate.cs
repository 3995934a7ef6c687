using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Operators;

/// <summary>One aggregate of a reduce on one worker: its part of every group's record and what it keeps beside it.</summary>
internal abstract unsafe class GroupAggregate(AggregateSpec spec) : IDisposable
{
    private readonly NativeScratch<int> _rows = new();
    private readonly NativeScratch<nint> _states = new();
    private readonly NativeScratch<long> _weights = new();

    /// <summary>Bytes in the record, a multiple of 8; zero at the start of a group.</summary>
    public abstract int StateBytes { get; }

    /// <summary>The aggregate whose state this one reads instead of having its own; null: none. It takes in nothing and frees nothing.</summary>
    public virtual GroupAggregate? Keeper => null;

    /// <summary>Where they lie in the record.</summary>
    public int Offset { get; set; }

    /// <summary>Values that the groups touched in this epoch had before it.</summary>
    public ColumnBuilder Old { get; } = new(spec.Output.Type);

    public virtual long Bytes => 0;

    /// <summary>Appends the value of each group.</summary>
    public abstract void AppendValues(byte** states, int count, ColumnBuilder output, IErrorSink errors);

    /// <summary>Takes in deltas; <c>states[i]</c> is the group of row i.</summary>
    public void Apply(DeltaBatch batch, byte** states, long* weights)
    {
        if (spec.FilterColumn < 0)
        {
            ApplyAll(batch, states, weights);
            return;
        }

        Column filter = batch.Rows[spec.FilterColumn];
        int* rows = _rows.Reserve(batch.Count);
        nint* keptStates = _states.Reserve(batch.Count);
        long* keptWeights = _weights.Reserve(batch.Count);
        int count = 0;
        for (int i = 0; i < batch.Count; i++)
        {
            if (!filter.IsNull(i) && filter.Get<byte>(i) != 0)
            {
                rows[count] = i;
                keptStates[count] = (nint)states[i];
                keptWeights[count++] = weights[i];
            }
        }

        if (count == 0)
        {
            return;
        }

        DeltaBatch kept = batch.Gather(new ReadOnlySpan<int>(rows, count));
        ApplyAll(kept, (byte**)keptStates, keptWeights);
        kept.Release();
    }

    /// <summary>Frees what a vanished group holds beside its record.</summary>
    public virtual void Free(byte* state)
    {
    }

    /// <summary>Writes what it needs, beside the arena's pages, to go on in another process.</summary>
    public virtual void WriteRoots(BinaryWriter output)
    {
    }

    /// <summary>Takes over what <see cref="WriteRoots"/> wrote.</summary>
    public virtual void ReadRoots(BinaryReader input)
    {
    }

    public virtual void Dispose()
    {
        Old.Dispose();
        _rows.Dispose();
        _states.Dispose();
        _weights.Dispose();
    }

    protected abstract void ApplyAll(DeltaBatch batch, byte** states, long* weights);

    public static GroupAggregate Create(StateArena arena, AggregateSpec spec, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> keys) => spec switch
    {
        AccumulableAggregate accumulable => new AccumulatedValue(arena, accumulable, shape, keys),
        ExtremeAggregate extreme => new ExtremeValue(arena, extreme, shape),
        CollectedAggregate collected => new CollectedValue(arena, collected, shape),
        _ => throw new Core.Diagnostics.InvariantException($"unknown aggregate {spec.GetType()}"),
    };
}
