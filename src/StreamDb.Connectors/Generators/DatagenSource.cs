using StreamDb.Connectors.Formats;
using StreamDb.Core.Clocks;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Connectors.Generators;

/// <summary>connector = 'datagen': rows of made-up values at a steady rate. Ends when one of its sequences does.</summary>
/// <remarks>
/// Row n is the same whenever it is made (save timestamps relative to now), so the offset is a row number. The time that
/// absolute timestamps go back from is in the offset too.
/// </remarks>
internal sealed class DatagenSource : ISource
{
    private const int BatchRowsMax = 10_000;
    private const long BatchBytesMax = 4 << 20;
    private const long RowsPerSecondMax = 1_000_000_000;

    private readonly IClock _clock;
    private readonly FieldGenerator[] _fields;
    private readonly RowBuilder _rows;
    private readonly Pacer _pacer;
    private readonly long _rowCount;
    private GeneratorOffset _offset;

    private DatagenSource(SourceRequest request)
    {
        _clock = request.Clock;
        _offset = GeneratorOffset.Decode(request.Offset.Span, _clock.NowMicroseconds);
        var options = new OptionReader(request.Options);
        options.Text("connector");

        // How many readers share the work is not ours to choose: accepted, and all splits are made here.
        options.Integer("datagen.split.num", 1, 1, int.MaxValue);
        long rowsPerSecond = options.Integer("datagen.rows.per.second", 10, 1, RowsPerSecondMax);
        var generators = new FieldGenerators(options, _offset.BaseMicroseconds);
        _fields = [.. request.Columns.Select(column => generators.Make(column.Name.ToLowerInvariant(), column.Type))];
        options.CheckAllTaken(ConnectorRegistry.Datagen);

        _rowCount = _fields.Length == 0 ? 0 : _fields.Min(generator => generator.RowCount);
        _rows = new RowBuilder(request.Columns);
        _pacer = new Pacer(_clock, _offset.Position, rowsPerSecond);
    }

    public static DatagenSource Open(SourceRequest request)
    {
        FormatOptions.CheckGenerator(request, ConnectorRegistry.Datagen);
        return request.Columns.IsEmpty
            ? throw new SqlException(SqlState.InvalidTableDefinition, "a datagen source needs columns")
            : new DatagenSource(request);
    }

    public async ValueTask<SourceBatch?> ReadAsync(CancellationToken cancellation)
    {
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            if (_offset.Position >= _rowCount)
            {
                return null;
            }

            long end = Math.Min(_rowCount, _pacer.Due());
            if (end > _offset.Position)
            {
                DeltaBatch deltas = Make(end);
                return new SourceBatch(deltas, _offset.Encode(), []);
            }

            await _pacer.WaitAsync(cancellation).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync()
    {
        _rows.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>The rows from here to <paramref name="end"/>, as far as one batch goes.</summary>
    private DeltaBatch Make(long end)
    {
        long now = _clock.NowMicroseconds;
        long row = _offset.Position;
        using ByteWriter value = ByteWriter.Rent();

        // Hot path: per row.
        for (; row < end && _rows.Count < BatchRowsMax && _rows.Bytes < BatchBytesMax; row++)
        {
            for (int i = 0; i < _fields.Length; i++)
            {
                value.Clear();
                _fields[i].Write(row, now, value);
                ValueBytes.Append(value.Written, _rows.Columns[i]);
            }

            _rows.EndRow();
        }

        _offset = _offset with { Position = row };
        return _rows.Finish();
    }
}
