using StreamDb.Coordinator;
using Xunit;

namespace StreamDb.Tests.Coordinator;

/// <summary>Rows enter and leave views with time, to the microsecond.</summary>
public class TemporalFilterTests
{
    private const long Hour = 3_600_000_000;

    [Theory]
    [InlineData("at > now() - interval '1 hour'", "1 1 0 0")]
    [InlineData("at >= now() - interval '1 hour'", "1 1 1 0")]
    [InlineData("at < now() - interval '1 hour'", "0 0 0 1")]
    [InlineData("at <= now() - interval '1 hour'", "0 0 1 1")]
    [InlineData("at BETWEEN now() - interval '1 hour' AND now()", "1 1 1 0")]
    public async Task A_row_counts_from_the_bound_on_and_no_longer(string condition, string counts)
    {
        // The row's time is 1 hour after the epoch of timestamps; now() is asked just before, at, and after 2 hours.
        var clock = new ManualClock(Hour);
        await using var instance = new TestInstance(new DatabaseOptions { Clock = clock });
        TestSession session = instance.Connect();
        await session.RunAsync("CREATE TABLE e (at timestamptz); CREATE TABLE tick (x int)");
        await session.RunAsync("INSERT INTO e VALUES ('2000-01-01 01:00:00Z'), (NULL)");
        await session.RunAsync($"CREATE MATERIALIZED VIEW m AS SELECT at FROM e WHERE {condition}");
        var seen = new List<string>();
        foreach (long now in new[] { Hour, (2 * Hour) - 1, 2 * Hour, (2 * Hour) + 1 })
        {
            clock.NowMicroseconds = now;

            // Any write makes an epoch, and an epoch has the time of now.
            await session.RunAsync("INSERT INTO tick VALUES (1)");
            seen.Add(await session.RunAsync("SELECT count(*) FROM m"));
            Assert.Equal(seen[^1], await session.RunAsync($"SELECT count(*) FROM e WHERE {condition}"));
        }

        Assert.Equal(counts, string.Join(' ', seen));
    }

    [Fact]
    public async Task A_row_without_a_time_is_never_in()
    {
        await using var instance = new TestInstance(new DatabaseOptions { Clock = new ManualClock(Hour) });
        TestSession session = instance.Connect();
        await session.RunAsync("CREATE TABLE e (k int, at timestamptz)");
        await session.RunAsync("CREATE MATERIALIZED VIEW since AS SELECT k FROM e WHERE at > now() - interval '1 day'");
        await session.RunAsync("CREATE MATERIALIZED VIEW until AS SELECT k FROM e WHERE at < now() + interval '1 day'");

        await session.RunAsync("INSERT INTO e VALUES (1, NULL), (2, '2000-01-01 01:00:00Z')");

        Assert.Equal("2", await session.RunAsync("SELECT k FROM since"));
        Assert.Equal("2", await session.RunAsync("SELECT k FROM until"));
    }
}
