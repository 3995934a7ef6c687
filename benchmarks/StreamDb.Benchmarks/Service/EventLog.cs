using System.Globalization;

namespace StreamDb.Benchmarks.Service;

/// <summary>The table of S1 to S3 with count and sum by key kept behind it, and what they must be.</summary>
/// <remarks>
/// StreamDb keeps a materialized view; PostgreSQL a table of the same content, kept by a row trigger. Every client adds
/// what it inserted to a tally of its own, also of the warm-up, so that the sums can be checked to the last row.
/// </remarks>
internal sealed class EventLog(string name)
{
    public const int KeyCount = 10_000;
    private readonly Dictionary<BenchmarkServer, List<EventTally>> _tallies = [];

    public string Table => name;

    private string Summary => $"{name}_totals";

    public void Create(BenchmarkServer server)
    {
        _tallies.Add(server, []);
        using PgClient client = server.Connect();
        client.Execute($"CREATE TABLE {name} (k int NOT NULL, v bigint NOT NULL)");
        if (server.MaintainsViews)
        {
            client.Execute($"CREATE MATERIALIZED VIEW {Summary} AS SELECT k, count(*) AS n, sum(v) AS total FROM {name} GROUP BY k");
            return;
        }

        client.Execute($"CREATE TABLE {Summary} (k int PRIMARY KEY, n bigint NOT NULL, total bigint NOT NULL)");
        client.Execute($"""
            CREATE FUNCTION {name}_maintain() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                INSERT INTO {Summary} VALUES (NEW.k, 1, NEW.v)
                ON CONFLICT (k) DO UPDATE SET n = {Summary}.n + 1, total = {Summary}.total + NEW.v;
                RETURN NULL;
            END $$
            """);
        client.Execute($"CREATE TRIGGER maintain AFTER INSERT ON {name} FOR EACH ROW EXECUTE FUNCTION {name}_maintain()");
    }

    /// <summary>A tally for one client.</summary>
    public EventTally NewTally(BenchmarkServer server, int seed)
    {
        var tally = new EventTally((ulong)seed);
        List<EventTally> tallies = _tallies[server];
        lock (tallies)
        {
            tallies.Add(tally);
        }

        return tally;
    }

    /// <summary>Compares table and summary with what was inserted.</summary>
    public void Verify(BenchmarkServer server)
    {
        var expected = new EventTally(0);
        foreach (EventTally tally in _tallies[server])
        {
            expected.Add(tally);
        }

        using PgClient client = server.Connect();
        long rows = long.Parse(client.Query($"SELECT count(*) FROM {name}")[0][0]!, CultureInfo.InvariantCulture);
        Require(server, "rows", rows, expected.Counts.Sum());
        List<string?[]> groups = client.Query($"SELECT k, n, total FROM {Summary}");
        Require(server, "groups", groups.Count, expected.Counts.Count(count => count > 0));
        foreach (string?[] group in groups)
        {
            int key = int.Parse(group[0]!, CultureInfo.InvariantCulture);
            Require(server, $"count of key {key}", long.Parse(group[1]!, CultureInfo.InvariantCulture), expected.Counts[key]);
            Require(server, $"sum of key {key}", long.Parse(group[2]!, CultureInfo.InvariantCulture), expected.Sums[key]);
        }
    }

    private void Require(BenchmarkServer server, string what, long actual, long expected)
    {
        if (actual != expected)
        {
            throw new InvalidOperationException($"{server.Name} is wrong: {what} of {name} is {actual}, not {expected}");
        }
    }
}
