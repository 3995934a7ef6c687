using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Keyed;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators;

/// <summary>Lets rows in from one time of theirs until another, as the epochs' time advances.</summary>
/// <remarks>
/// The future changes wait in one run ordered by time: (time, row) with the weight to add then. A row taken back before its
/// time cancels there. Once an epoch's time has passed a change, it is emitted and forgotten. Infinite times never come.
/// </remarks>
internal sealed unsafe class TemporalFilterOperator : Operator
{
    private readonly TemporalFilterNode _node;
    private readonly int[] _outputColumns;
    private readonly RowLayout _layout;
    private readonly Runs _runs;
    private readonly PackedRows _packed;
    private readonly NativeScratch<int> _rows = new();
    private readonly NativeScratch<long> _weights = new();
    private readonly List<(int Row, long Time, long Weight)> _scheduled = [];
    private readonly PackedRows _due;
    private ulong _future;

    public TemporalFilterOperator(OperatorContext context, TemporalFilterNode node)
        : base(context)
    {
        _node = node;
        IReadOnlyList<ColumnShape> shape = node.Inputs[0].Shape;
        _outputColumns = Enumerable.Range(0, shape.Count)
            .Where(column => node.KeepsBounds || (column != node.FromColumn && column != node.UntilColumn)).ToArray();
        int rowColumns = _outputColumns.Length;
        _layout = new RowLayout(
            [.. _outputColumns.Select(column => shape[column]), new ColumnShape(PhysicalType.Int64, IsNullable: false)],
            [new SortKey(rowColumns)]);
        _runs = new Runs(context.Arena, _layout.Codec.Stride);
        _packed = _layout.CreateRows();
        _due = _layout.CreateRows();
    }

    public override long StateBytes => _runs.Bytes;

    /// <summary>When the earliest waiting change is due; null when none waits.</summary>
    public long? NextEvent
    {
        get
        {
            if (_future == 0)
            {
                return null;
            }

            long time;
            PackedTime.Read(_runs.Layout.Row(_runs.First(_future)), &time);
            return time;
        }
    }

    public override void Flush()
    {
        if (NextEvent is not { } next || next > Context.NowMicroseconds)
        {
            return;
        }

        _due.Clear();
        int count = 0;
        while (NextEvent <= Context.NowMicroseconds)
        {
            var cursor = new RunCursor(_runs, _future);
            cursor.NextBlock(out byte* entry, out long* weights, out _);
            _weights.Reserve(count + 1)[count++] = weights is null ? 1 : weights[0];
            _due.AppendCopy(_runs.Layout.Row(entry), _runs.Layout.Length(entry));
            _runs.Add(ref _future, _due.Row(count - 1), _due.Length(count - 1), -_weights.Pointer[count - 1]);
        }

        ColumnBatch rows = _layout.Decode(_due);
        ColumnBatch output = rows.Select(Enumerable.Range(0, rows.ColumnCount - 1).ToArray());
        rows.Release();
        Emit(new DeltaBatch(output, DeltaBatch.WeightColumn(new ReadOnlySpan<long>(_weights.Pointer, count))));
    }

    public override bool CanStore => true;

    public override void WriteRoots(BinaryWriter output)
    {
        output.Write(_future);
        _runs.Write(output);
    }

    public override void ReadRoots(BinaryReader input)
    {
        _future = input.ReadUInt64();
        _runs.Read(input);
    }

    public override void Dispose()
    {
        base.Dispose();
        _runs.Dispose();
        _packed.Dispose();
        _due.Dispose();
        _rows.Dispose();
        _weights.Dispose();
    }

    protected override void Process(int port, DeltaBatch batch)
    {
        long now = Context.NowMicroseconds;
        int* rows = _rows.Reserve(batch.Count);
        int count = 0;
        _scheduled.Clear();
        for (int i = 0; i < batch.Count; i++)
        {
            if (!TryBounds(batch.Rows, i, out long from, out long until) || until <= from || until <= now)
            {
                continue;
            }

            if (from <= now)
            {
                rows[count++] = i;
            }
            else if (from != long.MaxValue)
            {
                _scheduled.Add((i, from, batch.Weight(i)));
            }

            if (until != long.MaxValue && from != long.MaxValue)
            {
                _scheduled.Add((i, until, checked(-batch.Weight(i))));
            }
        }

        if (!Context.IsOneShot && _scheduled.Count > 0)
        {
            Schedule(batch);
        }

        if (count > 0)
        {
            DeltaBatch kept = batch.Gather(new ReadOnlySpan<int>(rows, count));
            Emit(new DeltaBatch(kept.Rows.Select(_outputColumns), kept.Weights?.Acquire()));
            kept.Release();
        }
    }

    private bool TryBounds(ColumnBatch rows, int row, out long from, out long until)
    {
        from = long.MinValue;
        until = long.MaxValue;
        if (_node.FromColumn is { } fromColumn)
        {
            if (rows[fromColumn].IsNull(row))
            {
                return false;
            }

            from = rows[fromColumn].Get<long>(row);
        }

        if (_node.UntilColumn is { } untilColumn && !rows[untilColumn].IsNull(row))
        {
            until = rows[untilColumn].Get<long>(row);
        }

        return true;
    }

    private void Schedule(DeltaBatch batch)
    {
        int[] rows = _scheduled.Select(change => change.Row).ToArray();
        ColumnBatch output = batch.Rows.Select(_outputColumns);
        ColumnBatch gathered = output.Gather(rows);
        output.Release();
        using var times = new ColumnBuilder(PhysicalType.Int64, rows.Length);
        foreach ((_, long time, _) in _scheduled)
        {
            times.Append(time);
        }

        var columns = new Column[gathered.ColumnCount + 1];
        for (int i = 0; i < gathered.ColumnCount; i++)
        {
            columns[i] = gathered[i].Acquire();
        }

        columns[^1] = times.Finish();
        gathered.Release();
        var timed = new ColumnBatch(columns, rows.Length);
        _packed.Clear();
        _layout.Codec.Encode(timed, _packed);
        timed.Release();
        for (int i = 0; i < _scheduled.Count; i++)
        {
            _runs.Add(ref _future, _packed.Row(i), _packed.Length(i), _scheduled[i].Weight);
        }
    }

    /// <summary>How the codec writes a time at the start of a row.</summary>
    private static class PackedTime
    {
        public static void Read(byte* packed, long* value) =>
            *(ulong*)value = System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(*(ulong*)packed) ^ 0x8000_0000_0000_0000;
    }
}
