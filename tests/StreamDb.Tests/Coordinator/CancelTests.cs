using System.Diagnostics;
using StreamDb.Core.Errors;
using Xunit;

namespace StreamDb.Tests.Coordinator;

public sealed class CancelTests : IAsyncLifetime
{
    private const string Long =
        "SELECT count(*) FROM generate_series(1, 100000) a (x), generate_series(1, 100000) b (y) WHERE a.x + b.y < 0";

    private readonly TestInstance _instance = new();
    private TestSession _session = null!;

    public async Task InitializeAsync()
    {
        _session = _instance.Connect();
        await _session.RunAsync("CREATE TABLE t (k int PRIMARY KEY, n bigint); INSERT INTO t VALUES (1, 1)");
    }

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Theory]
    [InlineData(Long)]
    [InlineData("INSERT INTO t SELECT 2, (" + Long + ")")]
    [InlineData("UPDATE t SET n = (" + Long + ")")]
    [InlineData("CREATE TABLE c AS " + Long)]
    public async Task A_cancelled_statement_ends_soon_and_the_session_goes_on(string sql)
    {
        Task<string> running = Task.Run(() => _session.RunAsync(sql));
        var waited = Stopwatch.StartNew();
        while (!running.IsCompleted && waited.Elapsed < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(50);
            _instance.Instance.Cancel(_session.Session.ProcessId, _session.Session.SecretKey);
        }

        Assert.Equal("57014", (await Assert.ThrowsAsync<SqlException>(() => running)).State);
        Assert.True(waited.Elapsed < TimeSpan.FromSeconds(20), $"{waited.Elapsed}");
        Assert.Equal("1|1", await _session.RunAsync("SELECT * FROM t"));
        Assert.Equal("INSERT 0 1", await _session.RunAsync("INSERT INTO t VALUES (5, 5)"));
    }

    [Fact]
    public async Task Only_the_key_opens_the_door()
    {
        Task<string> running = Task.Run(() => _session.RunAsync("SELECT count(*) FROM generate_series(1, 1000) a (x), generate_series(1, 1000) b (y)"));
        _instance.Instance.Cancel(_session.Session.ProcessId, _session.Session.SecretKey + 1);
        Assert.Equal("1000000", await running);
    }

    [Fact]
    public async Task A_statement_has_only_so_much_time()
    {
        await _session.RunAsync("SET statement_timeout = '100ms'");
        SqlException exception = await Assert.ThrowsAsync<SqlException>(() => Task.Run(() => _session.RunAsync(Long)));

        Assert.Equal(("57014", "canceling statement due to statement timeout"), (exception.State, exception.Message));
        Assert.Equal("1", await _session.RunAsync("SELECT 1"));
    }
}
