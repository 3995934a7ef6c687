using System.Globalization;
using StreamDb.Core.Errors;
using Xunit;

namespace StreamDb.Tests.Coordinator.Checkpoints;

/// <summary>Numbered transactions over a database with views of every stateful kind; what the tables must hold after n of them is known.</summary>
/// <remarks>
/// Each step enters its number into a table, in the transaction that does its work: so it can be told how many of them there are,
/// and that none is there twice, in part or without those before it.
/// </remarks>
internal static class StepWorkload
{
    private static readonly (string Name, string Query)[] _views =
    [
        ("joined", "SELECT t.k, t.x, u.name FROM t JOIN u ON t.g = u.g"),
        ("outer_joined", "SELECT u.g, u.name, t.k FROM u LEFT JOIN t ON t.g = u.g AND t.x > 60"),
        ("sums", "SELECT g, count(*) AS n, sum(x) AS s, min(x) AS least, max(x) AS most FROM t GROUP BY g"),
        ("over_sums", "SELECT n, count(*) AS groups FROM sums GROUP BY n"),
        ("best", "SELECT k, x FROM t ORDER BY x DESC, k LIMIT 3"),
        ("best_of_each", "SELECT g, k, x FROM (SELECT *, row_number() OVER (PARTITION BY g ORDER BY x, k) AS r FROM t) WHERE r <= 2"),
        ("differences", "SELECT k, g, x - lag(x) OVER (PARTITION BY g ORDER BY k) AS d FROM t"),
        ("kinds", "SELECT DISTINCT x % 10 AS kind FROM t"),
        ("without", "SELECT g, name FROM u WHERE NOT EXISTS (SELECT 1 FROM t WHERE t.g = u.g AND t.x < 20)"),
        ("newest", "SELECT v, count(*) AS n FROM latest GROUP BY v"),
        ("texts", "SELECT g, string_agg(k::text, ',' ORDER BY k) AS ks FROM t GROUP BY g"),
    ];

    /// <summary>Statements that make the database, each once.</summary>
    public static IEnumerable<string> Setup =>
    [
        "CREATE TABLE done (i int)",
        "CREATE TABLE t (k int PRIMARY KEY, g int NOT NULL, x int NOT NULL)",
        "CREATE TABLE u (g int PRIMARY KEY, name text)",
        "CREATE TABLE latest (k int PRIMARY KEY, v int) ON CONFLICT DO UPDATE FULL",
        "INSERT INTO u SELECT g, 'group ' || g FROM generate_series(0, 8) g",
        .. _views.Select(view => $"CREATE MATERIALIZED VIEW {view.Name} AS {view.Query}"),
    ];

    /// <summary>One transaction, in one query string.</summary>
    public static string Step(int i)
    {
        string change = (i % 4) switch
        {
            1 => $"DELETE FROM t WHERE k = {i - 5}",
            2 => $"UPDATE t SET x = (x * 3 + 1) % 101 WHERE g = {i % 7}",
            3 => $"UPDATE t SET g = {i % 9} WHERE k = {i - 3}",
            _ => $"INSERT INTO t VALUES ({-i - 1}, {i % 7}, {i % 101})",
        };
        return FormattableString.Invariant(
            $"INSERT INTO done VALUES ({i}); INSERT INTO t VALUES ({i}, {i % 7}, {i * 31 % 101}); INSERT INTO latest VALUES ({i % 6}, {i % 4}); {change}");
    }

    /// <summary>Checks that exactly the steps up to some number are there, and that every view is its query.</summary>
    /// <returns>That number; 0 when there is none.</returns>
    public static async Task<int> VerifyAsync(TestSession session)
    {
        string[] done = (await session.RunAsync("SELECT i FROM done ORDER BY i")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(Enumerable.Range(1, done.Length).Select(i => i.ToString(CultureInfo.InvariantCulture)), done);
        var rows = new SortedDictionary<int, (int G, int X)>();
        var latest = new SortedDictionary<int, int>();
        for (int i = 1; i <= done.Length; i++)
        {
            Apply(i, rows, latest);
        }

        Assert.Equal(string.Join('\n', rows.Select(r => FormattableString.Invariant($"{r.Key}|{r.Value.G}|{r.Value.X}"))), await session.RunAsync("SELECT * FROM t ORDER BY k"));
        Assert.Equal(string.Join('\n', latest.Select(r => FormattableString.Invariant($"{r.Key}|{r.Value}"))), await session.RunAsync("SELECT * FROM latest ORDER BY k"));
        foreach ((string name, string query) in _views)
        {
            Assert.Equal($"{name}: {await session.SortedAsync(query)}", $"{name}: {await session.SortedAsync($"SELECT * FROM {name}")}");
        }

        return done.Length;
    }

    /// <summary>Runs statements until each has been acknowledged; one that the disk refuses is tried again.</summary>
    public static async Task PersistAsync(TestSession session, string sql)
    {
        for (int attempt = 0; ; attempt++)
        {
            string outcome = await session.OutcomeAsync(sql);
            if (outcome is not (SqlState.DiskFull or SqlState.IoError))
            {
                Assert.False(outcome.Length == 5 && char.IsAsciiDigit(outcome[0]) && char.IsAsciiDigit(outcome[1]), $"{sql}: {outcome}");
                return;
            }

            Assert.True(attempt < 2000, $"{sql}: still {outcome}");
            await Task.Delay(5);
        }
    }

    private static void Apply(int i, SortedDictionary<int, (int G, int X)> rows, SortedDictionary<int, int> latest)
    {
        rows.Add(i, (i % 7, i * 31 % 101));
        latest[i % 6] = i % 4;
        switch (i % 4)
        {
            case 1:
                rows.Remove(i - 5);
                break;
            case 2:
                foreach (int k in rows.Where(r => r.Value.G == i % 7).Select(r => r.Key).ToArray())
                {
                    rows[k] = rows[k] with { X = ((rows[k].X * 3) + 1) % 101 };
                }

                break;
            case 3 when rows.TryGetValue(i - 3, out (int G, int X) row):
                rows[i - 3] = row with { G = i % 9 };
                break;
            case 0:
                rows.Add(-i - 1, (i % 7, i % 101));
                break;
        }
    }
}
