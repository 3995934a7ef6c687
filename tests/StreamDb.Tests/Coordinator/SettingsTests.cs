using Xunit;

namespace StreamDb.Tests.Coordinator;

public sealed class SettingsTests : IAsyncLifetime
{
    private readonly TestInstance _instance = new();
    private TestSession _session = null!;

    public async Task InitializeAsync()
    {
        _session = _instance.Connect(("application_name", "start"));
        await _session.RunAsync("SET application_name = 'x'");
    }

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Theory]
    [InlineData("SELECT 1", "x")]
    [InlineData("RESET application_name", "start")]
    [InlineData("RESET ALL", "start")]
    [InlineData("SET application_name TO DEFAULT", "start")]
    [InlineData("DISCARD ALL", "start")]
    [InlineData("BEGIN; SET LOCAL application_name = 'l'; COMMIT", "x")]
    [InlineData("BEGIN; SET LOCAL application_name = 'l'; ROLLBACK", "x")]
    [InlineData("BEGIN; SET application_name = 's'; COMMIT", "s")]
    [InlineData("BEGIN; SET application_name = 's'; ROLLBACK", "x")]
    [InlineData("BEGIN; SET application_name = 's'; SET LOCAL application_name = 'l'; COMMIT", "s")]
    [InlineData("BEGIN; SET LOCAL application_name = 'l'; SET application_name = 's'; COMMIT", "s")]
    [InlineData("BEGIN; SAVEPOINT a; SET application_name = 's'; ROLLBACK TO a; COMMIT", "x")]
    [InlineData("BEGIN; SET application_name = 'r'; SAVEPOINT a; SET LOCAL application_name = 'l'; ROLLBACK TO a; COMMIT", "r")]
    [InlineData("SELECT set_config('application_name', 'c', false)", "c")]
    public async Task A_value_lasts_as_long_as_it_was_set_for(string sql, string value)
    {
        await _session.RunAsync(sql);
        Assert.Equal(value, await _session.RunAsync("SHOW application_name"));
    }

    [Fact]
    public async Task A_failed_transaction_takes_its_settings_back()
    {
        await _session.FailsAsync("22012", "BEGIN; SET application_name = 'q'; SELECT 1 / 0");
        Assert.Equal("ROLLBACK / x", await _session.RunAsync("COMMIT; SHOW application_name"));
    }

    [Theory]
    [InlineData("SET nope = 1", "42704")]
    [InlineData("SHOW nope", "42704")]
    [InlineData("SET TimeZone = 'Mars/X'", "22023")]
    [InlineData("SET server_version = '1'", "55P02")]
    [InlineData("SET statement_timeout = 'soon'", "22023")]
    [InlineData("SET extra_float_digits = 9", "22023")]
    public Task A_wrong_setting_is_refused(string sql, string state) => _session.FailsAsync(state, sql);

    [Fact]
    public async Task Values_are_written_as_the_settings_say()
    {
        await _session.RunAsync("SET TimeZone = 'Asia/Tokyo'; SET IntervalStyle = 'iso_8601'; SET bytea_output = 'escape'");
        Assert.Equal(
            "2020-01-01 09:00:00+09|P1DT2H|a\\000b",
            await _session.RunAsync("SELECT '2020-01-01 00:00:00Z'::timestamptz, '1 day 2 hours'::interval, '\\x610062'::bytea"));
        Assert.Contains(new KeyValuePair<string, string>("TimeZone", "Asia/Tokyo"), _session.Session.TakeChangedSettings());
        Assert.Empty(_session.Session.TakeChangedSettings());
    }

    [Fact]
    public async Task Set_local_outside_a_transaction_only_warns()
    {
        await _session.RunAsync("SET LOCAL application_name = 'w'");
        Assert.Equal("WARNING: SET LOCAL can only be used in transaction blocks", _session.Notices());
        Assert.Equal("x", await _session.RunAsync("SHOW application_name"));
    }
}
