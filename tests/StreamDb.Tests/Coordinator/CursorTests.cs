using Xunit;

namespace StreamDb.Tests.Coordinator;

public sealed class CursorTests : IAsyncLifetime
{
    private readonly TestInstance _instance = new();
    private TestSession _session = null!;

    public async Task InitializeAsync()
    {
        _session = _instance.Connect();
        await _session.RunAsync("BEGIN; DECLARE k SCROLL CURSOR FOR SELECT g FROM generate_series(1, 5) g ORDER BY g");
    }

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Theory]
    [InlineData("FETCH k; FETCH 2 FROM k; FETCH PRIOR FROM k", "1 / 2,3 / 2")]
    [InlineData("FETCH 2 FROM k; FETCH BACKWARD 5 FROM k; FETCH ALL FROM k; FETCH NEXT FROM k", "1,2 / 1 / 1,2,3,4,5 / ")]
    [InlineData("FETCH LAST FROM k; FETCH FIRST FROM k; FETCH FORWARD 3 FROM k", "5 / 1 / 2,3,4")]
    [InlineData("FETCH ABSOLUTE 3 FROM k; FETCH ABSOLUTE -1 FROM k; FETCH ABSOLUTE -5 FROM k; FETCH ABSOLUTE -6 FROM k", "3 / 5 / 1 / ")]
    [InlineData("FETCH ABSOLUTE 0 FROM k; FETCH 1 FROM k; FETCH ABSOLUTE 99 FROM k; FETCH PRIOR FROM k", " / 1 /  / 5")]
    [InlineData("FETCH 4 FROM k; FETCH RELATIVE -2 FROM k; FETCH RELATIVE 0 FROM k; FETCH 0 FROM k; FETCH RELATIVE 9 FROM k", "1,2,3,4 / 2 / 2 / 2 / ")]
    [InlineData("FETCH FORWARD ALL FROM k; FETCH BACKWARD ALL FROM k; FETCH BACKWARD 1 FROM k", "1,2,3,4,5 / 5,4,3,2,1 / ")]
    [InlineData("MOVE 2 IN k; FETCH 1 FROM k; MOVE FORWARD ALL IN k; FETCH BACKWARD 2 FROM k", "MOVE 2 / 3 / MOVE 2 / 5,4")]
    [InlineData("FETCH -2 FROM k; FETCH 3 FROM k; FETCH -2 FROM k", " / 1,2,3 / 2,1")]
    [InlineData("FETCH 0 FROM k", "")]
    public async Task Fetch_moves_as_it_says(string sql, string rows) => Assert.Equal(rows, (await _session.RunAsync(sql)).Replace('\n', ','));

    [Fact]
    public async Task A_cursor_ends_with_its_transaction_or_when_closed()
    {
        await _session.RunAsync("DECLARE j CURSOR FOR SELECT 1; CLOSE j");
        await _session.FailsAsync("34000", "FETCH j");
        await _session.RunAsync("ROLLBACK");
        await _session.FailsAsync("34000", "FETCH k");
        await _session.FailsAsync("25P01", "DECLARE z CURSOR FOR SELECT 7");
    }

    [Fact]
    public async Task A_held_cursor_outlives_its_transaction_if_that_commits()
    {
        await _session.RunAsync("DECLARE z CURSOR WITH HOLD FOR SELECT 7; COMMIT");
        Assert.Equal("7", await _session.RunAsync("FETCH z"));
        await _session.RunAsync("CLOSE z; BEGIN; DECLARE y CURSOR WITH HOLD FOR SELECT 7; ROLLBACK");
        await _session.FailsAsync("34000", "FETCH y");
    }

    [Fact]
    public async Task A_cursor_keeps_what_it_saw()
    {
        await _session.RunAsync("COMMIT; CREATE TABLE t (x int); INSERT INTO t VALUES (1)");
        await _session.RunAsync("BEGIN; DECLARE c CURSOR FOR SELECT x FROM t; INSERT INTO t VALUES (2)");
        Assert.Equal("1", await _session.RunAsync("FETCH ALL FROM c"));
        await _session.FailsAsync("42P03", "DECLARE c CURSOR FOR SELECT 1");
    }
}
