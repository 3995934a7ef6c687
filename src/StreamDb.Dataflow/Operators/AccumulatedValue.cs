using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Operators;

/// <summary>An accumulator in the record; with DISTINCT, a count per group and arguments beside it.</summary>
internal sealed unsafe class AccumulatedValue : GroupAggregate
{
    private readonly AccumulableAggregate _spec;
    private readonly int[] _arguments;
    private readonly KeyEncoder? _distinctKeys;
    private readonly KeyPresence? _distinct;
    private readonly NativeScratch<long> _changes = new();

    public AccumulatedValue(StateArena arena, AccumulableAggregate spec, IReadOnlyList<ColumnShape> shape, IReadOnlyList<int> keys)
        : base(spec)
    {
        _spec = spec;
        _arguments = spec.Arguments.ToArray();
        StateBytes = (spec.Accumulator.StateBytes + 7) & ~7;
        if (spec.IsDistinct)
        {
            int[] columns = [.. keys, .. spec.Arguments];
            bool[] nullsMatch = new bool[columns.Length];
            Array.Fill(nullsMatch, true);
            _distinctKeys = new KeyEncoder(shape, columns, nullsMatch);
            _distinct = new KeyPresence(arena, KeyEncoder.Stride(shape, columns, nullsMatch));
        }
    }

    public override int StateBytes { get; }

    public override long Bytes => _distinct?.Bytes ?? 0;

    public override void AppendValues(byte** states, int count, ColumnBuilder output, IErrorSink errors) =>
        _spec.Accumulator.Finish(states, count, output, errors);

    public override void WriteRoots(BinaryWriter output) => _distinct?.Write(output);

    public override void ReadRoots(BinaryReader input) => _distinct?.Read(input);

    public override void Dispose()
    {
        base.Dispose();
        _distinctKeys?.Dispose();
        _distinct?.Dispose();
        _changes.Dispose();
    }

    protected override void ApplyAll(DeltaBatch batch, byte** states, long* weights)
    {
        if (_distinct is not null)
        {
            DeltaBatch kept = _distinctKeys!.Encode(batch, out _);
            long* changes = _changes.Reserve(batch.Count);
            _distinct.Apply(_distinctKeys.Keys, _distinctKeys.Hashes, weights, changes);
            weights = changes;
            kept.Release();
            _distinctKeys.Forget();
        }

        var arguments = new Column[_arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            arguments[i] = batch.Rows[_arguments[i]];
        }

        _spec.Accumulator.Update(states, arguments, weights, batch.Count);
    }
}
