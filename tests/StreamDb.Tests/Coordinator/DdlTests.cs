using Xunit;

namespace StreamDb.Tests.Coordinator;

public sealed class DdlTests : IAsyncLifetime
{
    private readonly TestInstance _instance = new();
    private TestSession _session = null!;

    public async Task InitializeAsync()
    {
        _session = _instance.Connect();
        await _session.RunAsync("CREATE TABLE a (x int PRIMARY KEY, y text)");
        await _session.RunAsync("CREATE VIEW v AS SELECT x, y FROM a");
        await _session.RunAsync("CREATE MATERIALIZED VIEW m AS SELECT count(*) AS n FROM v");
        await _session.RunAsync("CREATE INDEX ON a (y)");
        await _session.RunAsync("INSERT INTO a VALUES (1, 'p'), (2, 'q')");
    }

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Theory]
    [InlineData("CREATE TABLE IF NOT EXISTS a (x int)", "CREATE TABLE", "NOTICE: relation \"a\" already exists, skipping")]
    [InlineData("CREATE SCHEMA IF NOT EXISTS public", "CREATE SCHEMA", "NOTICE: schema \"public\" already exists, skipping")]
    [InlineData("CREATE INDEX IF NOT EXISTS a_y_idx ON a (y)", "CREATE INDEX", "NOTICE: relation \"a_y_idx\" already exists, skipping")]
    [InlineData("CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT 1 AS x", "CREATE MATERIALIZED VIEW", "NOTICE: relation \"m\" already exists, skipping")]
    [InlineData("DROP TABLE IF EXISTS nope", "DROP TABLE", "NOTICE: table \"nope\" does not exist, skipping")]
    [InlineData("DROP TABLE a CASCADE", "DROP TABLE", "NOTICE: drop cascades to 2 other objects")]
    public async Task What_is_left_undone_is_noticed(string sql, string tag, string notice)
    {
        Assert.Equal(tag, await _session.RunAsync(sql));
        Assert.Equal(notice, _session.Notices());
    }

    [Theory]
    [InlineData("CREATE TABLE a (x int)", "42P07")]
    [InlineData("CREATE VIEW m AS SELECT 1", "42P07")]
    [InlineData("DROP TABLE nope", "42P01")]
    [InlineData("DROP VIEW v", "2BP01")]
    [InlineData("DROP TABLE a", "2BP01")]
    [InlineData("CREATE OR REPLACE VIEW v AS SELECT y, x FROM a", "42P16")]
    [InlineData("CREATE OR REPLACE VIEW v AS SELECT x FROM a", "42P16")]
    [InlineData("CREATE OR REPLACE VIEW a AS SELECT 1", "42809")]
    [InlineData("CREATE TABLE s.t (x int)", "3F000")]
    public async Task What_does_not_fit_the_catalog_is_refused_and_changes_nothing(string sql, string state)
    {
        await _session.FailsAsync(state, sql);
        Assert.Equal("2|1|p", await _session.RunAsync("SELECT n, x, y FROM m, v WHERE x = 1"));
    }

    [Fact]
    public async Task Cascade_drops_what_depends_and_the_name_is_free_again()
    {
        await _session.RunAsync("DROP TABLE a CASCADE");
        await _session.FailsAsync("42P01", "SELECT * FROM m");
        await _session.FailsAsync("42P01", "SELECT * FROM v");

        await _session.RunAsync("CREATE TABLE a (z int)");
        Assert.Equal("0", await _session.RunAsync("SELECT count(*) FROM a"));
    }

    [Fact]
    public async Task A_replaced_view_may_have_more_columns()
    {
        const string replacement = "CREATE OR REPLACE VIEW v AS SELECT x, y, x * 2 AS z FROM a";
        await _session.FailsAsync("0A000", replacement);
        Assert.Equal("2", await _session.RunAsync("SELECT n FROM m"));

        await _session.RunAsync("DROP MATERIALIZED VIEW m");
        await _session.RunAsync(replacement);
        Assert.Equal("1|p|2 2|q|4", await _session.SortedAsync("SELECT * FROM v"));
    }

    [Fact]
    public async Task A_table_made_from_a_query_has_its_rows()
    {
        Assert.Equal("SELECT 2", await _session.RunAsync("CREATE TABLE c AS SELECT x + 1 AS x1, y FROM a"));
        Assert.Equal("2|p 3|q", await _session.SortedAsync("SELECT x1, y FROM c"));
        await _session.RunAsync("CREATE TABLE d (p, q) AS SELECT x, y FROM a WITH NO DATA");
        Assert.Equal("0", await _session.RunAsync("SELECT count(q) FROM d"));
        await _session.FailsAsync("22012", "CREATE TABLE e AS SELECT 1 / (x - 1) FROM a");
        await _session.FailsAsync("42P01", "SELECT * FROM e");
    }

    [Fact]
    public async Task A_view_or_index_made_later_holds_the_rows_there_are()
    {
        await _session.RunAsync("CREATE MATERIALIZED VIEW late AS SELECT y, count(*) AS n FROM a GROUP BY y; CREATE INDEX late_n ON late (n)");
        await _session.RunAsync("INSERT INTO a VALUES (3, 'p')");

        Assert.Equal("p|2", await _session.RunAsync("SELECT * FROM late WHERE n = 2"));
        Assert.Equal("q|1", await _session.RunAsync("SELECT * FROM late WHERE y = 'q'"));
        Assert.Equal("1|p 3|p", await _session.SortedAsync("SELECT * FROM a WHERE y = 'p'"));
    }

    [Fact]
    public async Task Reading_while_others_drop_and_make_gives_rows_or_no_relation()
    {
        TestSession other = _instance.Connect();
        Task changes = Task.Run(async () =>
        {
            for (int i = 0; i < 60; i++)
            {
                await other.RunAsync("CREATE TABLE flicker (k int PRIMARY KEY); INSERT INTO flicker VALUES (1)");
                await other.RunAsync("DROP TABLE flicker");
            }
        });
        var seen = new HashSet<string>();
        while (!changes.IsCompleted)
        {
            seen.Add(await _session.OutcomeAsync("SELECT k FROM flicker"));
            seen.Add(await _session.OutcomeAsync("SELECT k FROM flicker WHERE k = 1"));
            seen.Add(await _session.OutcomeAsync("INSERT INTO flicker VALUES (2)"));
        }

        await changes;
        Assert.Subset(new HashSet<string> { "", "1", "2", "1\n2", "2\n1", "42P01", "INSERT 0 1", "23505" }, seen);
    }
}
