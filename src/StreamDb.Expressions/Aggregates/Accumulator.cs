using StreamDb.Core.Columns;
using StreamDb.Core.Rows;

namespace StreamDb.Expressions.Aggregates;

/// <summary>A state that other states can be added to and taken from.</summary>
internal interface IMergeable<TState>
    where TState : unmanaged
{
    /// <summary>As <see cref="IMergeableAccumulator.IsExact"/>.</summary>
    static abstract bool IsExact { get; }

    /// <summary>Adds <paramref name="sign"/> (1 or -1) times another state.</summary>
    void Merge(in TState other, long sign);
}

/// <summary>What one aggregate does with one value, and how its state becomes a result. Implemented by structs so that loops inline it.</summary>
internal interface IStep<TState, TValue>
    where TState : unmanaged
    where TValue : unmanaged
{
    /// <summary>Adds <paramref name="weight"/> copies of a value that is not NULL.</summary>
    static abstract void Add(ref TState state, TValue value, long weight);
}

/// <summary>How a state becomes the aggregate's value.</summary>
internal interface IResult<TState>
    where TState : unmanaged
{
    /// <summary>Appends one value.</summary>
    static abstract void Append(in TState state, ColumnBuilder output, IErrorSink errors);
}

/// <summary>An aggregate of one fixed-width argument that ignores NULLs: a tight loop around <typeparamref name="TStep"/>.</summary>
internal sealed unsafe class Accumulator<TState, TValue, TStep, TResult> : IMergeableAccumulator
    where TState : unmanaged, IMergeable<TState>
    where TValue : unmanaged
    where TStep : struct, IStep<TState, TValue>
    where TResult : struct, IResult<TState>
{
    public int StateBytes { get; } = (sizeof(TState) + 7) & ~7;

    public bool IsExact => TState.IsExact;

    // Hot path: per delta.
    public void Update(byte** states, ReadOnlySpan<Column> arguments, long* weights, int count)
    {
        Column argument = arguments[0];
        TValue* values = (TValue*)argument.Values;
        ulong* validity = argument.Validity;
        if (validity is null)
        {
            for (int i = 0; i < count; i++)
            {
                TStep.Add(ref *(TState*)states[i], values[i], weights[i]);
            }

            return;
        }

        for (int i = 0; i < count; i++)
        {
            if ((validity[i >> 6] & (1UL << (i & 63))) != 0)
            {
                TStep.Add(ref *(TState*)states[i], values[i], weights[i]);
            }
        }
    }

    // Hot path: per state.
    public void Merge(byte** targets, byte** sources, long* signs, int count)
    {
        for (int i = 0; i < count; i++)
        {
            (*(TState*)targets[i]).Merge(in *(TState*)sources[i], signs[i]);
        }
    }

    public void Finish(byte** states, int count, ColumnBuilder output, IErrorSink errors)
    {
        output.Reserve(count);
        for (int i = 0; i < count; i++)
        {
            TResult.Append(in *(TState*)states[i], output, errors);
        }
    }
}
