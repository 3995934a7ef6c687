using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Exchange;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;
using StreamDb.Dataflow.Traces;

namespace StreamDb.Dataflow.Recursion;

/// <summary>Any operator that works key by key and is not linear (GROUP BY, DISTINCT, EXCEPT, INTERSECT, top-N), inside a recursive scope.</summary>
/// <remarks>
/// Invariant, at the end of every epoch, for every key and iteration i: what was emitted up to i, over all epochs, is the
/// operator's output for what came in up to i. In the epoch, a key is looked at in the iterations in which it gets deltas,
/// and from the first of them on in every later iteration in which its input changed in earlier epochs: nowhere else can its
/// output differ from before. Each time the output is computed anew from the key's rows, and what is emitted is its
/// difference from what was emitted up to this iteration. Keys stand in the same bytes on the input and the output side.
/// <see cref="DirectLogic"/> computes the most frequent operators, all others are run as they are by <see cref="IsolatedOperator"/>.
/// </remarks>
internal sealed unsafe class RecomputeOperator : Operator, IIterationHolder
{
    private const int ChunkKeys = 4096;

    private readonly ScopeClock _clock;
    private readonly DirectLogic? _direct;
    private readonly IsolatedOperator _logic;
    private readonly IterationIndex[] _inputs;
    private readonly IterationIndex _emitted;
    private readonly HeldDeltas _held = new();
    private readonly KeySchedule _schedule;
    private readonly PackedRows _touched;
    private readonly PackedRows _keys;
    private readonly NativeScratch<ulong> _hashes = new();
    private readonly RowSorter _sorter = new();
    private readonly DeltaConsolidator _difference;
    private readonly RecomputedErrors _errors;
    private readonly Action<int, int> _onLater;
    private readonly Action<DeltaBatch> _onDifference;
    private readonly bool _isGlobal;
    private List<DeltaBatch> _ofNothing = [];

    /// <param name="direct">What computes the operator from the state; null: <paramref name="logic"/>.</param>
    /// <param name="shapes">Of each input, at least as nullable in the key as the output.</param>
    /// <param name="keys">Columns of each input.</param>
    /// <param name="outputKeys">Where the output has them.</param>
    public RecomputeOperator(
        OperatorContext context,
        ScopeClock clock,
        DirectLogic? direct,
        Func<OperatorContext, Operator> logic,
        IReadOnlyList<IReadOnlyList<ColumnShape>> shapes,
        IReadOnlyList<int> keys,
        IReadOnlyList<ColumnShape> output,
        IReadOnlyList<int> outputKeys)
        : base(context)
    {
        _clock = clock;
        _direct = direct;
        _onLater = Schedule;
        _onDifference = Send;
        _logic = new IsolatedOperator(context, logic);
        bool[] nullsMatch = [.. keys.Select(key => shapes.Any(shape => shape[key].IsNullable))];
        _inputs = [.. shapes.Select(shape => new IterationIndex(context.Arena, shape, keys, nullsMatch))];
        _emitted = new IterationIndex(context.Arena, output, outputKeys, nullsMatch);
        int stride = _emitted.KeyCodec.Stride;
        _schedule = new KeySchedule(stride);
        _touched = new PackedRows(stride);
        _keys = new PackedRows(stride);
        _difference = new DeltaConsolidator(output);
        _errors = new RecomputedErrors(context, [.. outputKeys.Select(key => output[key])], nullsMatch);
        _isGlobal = keys.Count == 0;
    }

    public int NextIteration => Math.Min(_held.NextIteration, _schedule.NextIteration);

    public override long StateBytes => _emitted.Bytes + _inputs.Sum(static input => input.Bytes);

    /// <summary>An aggregate without keys has a row even of nothing: on the worker that the empty key falls to.</summary>
    public override void Start()
    {
        if (_isGlobal)
        {
            _ofNothing = _logic.Start();
            ulong emptyKey = 0;
            if (Context.Worker == PartitionHasher.WorkerOf(0, Context.WorkerCount))
            {
                _schedule.Add(0, (byte*)&emptyKey, 8);
            }
        }
    }

    public override void Flush()
    {
        int iteration = _clock.Iteration;
        Invariant.Check(NextIteration >= iteration, "no deltas of a past iteration");
        foreach ((int port, DeltaBatch batch) in _held.Take(iteration))
        {
            _inputs[port].Apply(batch, _touched);
            batch.Release();
        }

        _schedule.Take(iteration, _touched);
        if (_touched.Count == 0)
        {
            return;
        }

        SortedBatch distinct = _sorter.Sort(_touched, null)!;
        _touched.ClearAndTrim();
        _sorter.Trim();
        for (int start = 0; start < distinct.Count; start += ChunkKeys)
        {
            Context.Cancellation.ThrowIfCancellationRequested();
            _keys.Clear();
            for (int i = start; i < Math.Min(start + ChunkKeys, distinct.Count); i++)
            {
                _keys.AppendCopy(distinct.Row(i), distinct.Length(i));
            }

            Recompute(iteration);
        }

        distinct.Release();
    }

    public override bool CanStore => true;

    public override void WriteRoots(BinaryWriter output)
    {
        foreach (IterationIndex index in _inputs)
        {
            index.Write(output);
        }

        _emitted.Write(output);
        _errors.Write(output);
    }

    public override void ReadRoots(BinaryReader input)
    {
        foreach (IterationIndex index in _inputs)
        {
            index.Read(input);
        }

        _emitted.Read(input);
        _errors.Read(input);
        _ofNothing = _isGlobal ? _logic.Start() : [];
    }

    public override void Discard()
    {
        base.Discard();
        _held.Clear();
        _schedule.Clear();
    }

    public override void Dispose()
    {
        base.Dispose();
        _direct?.Dispose();
        _logic.Dispose();
        _ofNothing.ForEach(static batch => batch.Release());
        foreach (IterationIndex input in _inputs)
        {
            input.Dispose();
        }

        _emitted.Dispose();
        _schedule.Dispose();
        _touched.Dispose();
        _keys.Dispose();
        _hashes.Dispose();
        _sorter.Dispose();
        _difference.Dispose();
        _errors.Dispose();
    }

    protected override void Process(int port, DeltaBatch batch) => _held.Add(batch.Iteration, port, batch);

    /// <summary>Brings the output of the keys at hand up to what their input says in this iteration.</summary>
    private void Recompute(int iteration)
    {
        int count = _keys.Count;
        ulong* hashes = _hashes.Reserve(count);
        KeyTable.Hash(_keys, hashes);
        var keyColumns = new ColumnBatch(_emitted.KeyCodec.Decode(_keys), count);
        Iteration = iteration;
        if (_direct is not null)
        {
            _direct.Recompute(_inputs[0], _emitted, _keys, hashes, keyColumns, iteration, _onLater, _onDifference);
            keyColumns.Release();
            return;
        }

        for (int port = 0; port < _inputs.Length; port++)
        {
            int current = port;
            _inputs[port].Read(_keys, hashes, keyColumns, iteration, batch => _logic.Give(current, batch), _onLater);
        }

        _ofNothing.ForEach(batch => _difference.Add(batch.Rows, batch.WeightSpan, 1));
        foreach (DeltaBatch batch in _logic.Run())
        {
            _difference.Add(batch.Rows, batch.WeightSpan, 1);
            batch.Release();
        }

        if (_logic.Errors.Count > 0 || !_errors.IsEmpty)
        {
            RecomputeErrors(iteration, hashes, keyColumns);
        }

        _emitted.Read(_keys, hashes, keyColumns, iteration, Subtract, later: null);
        keyColumns.Release();
        foreach (DeltaBatch batch in _difference.Take())
        {
            Send(batch);
        }
    }

    private void Send(DeltaBatch batch)
    {
        batch.Iteration = Iteration;
        _emitted.Apply(batch, touched: null);
        Emit(batch);
    }

    /// <summary>Key by key, so that each error has a key to be taken back with.</summary>
    private void RecomputeErrors(int iteration, ulong* hashes, ColumnBatch keyColumns)
    {
        using var one = new PackedRows(_keys.Stride);
        for (int key = 0; key < _keys.Count; key++)
        {
            one.Clear();
            one.AppendCopy(_keys.Row(key), _keys.Length(key));
            ColumnBatch columns = keyColumns.Gather([key]);
            for (int port = 0; port < _inputs.Length; port++)
            {
                int current = port;
                _inputs[port].Read(one, hashes + key, columns, iteration, batch => _logic.Give(current, batch), later: null);
            }

            _logic.Run().ForEach(static batch => batch.Release());
            _errors.Add(columns, _logic.Errors);
            columns.Release();
        }

        _errors.Report(_keys, hashes, keyColumns, iteration);
    }

    private void Schedule(int key, int iteration) => _schedule.Add(iteration, _keys.Row(key), _keys.Length(key));

    private void Subtract(DeltaBatch batch)
    {
        _difference.Add(batch.Rows, batch.WeightSpan, -1);
        batch.Release();
    }
}
