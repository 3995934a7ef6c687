using System.Collections.Immutable;
using System.Globalization;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Tests.PgWire;

/// <summary>The statements that a <see cref="FakeDatabase"/> knows; everything else is an unknown relation at character 15.</summary>
internal static class FakeStatements
{
    private static readonly ResultColumn[] _number = [new("n", SqlType.Int32)];
    private static readonly ResultColumn[] _text = [new("t", SqlType.Text)];
    private static readonly ResultColumn[] _mixed =
    [
        new("id", SqlType.Int64, RelationOid: 16384, Attribute: 1),
        new("small", SqlType.Int16),
        new("name", SqlType.Varchar.WithModifier(24)),
    ];

    private static readonly Dictionary<string, FakeStatement> _statements = new(StringComparer.OrdinalIgnoreCase)
    {
        ["select 1"] = new([], _number, (_, _, _) => Rows(_number, [new Datum(1)])),
        ["select mixed"] = new([], _mixed, (_, _, _) => Rows(
            _mixed,
            [new Datum(1L), new Datum((short)-2), Datum.Text("one")],
            [new Datum(long.MinValue), Datum.Null, Datum.Null],
            [Datum.Null, new Datum(short.MaxValue), Datum.Text("")])),
        ["select nothing"] = new([], [], (_, _, _) => Rows([], [])),
        ["select $1::int"] = new([SqlType.Int32], _number, (_, values, _) => Rows(_number, [values[0]])),
        ["select $1::text"] = new([SqlType.Text], _text, (_, values, _) => Rows(_text, [values[0]])),
        ["select $1::int, $2::text"] = new([SqlType.Int32, SqlType.Text], [.. _number, .. _text], (_, values, _) => Rows([.. _number, .. _text], [values[0], values[1]])),
        ["sleep"] = new([], _number, async (_, _, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            return new CommandResult("SLEEP");
        }),
        ["feed"] = new([], _number, (_, _, cancellation) => Task.FromResult<StatementResult>(new FeedResult(_number, cancellation))),
        ["crash"] = new([], null, (_, _, _) => throw new InvalidOperationException("a bug")),
        ["terminate"] = new([], null, (_, _, _) => throw new SqlException(SqlState.AdminShutdown, "terminating connection due to administrator command")),
        ["break midway"] = new([], _number, (_, _, _) => Task.FromResult<StatementResult>(new BreakingResult(_number))),
        ["insert"] = FakeStatement.Command("INSERT 0 1"),
        ["notice"] = FakeStatement.Command("DO", session => session.Raise(new Notice("NOTICE", "00000", "look here", Hint: "There."))),
        ["set application_name"] = FakeStatement.Command("SET", session => session.Set("application_name", "changed")),
        ["begin"] = FakeStatement.Command("BEGIN", session => session.Status = TransactionStatus.InTransaction),
        ["begin transaction isolation level read committed"] = FakeStatement.Command("BEGIN", session => session.Status = TransactionStatus.InTransaction),
        ["commit"] = FakeStatement.Command("COMMIT", session => session.Status = TransactionStatus.Idle, endsTransaction: true),
        ["rollback"] = FakeStatement.Command("ROLLBACK", session => session.Status = TransactionStatus.Idle, endsTransaction: true),
        ["copy t from stdin"] = new([], null, (_, _, _) => Task.FromResult<StatementResult>(new CopyLines())),
        ["copy t to stdout"] = new([], null, (_, _, _) => Task.FromResult<StatementResult>(new CopyThreeLines())),
        [""] = FakeStatement.Command(""),
    };

    /// <summary>A canned statement; <c>series N</c> gives the numbers 1 to N, <c>select table</c> fails as an unknown relation.</summary>
    public static FakeStatement Find(string text)
    {
        if (_statements.TryGetValue(text, out FakeStatement? statement))
        {
            return statement;
        }

        if (text.StartsWith("series ", StringComparison.OrdinalIgnoreCase))
        {
            int count = int.Parse(text[7..], CultureInfo.InvariantCulture);
            return new FakeStatement([], _number, (session, _, _) => Task.FromResult<StatementResult>(new SeriesResult(_number, count, session)));
        }

        return text == "wrong password"
            ? throw new SqlException(SqlState.InvalidPassword, "wrong")
            : throw new SqlException(SqlState.UndefinedTable, $"relation \"{text}\" does not exist") { Position = 3, Detail = "D.", Hint = "H.", TableName = text };
    }

    private static Task<StatementResult> Rows(IReadOnlyList<ResultColumn> columns, params Datum[][] rows)
    {
        PhysicalType[] types = [.. columns.Select(column => column.Type.Physical)];
        return Task.FromResult<StatementResult>(new BatchResult(columns, ColumnBatch.FromRows(types, [.. rows.Select(row => row.ToImmutableArray())])));
    }

    private sealed class BatchResult(IReadOnlyList<ResultColumn> columns, ColumnBatch batch) : RowsResult(columns)
    {
        private ColumnBatch? _batch = batch;

        public override ValueTask<ColumnBatch?> ReadAsync(int rowsMax, CancellationToken cancellation)
        {
            ColumnBatch? batch = _batch;
            _batch = null;
            return new ValueTask<ColumnBatch?>(batch);
        }
    }

    private sealed class SeriesResult : RowsResult
    {
        private readonly int _count;
        private readonly FakeSession _session;
        private int _next = 1;

        public SeriesResult(IReadOnlyList<ResultColumn> columns, int count, FakeSession session)
            : base(columns)
        {
            _count = count;
            _session = session;
            session.OpenResults++;
        }

        public override ValueTask<ColumnBatch?> ReadAsync(int rowsMax, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            int rows = Math.Min(_count - _next + 1, rowsMax == 0 ? 1000 : Math.Min(1000, rowsMax));
            if (rows == 0)
            {
                return default;
            }

            using var builder = new ColumnBuilder(PhysicalType.Int32, rows);
            for (int i = 0; i < rows; i++)
            {
                builder.Append(_next++);
            }

            return new ValueTask<ColumnBatch?>(new ColumnBatch([builder.Finish()], rows));
        }

        public override ValueTask DisposeAsync()
        {
            _session.OpenResults--;
            return base.DisposeAsync();
        }
    }

    /// <summary>A row now, and one each 50 ms.</summary>
    private sealed class FeedResult(IReadOnlyList<ResultColumn> columns, CancellationToken cancel) : RowsResult(columns)
    {
        private int _next;

        public override async ValueTask<ColumnBatch?> ReadAsync(int rowsMax, CancellationToken cancellation)
        {
            if (_next > 0)
            {
                await Task.Delay(50, cancel);
            }

            return ColumnBatch.FromRows([PhysicalType.Int32], [[new Datum(_next++)]]);
        }
    }

    private sealed class BreakingResult(IReadOnlyList<ResultColumn> columns) : RowsResult(columns)
    {
        private bool _isSecond;

        public override ValueTask<ColumnBatch?> ReadAsync(int rowsMax, CancellationToken cancellation)
        {
            if (_isSecond)
            {
                throw new SqlException(SqlState.DivisionByZero, "division by zero");
            }

            _isSecond = true;
            return new ValueTask<ColumnBatch?>(ColumnBatch.FromRows([PhysicalType.Int32], [[new Datum(7)]]));
        }
    }

    /// <summary>Counts lines, but not the end mark that psql 15 sends along; a line "bad" is an error at once.</summary>
    private sealed class CopyLines() : CopyInResult(columnCount: 2, isBinary: false)
    {
        private readonly List<byte> _bytes = [];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> data, CancellationToken cancellation)
        {
            _bytes.AddRange(data.Span);
            return Text.Contains("bad\n", StringComparison.Ordinal)
                ? throw new SqlException(SqlState.BadCopyFileFormat, "missing data for column \"b\"")
                : ValueTask.CompletedTask;
        }

        public override ValueTask<string> CompleteAsync(CancellationToken cancellation) =>
            new(string.Create(CultureInfo.InvariantCulture, $"COPY {Text.Split('\n').Count(line => line.Length > 0 && line != "\\.")}"));

        private string Text => System.Text.Encoding.UTF8.GetString([.. _bytes]);
    }

    private sealed class CopyThreeLines() : CopyOutResult(columnCount: 2, isBinary: false)
    {
        private bool _isDone;

        public override string Tag => "COPY 3";

        public override ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>?> ReadAsync(CancellationToken cancellation)
        {
            if (_isDone)
            {
                return default;
            }

            _isDone = true;
            return new ValueTask<IReadOnlyList<ReadOnlyMemory<byte>>?>([new("1\ta\n"u8.ToArray()), new("2\tb\n"u8.ToArray()), new("3\tc\n"u8.ToArray())]);
        }
    }
}
