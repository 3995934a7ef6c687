using System.Globalization;
using System.Text;
using StreamDb.Coordinator;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.Sql.Parsing;
using Xunit;

namespace StreamDb.Tests.Coordinator;

/// <summary>A session driven as the protocol server drives it, with results as text: columns joined by |, NULL as -.</summary>
internal sealed class TestSession(ISession session)
{
    public ISession Session { get; } = session;

    /// <summary>A simple query; each statement's rows one a line, or its tag, the results joined by " / ".</summary>
    public async Task<string> RunAsync(string sql)
    {
        var results = new List<string>();
        try
        {
            IReadOnlyList<ParsedStatement> statements = Session.Parse(sql);
            foreach (ParsedStatement statement in statements)
            {
                await using StatementResult result = await Session.ExecuteAsync(statement, statements.Count == 1, CancellationToken.None);
                results.Add(await TextAsync(result));
            }

            await Session.EndImplicitTransactionAsync(CancellationToken.None);
        }
        catch
        {
            Session.Fail();
            throw;
        }

        return string.Join(" / ", results);
    }

    /// <summary>A query's rows in ordinal order of their text, joined by spaces.</summary>
    public async Task<string> SortedAsync(string sql) =>
        string.Join(' ', (await RunAsync(sql)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));

    /// <summary>A query's rows as they come, joined by spaces.</summary>
    public async Task<string> RowsAsync(string sql) => (await RunAsync(sql)).Replace('\n', ' ');

    public async Task<SqlException> FailsAsync(string state, string sql)
    {
        SqlException exception = await Assert.ThrowsAsync<SqlException>(() => RunAsync(sql));
        Assert.True(exception.State == state, $"{exception.State} {exception.Message} instead of {state}");
        return exception;
    }

    /// <summary>Asks again and again, until the <see cref="OutcomeAsync"/> is what another thread is to bring about.</summary>
    public async Task UntilAsync(string sql, string expected)
    {
        string actual = "";
        for (int i = 0; i < 1000; i++)
        {
            actual = await OutcomeAsync(sql);
            if (actual == expected)
            {
                return;
            }

            await Task.Delay(10);
        }

        Assert.Equal(expected, actual);
    }

    /// <summary>Has relations stop following their inputs, as when there is no room for their rows.</summary>
    public async Task PauseAsync(params string[] relations)
    {
        Database database = ((Session)Session).Database;
        foreach (string relation in relations)
        {
            uint oid = uint.Parse(await RunAsync($"SELECT '{relation}'::regclass::oid"), CultureInfo.InvariantCulture);
            database.Paused([new DataflowFailure(new RelationId(oid), new SqlException(SqlState.DiskFull, "no room"))]);
        }
    }

    /// <summary>Rows or the error's SQLSTATE.</summary>
    public async Task<string> OutcomeAsync(string sql)
    {
        try
        {
            return await RunAsync(sql);
        }
        catch (SqlException exception)
        {
            return exception.State;
        }
    }

    public string Notices() => string.Join(" / ", Session.TakeNotices().Select(n => $"{n.Severity}: {n.Message}"));

    /// <summary>COPY … FROM STDIN fed with these bytes, split every <paramref name="pieceBytes"/>.</summary>
    public async Task<string> CopyInAsync(string sql, byte[] data, int pieceBytes = int.MaxValue)
    {
        try
        {
            await using StatementResult result = await Session.ExecuteAsync(Session.Parse(sql)[0], true, CancellationToken.None);
            CopyInResult copy = Assert.IsAssignableFrom<CopyInResult>(result);
            for (int start = 0; start < data.Length; start += Math.Min(pieceBytes, data.Length))
            {
                await copy.WriteAsync(data.AsMemory(start, Math.Min(pieceBytes, data.Length - start)), CancellationToken.None);
            }

            string tag = await copy.CompleteAsync(CancellationToken.None);
            await Session.EndImplicitTransactionAsync(CancellationToken.None);
            return tag;
        }
        catch
        {
            Session.Fail();
            throw;
        }
    }

    public Task<string> CopyInAsync(string sql, string text) => CopyInAsync(sql, Encoding.UTF8.GetBytes(text));

    public async Task<byte[]> CopyOutAsync(string sql)
    {
        await using StatementResult result = await Session.ExecuteAsync(Session.Parse(sql)[0], true, CancellationToken.None);
        CopyOutResult copy = Assert.IsAssignableFrom<CopyOutResult>(result);
        var bytes = new List<byte>();
        while (await copy.ReadAsync(CancellationToken.None) is { } messages)
        {
            foreach (ReadOnlyMemory<byte> message in messages)
            {
                bytes.AddRange(message.Span);
            }
        }

        return [.. bytes];
    }

    /// <summary>A result read to its end, or <paramref name="rowsMax"/> rows of it.</summary>
    public async Task<string> TextAsync(StatementResult result, int rowsMax = 0)
    {
        if (result is CommandResult command)
        {
            return command.Tag;
        }

        RowsResult rows = Assert.IsAssignableFrom<RowsResult>(result);
        var lines = new List<string>();
        while ((rowsMax == 0 || lines.Count < rowsMax)
            && await rows.ReadAsync(rowsMax == 0 ? 0 : rowsMax - lines.Count, CancellationToken.None) is { } batch)
        {
            for (int row = 0; row < batch.Count; row++)
            {
                lines.Add(Line(rows.Columns, batch, row));
            }

            batch.Release();
        }

        return string.Join('\n', lines);
    }

    private string Line(IReadOnlyList<ResultColumn> columns, ColumnBatch batch, int row) => string.Join('|', columns.Select((c, i) =>
        batch[i].IsNull(row) ? "-" : TextCodec.Format(c.Type, batch.GetDatum(i, row), Session.TextFormat)));
}
