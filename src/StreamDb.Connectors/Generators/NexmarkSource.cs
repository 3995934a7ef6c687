using StreamDb.Connectors.Formats;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Connectors.Generators;

/// <summary>connector = 'nexmark': the events of one kind, or of all kinds in one relation. Its offset counts events of all kinds.</summary>
internal sealed class NexmarkSource : ISource
{
    private const long BatchBytesMax = 4 << 20;

    private readonly NexmarkOptions _options;
    private readonly NexmarkGenerator _generator;
    private readonly NexmarkEvent _event = new();
    private readonly RecordWriter _record = new();
    private readonly Pacer _pacer;
    private readonly RowBuilder _rows;
    private readonly SqlType[] _types;
    private readonly long _baseMicroseconds;
    private long _index;

    private NexmarkSource(SourceRequest request, NexmarkOptions options)
    {
        GeneratorOffset offset = GeneratorOffset.Decode(request.Offset.Span, request.Clock.NowMicroseconds);
        _options = options;
        _generator = new NexmarkGenerator(options);
        _index = offset.Position;
        _baseMicroseconds = offset.BaseMicroseconds;
        _pacer = new Pacer(request.Clock, _index, options.EventsPerSecond);
        _rows = new RowBuilder(request.Columns);
        _types = [.. request.Columns.Select(column => column.Type)];
    }

    public static NexmarkSource Open(SourceRequest request)
    {
        var options = new NexmarkOptions(request.Options);
        FormatOptions.CheckGenerator(request, ConnectorRegistry.Nexmark);
        NexmarkSchema.Check(request.Columns, options.Table);
        return new NexmarkSource(request, options);
    }

    public async ValueTask<SourceBatch?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            long end = Math.Min(_options.EventCount, _pacer.Due());
            if (Make(end) is { } deltas)
            {
                return new SourceBatch(deltas, new GeneratorOffset(_index, _baseMicroseconds).Encode(), []);
            }

            if (_index >= _options.EventCount)
            {
                return null;
            }

            await _pacer.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        _rows.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The rows of the events from here to <paramref name="end"/>, as far as one batch goes; null when there are none.</summary>
    private DeltaBatch? Make(long end)
    {
        // Hot path: per event.
        for (; _index < end && _rows.Count < _options.BatchRowsMax && _rows.Bytes < BatchBytesMax; _index++)
        {
            long number = _generator.NumberAt(_index);
            if (_options.Table == NexmarkTable.Unified)
            {
                AppendUnified(_generator.Make(number, _event));
            }
            else if (_generator.KindOf(number) == _options.Table)
            {
                _generator.Make(number, _event);
                AppendColumns();
            }
        }

        return _rows.Count == 0 ? null : _rows.Finish();
    }

    private void AppendColumns()
    {
        ReadOnlySpan<long> numbers = _event.Numbers;
        int number = 0;
        int text = 0;
        foreach (ColumnBuilder column in _rows.Columns)
        {
            if (column.Type == PhysicalType.Int64)
            {
                column.Append(numbers[number++]);
            }
            else
            {
                column.AppendBytes(_event.Text(text++));
            }
        }

        _rows.EndRow();
    }

    private void AppendUnified(NexmarkTable kind)
    {
        ReadOnlySpan<ColumnBuilder> columns = _rows.Columns;
        columns[0].Append((long)kind);
        for (int i = 1; i < columns.Length; i++)
        {
            if (i - 1 == (int)kind)
            {
                AppendRecord(_types[i], columns[i]);
            }
            else
            {
                columns[i].AppendNull();
            }
        }

        _rows.EndRow();
    }

    private void AppendRecord(SqlType type, ColumnBuilder column)
    {
        ReadOnlySpan<long> numbers = _event.Numbers;
        int number = 0;
        int text = 0;
        _record.Begin();
        foreach (RecordField field in type.Fields)
        {
            if (field.Type.Physical == PhysicalType.Int64)
            {
                _record.Append(numbers[number++]);
            }
            else
            {
                _record.Append(_event.Text(text++));
            }
        }

        _record.Finish(column);
    }
}
