using Xunit;

namespace StreamDb.Tests.Coordinator.Statements;

/// <summary>The short way of INSERT … VALUES with literals gives what the long way gives: same rows, or same error.</summary>
public class LiteralInsertRunnerTests
{
    private const string Table =
        "CREATE TABLE t (k int, s smallint, n numeric(6,2), p numeric, f float8, r real, b bool, v varchar(3), c char(3), x text,"
        + " d date, ts timestamp, tz timestamptz, i interval, y bytea, u uuid, q int NOT NULL DEFAULT 3, w bigint CHECK (w < 100))";

    private static readonly string[] _columns = ["k", "s", "n", "p", "f", "r", "b", "v", "c", "x", "d", "ts", "tz", "i", "y", "u", "q", "w"];

    private static readonly string[] _values =
    [
        "NULL", "1", "-1", "0", "42", "99999", "2147483648", "99999999999999999999", "1.5", "-0.005", "12345.678", "1e3", "1e400", "true", "false",
        "'1'", "' 7 '", "'x'", "''", "'abc'", "'abcd'", "'abc  '", "'it''s'", "'NaN'", "'Infinity'", "'t'", "'2020-02-29'", "'2021-02-29'",
        "'2020-01-01 10:00:00+02'", "'infinity'", "'1 day 2 hours'", "'\\x00ff'", "'\\xzz'", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'", "DEFAULT",
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task It_equals_the_long_way(int seed)
    {
        var random = new Random(seed);
        await using var instance = new TestInstance();
        await using var other = new TestInstance();
        TestSession brief = instance.Connect();
        TestSession full = other.Connect();
        await brief.RunAsync(Table);
        await full.RunAsync(Table);
        int inserted = 0;
        for (int i = 0; i < 300; i++)
        {
            string sql = Statement(random);
            string shortOutcome = await brief.OutcomeAsync(sql);

            // Inside a transaction every insert goes the long way.
            await full.RunAsync("BEGIN");
            string longOutcome = await full.OutcomeAsync(sql);
            await full.RunAsync("COMMIT");
            Assert.True(longOutcome == shortOutcome, $"seed {seed}: {sql}\nshort {shortOutcome}, long {longOutcome}");
            inserted += shortOutcome.StartsWith("INSERT", StringComparison.Ordinal) ? 1 : 0;
        }

        Assert.True(inserted > 50, $"{inserted}");
        Assert.Equal(await full.SortedAsync("SELECT * FROM t"), await brief.SortedAsync("SELECT * FROM t"));
    }

    private static string Statement(Random random)
    {
        string[] columns = [.. _columns.OrderBy(_ => random.Next()).Take(random.Next(1, 4))];
        int rows = random.Next(1, 4);
        IEnumerable<string> tuples = Enumerable.Range(0, rows)
            .Select(_ => $"({string.Join(", ", columns.Select(c => Value(random, c)))})");
        return $"INSERT INTO t ({string.Join(", ", columns)}) VALUES {string.Join(", ", tuples)}";
    }

    /// <summary>Mostly something that fits.</summary>
    private static string Value(Random random, string column) => random.Next(5) > 0
        ? column switch
        {
            "k" or "s" or "q" or "w" => $"{random.Next(-50, 99)}",
            "n" or "p" or "f" or "r" => FormattableString.Invariant($"{random.Next(-99, 99)}.{random.Next(1000)}"),
            "b" => random.Next(2) == 0 ? "true" : "'f'",
            "v" or "c" or "x" => $"'{(char)('a' + random.Next(26))}{(random.Next(2) == 0 ? "é" : "''")}'",
            "d" or "ts" => $"'20{random.Next(10, 30)}-01-0{random.Next(1, 9)}'",
            "tz" => "'2020-01-01 10:00:00+02'",
            "i" => $"'{random.Next(5)} days'",
            "y" => "'\\x0102'",
            _ => "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'",
        }
        : _values[random.Next(_values.Length)];
}
