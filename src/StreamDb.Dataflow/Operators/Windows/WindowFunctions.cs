using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>The functions of one window operator, the frames they share, and what they need to have in records and nodes.</summary>
internal sealed unsafe class WindowFunctions : IDisposable
{
    private readonly List<GroupAggregate> _accumulators = [];
    private readonly List<StateSlot> _slots = [];
    private readonly List<int> _counted = [];
    private readonly List<int> _edges = [];
    private readonly List<ExtremeAggregate> _extremes = [];
    private readonly List<RowCodec> _extremeCodecs = [];
    private readonly List<FrameRows> _frames = [];
    private readonly RowCodec? _edgeCodec;
    private readonly NativeScratch<nint> _states = new();
    private readonly NativeScratch<long> _weights = new();
    private readonly PackedRows? _packedEdges;
    private readonly PackedRows[] _packedExtremes;

    public WindowFunctions(StateArena arena, WindowSpec spec, IReadOnlyList<ColumnShape> shape)
    {
        Functions = spec.Functions.Select(function => Create(arena, function, shape)).ToArray();
        Dependencies = Functions.Select(function => function.DependsOn).OfType<Dependency>().Distinct().ToArray();
        Buckets = spec.Functions.OfType<RankingFunction>().Where(ranking => ranking.Buckets > 0).Select(ranking => ranking.Buckets).Distinct().ToArray();
        if (_edges.Count > 0)
        {
            // Comparable with the order column: packed in the same way.
            SortKey key = spec.OrderBy[0];
            _edgeCodec = new RowCodec(
            [
                new RowCodecField(0, shape[key.Column].Type, shape[key.Column].IsNullable, IsExact: false, key.Descending, key.NullsFirst),
            ]);
            Invariant.Check(spec.OrderBy.Count == 1 && _edgeCodec.Stride != 0, "RANGE with an offset has one order column of fixed width");
            _packedEdges = new PackedRows(_edgeCodec.Stride);
        }

        _packedExtremes = _extremeCodecs.Select(codec => new PackedRows(codec.Stride)).ToArray();
        ResultCodec = new RowCodec(Functions.Select((function, i) => new RowCodecField(
            i, function.Output.Type, function.Output.IsNullable, IsExact: true)).ToArray());
        Records = new WindowRecords(
            arena,
            ResultCodec.Stride,
            StateBytes,
            _edges.Count,
            _edgeCodec?.Stride ?? 0,
            _counted.Count,
            _extremeCodecs.Select(codec => codec.Stride).ToArray());
        Totals = new PartitionTotals(Records, [.. _slots], StateBytes, _counted.Count, _extremes.Count);
    }

    public WindowFunction[] Functions { get; }

    /// <summary>Those of all functions, each once.</summary>
    public Dependency[] Dependencies { get; }

    /// <summary>The constant arguments of ntile.</summary>
    public int[] Buckets { get; }

    /// <summary>How results are packed: exact, in the functions' order.</summary>
    public RowCodec ResultCodec { get; }

    public WindowRecords Records { get; }

    public PartitionTotals Totals { get; }

    private int StateBytes { get; set; }

    /// <summary>Fills in what new records hold beside their rows.</summary>
    /// <param name="rows">The rows of the records.</param>
    public void Prepare(ColumnBatch rows, byte** items)
    {
        int count = rows.Count;
        if (_accumulators.Count > 0)
        {
            long* weights = _weights.Reserve(count);
            new Span<long>(weights, count).Fill(1);
            byte** states = (byte**)_states.Reserve(count);
            DeltaBatch batch = DeltaBatch.Create(rows, 1);
            for (int a = 0; a < _accumulators.Count; a++)
            {
                for (int i = 0; i < count; i++)
                {
                    states[i] = items[i] + Records.StateOffset + _slots[a].Offset;
                }

                _accumulators[a].Apply(batch, states, weights);
            }

            batch.Release();
        }

        for (int c = 0; c < _counted.Count; c++)
        {
            Column column = rows[_counted[c]];
            for (int i = 0; i < count; i++)
            {
                ((long*)(items[i] + Records.CountedOffset))[c] = column.IsNull(i) ? 0 : 1;
            }
        }

        for (int e = 0; e < _edges.Count; e++)
        {
            Pack(_edgeCodec!, rows[_edges[e]].Acquire(), _packedEdges!);
            for (int i = 0; i < count; i++)
            {
                Buffer.MemoryCopy(_packedEdges!.Row(i), Records.Edge(items[i], e), _edgeCodec!.Stride, _edgeCodec.Stride);
            }
        }

        for (int e = 0; e < _extremes.Count; e++)
        {
            PackedRows packed = _packedExtremes[e];
            Pack(_extremeCodecs[e], Filtered(rows, _extremes[e]), packed);
            for (int i = 0; i < count; i++)
            {
                Records.SetExtreme(items[i], e, packed.Row(i), packed.Length(i));
            }
        }
    }

    public void ComputeFrames(WindowBatch batch)
    {
        foreach (FrameRows frame in _frames)
        {
            frame.Compute(batch);
        }
    }

    public void Dispose()
    {
        Records.Dispose();
        Totals.Dispose();
        _states.Dispose();
        _weights.Dispose();
        _packedEdges?.Dispose();
        foreach (IDisposable part in (IEnumerable<IDisposable>)[.. Functions, .. _frames, .. _accumulators, .. _packedExtremes])
        {
            part.Dispose();
        }
    }

    private static void Pack(RowCodec codec, Column column, PackedRows output)
    {
        var rows = new ColumnBatch([column], column.Count);
        output.Clear();
        codec.Encode(rows, output);
        rows.Release();
    }

    /// <summary>The values, NULL where the filter leaves a row out.</summary>
    private static Column Filtered(ColumnBatch rows, ExtremeAggregate aggregate)
    {
        Column values = rows[aggregate.Column];
        if (aggregate.FilterColumn < 0)
        {
            return values.Acquire();
        }

        Column filter = rows[aggregate.FilterColumn];
        using var builder = new ColumnBuilder(values.Type, rows.Count);
        for (int i = 0; i < rows.Count; i++)
        {
            if (!filter.IsNull(i) && filter.Get<byte>(i) != 0)
            {
                builder.AppendFrom(values, i);
            }
            else
            {
                builder.AppendNull();
            }
        }

        return builder.Finish();
    }

    private WindowFunction Create(StateArena arena, WindowFunctionSpec spec, IReadOnlyList<ColumnShape> shape) => spec switch
    {
        RankingFunction ranking => new RankingResult(ranking),
        OffsetFunction offset => new OffsetResult(offset, offset.IgnoresNulls ? IndexIn(_counted, offset.Column) : -1),
        FrameValueFunction value => new FrameValueResult(value, FrameOf(value.Frame), value.IgnoresNulls ? IndexIn(_counted, value.Column) : -1),
        FrameAggregateFunction { Aggregate: AccumulableAggregate accumulable } aggregate =>
            new AccumulatedResult(aggregate, FrameOf(aggregate.Frame), AddSlot(arena, accumulable, shape)),
        FrameAggregateFunction { Aggregate: ExtremeAggregate extreme } aggregate => CreateExtreme(aggregate, extreme, shape),
        FrameAggregateFunction { Aggregate: CollectedAggregate } aggregate => new CollectedResult(aggregate, FrameOf(aggregate.Frame), shape),
        _ => throw new InvariantException($"unknown window function {spec.GetType()}"),
    };

    private ExtremeResult CreateExtreme(FrameAggregateFunction spec, ExtremeAggregate extreme, IReadOnlyList<ColumnShape> shape)
    {
        _extremes.Add(extreme);
        _extremeCodecs.Add(new RowCodec([new RowCodecField(0, shape[extreme.Column].Type, IsNullable: true, IsExact: true, extreme.IsMax)]));
        return new ExtremeResult(spec, FrameOf(spec.Frame), _extremes.Count - 1, _extremeCodecs[^1]);
    }

    private StateSlot AddSlot(StateArena arena, AccumulableAggregate aggregate, IReadOnlyList<ColumnShape> shape)
    {
        Invariant.Check(!aggregate.IsDistinct, "a window aggregate is not DISTINCT");
        GroupAggregate values = GroupAggregate.Create(arena, aggregate, shape, []);
        _accumulators.Add(values);
        _slots.Add(new StateSlot((IMergeableAccumulator)aggregate.Accumulator, StateBytes));
        StateBytes += values.StateBytes;
        return _slots[^1];
    }

    private FrameRows FrameOf(WindowFrame frame)
    {
        FrameRows? known = _frames.Find(f => f.Frame == frame);
        if (known is null)
        {
            known = new FrameRows(frame, column => column < 0 ? -1 : IndexIn(_edges, column));
            _frames.Add(known);
        }

        return known;
    }

    private static int IndexIn(List<int> columns, int column)
    {
        int index = columns.IndexOf(column);
        if (index < 0)
        {
            index = columns.Count;
            columns.Add(column);
        }

        return index;
    }
}
