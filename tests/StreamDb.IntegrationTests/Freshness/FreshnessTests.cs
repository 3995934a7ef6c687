using System.Globalization;
using Npgsql;
using StreamDb.Testing.Servers;
using Xunit;

namespace StreamDb.IntegrationTests.Freshness;

/// <summary>Once a write is acknowledged, every later read of every view through every connection sees it.</summary>
/// <remarks>
/// How a stale read would be caught: the eight pairs write rows of their own, and a pair reads what it wrote at once through
/// another connection than the writing one, while seven other pairs keep epochs coming. Each view holds something that only
/// the newest row of the pair changes: the count and the sum of its group, the joined row of its number, its highest number
/// in the top rows. A read that is served one epoch too early misses it, with no chance to be right by accident; with
/// acknowledgement before publication this test fails within a few hundred writes.
/// </remarks>
public sealed class FreshnessTests
{
    private const int PairCount = 8;
    private const int WritesPerPair = 60;

    [Fact]
    public async Task An_acknowledged_insert_is_seen_in_every_view_through_every_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using (NpgsqlConnection setup = await ConnectAsync(server))
        {
            await RunAsync(setup, "CREATE TABLE facts (pair int, number int, value int)");
            await RunAsync(setup, "CREATE TABLE names (pair int PRIMARY KEY, name text)");
            await RunAsync(setup, "INSERT INTO names SELECT g, 'pair ' || g FROM generate_series(0, 7) AS s(g)");
            await RunAsync(setup, "CREATE MATERIALIZED VIEW counts AS SELECT pair, count(*) AS count, sum(value) AS sum FROM facts GROUP BY pair");
            await RunAsync(setup, "CREATE MATERIALIZED VIEW joined AS SELECT f.pair, f.number, n.name FROM facts f JOIN names n ON f.pair = n.pair");
            await RunAsync(setup, "CREATE MATERIALIZED VIEW newest AS SELECT pair, number FROM facts ORDER BY number DESC, pair LIMIT 8");
            await RunAsync(setup, "CREATE MATERIALIZED VIEW above AS SELECT pair, count * 2 AS twice FROM counts");
        }

        await Task.WhenAll(Enumerable.Range(0, PairCount).Select(pair => Task.Run(() => RunPairAsync(server, pair))));
    }

    private static async Task RunPairAsync(TestServer server, int pair)
    {
        await using NpgsqlConnection writer = await ConnectAsync(server);
        await using NpgsqlConnection reader = await ConnectAsync(server);
        for (int number = 1; number <= WritesPerPair; number++)
        {
            // Writer and reader change places, so that each connection reads what another one wrote.
            (NpgsqlConnection writing, NpgsqlConnection reading) = number % 2 == 0 ? (writer, reader) : (reader, writer);
            await RunAsync(writing, Text($"INSERT INTO facts VALUES ({pair}, {number}, {number % 7})"));

            Assert.Equal(Text($"{number}"), await ReadAsync(reading, Text($"SELECT count FROM counts WHERE pair = {pair}")));
            Assert.Equal(Text($"pair {pair}"), await ReadAsync(reading, Text($"SELECT name FROM joined WHERE pair = {pair} AND number = {number}")));
            Assert.Equal(Text($"{number * 2}"), await ReadAsync(reading, Text($"SELECT twice FROM above WHERE pair = {pair}")));

            // Eight rows that are all newer may have pushed it out; none of the eight may be older.
            Assert.Equal("seen", await ReadAsync(reading, Text(
                $"SELECT CASE WHEN max(number) FILTER (WHERE pair = {pair}) = {number} OR min(number) >= {number} THEN 'seen' ELSE 'stale' END FROM newest")));
        }
    }

    private static async Task<NpgsqlConnection> ConnectAsync(TestServer server)
    {
        var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false;Server Compatibility Mode=NoTypeLoading");
        await connection.OpenAsync();
        return connection;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> ReadAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        return (string?)await command.ExecuteScalarAsync() ?? "nothing";
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
