using StreamDb.Coordinator.Sessions;
using Xunit;

namespace StreamDb.Tests.Coordinator;

public sealed class TransactionTests : IAsyncLifetime
{
    private readonly TestInstance _instance = new();
    private TestSession _one = null!;
    private TestSession _two = null!;

    public async Task InitializeAsync()
    {
        _one = _instance.Connect();
        _two = _instance.Connect();
        await _one.RunAsync("CREATE TABLE t (k int PRIMARY KEY, v int); CREATE TABLE h (x int)");
        await _one.RunAsync("CREATE MATERIALIZED VIEW m AS SELECT sum(v) AS s FROM t");
        await _one.RunAsync("INSERT INTO t VALUES (1, 1), (2, 2); INSERT INTO h VALUES (1), (1), (2)");
    }

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    public async Task Own_writes_are_visible_to_the_transaction_alone_until_commit()
    {
        await _one.RunAsync("BEGIN; INSERT INTO t VALUES (3, 3); UPDATE t SET v = 20 WHERE k = 2; DELETE FROM t WHERE k = 1");

        Assert.Equal("2|20 3|3", await _one.RowsAsync("SELECT * FROM t ORDER BY k"));
        Assert.Equal("2|20", await _one.RowsAsync("SELECT * FROM t WHERE k = 2"));
        Assert.Equal("1|1 2|2", await _two.RowsAsync("SELECT * FROM t ORDER BY k"));
        Assert.Equal("3", await _two.RunAsync("SELECT s FROM m"));
        Assert.Equal("COMMIT", await _one.RunAsync("COMMIT"));
        Assert.Equal("2|20 3|3", await _two.RowsAsync("SELECT * FROM t ORDER BY k"));
        Assert.Equal("23", await _two.RunAsync("SELECT s FROM m"));
    }

    [Fact]
    public async Task It_reads_one_epoch_from_its_first_read_on()
    {
        await _one.RunAsync("BEGIN; SELECT 1 FROM h");
        await _two.RunAsync("INSERT INTO t VALUES (9, 9)");

        Assert.Equal("1|1 2|2", await _one.RowsAsync("SELECT * FROM t ORDER BY k"));
        Assert.Equal("3", await _one.RunAsync("SELECT s FROM m"));
        await _one.RunAsync("COMMIT");
        Assert.Equal("12", await _one.RunAsync("SELECT s FROM m"));
    }

    [Fact]
    public async Task Rollback_leaves_nothing()
    {
        await _one.RunAsync("BEGIN; INSERT INTO t VALUES (3, 3); TRUNCATE h");
        Assert.Equal("0", await _one.RunAsync("SELECT count(*) FROM h"));
        await _one.RunAsync("ROLLBACK");

        Assert.Equal("1|1 2|2", await _one.RowsAsync("SELECT * FROM t ORDER BY k"));
        Assert.Equal("3", await _one.RunAsync("SELECT count(*) FROM h"));
    }

    [Fact]
    public async Task Rollback_to_a_savepoint_takes_back_what_came_after_it()
    {
        await _one.RunAsync("BEGIN; INSERT INTO t VALUES (3, 3); SAVEPOINT p; UPDATE t SET v = 30 WHERE k = 3; DELETE FROM t WHERE k = 1");
        Assert.Equal("2|2 3|30", await _one.RowsAsync("SELECT * FROM t ORDER BY k"));

        await _one.RunAsync("ROLLBACK TO p");
        Assert.Equal("1|1 2|2 3|3", await _one.RowsAsync("SELECT * FROM t ORDER BY k"));

        await _one.FailsAsync("23505", "INSERT INTO t VALUES (1, 1)");
        await _one.FailsAsync("25P02", "SELECT 1");
        await _one.RunAsync("ROLLBACK TO p; UPDATE t SET v = 31 WHERE k = 3");
        await _one.FailsAsync("3B001", "ROLLBACK TO nowhere");
        await _one.RunAsync("ROLLBACK TO p; UPDATE t SET v = 32 WHERE k = 3; RELEASE p; COMMIT");
        Assert.Equal("1|1 2|2 3|32", await _one.RowsAsync("SELECT * FROM t ORDER BY k"));
    }

    [Fact]
    public async Task Rollback_to_a_savepoint_works_though_another_took_the_key_meanwhile()
    {
        await _one.RunAsync("BEGIN; INSERT INTO t VALUES (3, 3); SAVEPOINT p; INSERT INTO t VALUES (4, 4)");
        await _two.RunAsync("INSERT INTO t VALUES (3, 33)");

        await _one.RunAsync("ROLLBACK TO p");
        Assert.Equal("1|1 2|2 3|3", await _one.RowsAsync("SELECT * FROM t ORDER BY k"));
        await _one.FailsAsync("23505", "COMMIT");
        Assert.Equal("1|1 2|2 3|33", await _one.RowsAsync("SELECT * FROM t ORDER BY k"));
    }

    [Fact]
    public async Task A_failed_transaction_only_ends()
    {
        await _one.FailsAsync("22012", "BEGIN; INSERT INTO h VALUES (7); SELECT 1 / 0");

        Assert.Equal(TransactionStatus.Failed, _one.Session.Status);
        await _one.FailsAsync("25P02", "SELECT 1");
        await _one.FailsAsync("25P02", "SAVEPOINT p");
        await _one.FailsAsync("25P02", "INSERT INTO h VALUES (8)");
        Assert.Equal("ROLLBACK", await _one.RunAsync("COMMIT"));
        Assert.Equal(TransactionStatus.Idle, _one.Session.Status);
        Assert.Equal("1 1 2", await _one.RowsAsync("SELECT x FROM h ORDER BY x"));
    }

    [Theory]
    [InlineData("UPDATE t SET v = 100 WHERE k = 1", "UPDATE t SET v = 200 WHERE k = 1", "40001")]
    [InlineData("UPDATE t SET v = 100 WHERE k = 1", "DELETE FROM t WHERE k = 1", "40001")]
    [InlineData("DELETE FROM t WHERE k = 1", "UPDATE t SET v = 200 WHERE k = 1", "40001")]
    [InlineData("DELETE FROM t WHERE k = 1", "DELETE FROM t WHERE k = 1; INSERT INTO t VALUES (1, 5)", "40001")]
    [InlineData("INSERT INTO t VALUES (1, 9) ON CONFLICT (k) DO UPDATE SET v = 9", "DELETE FROM t WHERE k = 1", "40001")]
    [InlineData("INSERT INTO t VALUES (3, 1)", "INSERT INTO t VALUES (3, 2)", "23505")]
    [InlineData("INSERT INTO t VALUES (3, 1) ON CONFLICT DO NOTHING", "INSERT INTO t VALUES (3, 2)", "COMMIT")]
    [InlineData("UPDATE t SET v = 100 WHERE k = 1", "UPDATE t SET v = 200 WHERE k = 2", "COMMIT")]
    [InlineData("UPDATE h SET x = 5 WHERE x = 1", "DELETE FROM h WHERE x = 1", "40001")]
    [InlineData("UPDATE h SET x = 5 WHERE x = 1", "DELETE FROM h WHERE x = 1; INSERT INTO h VALUES (1)", "40001")]
    [InlineData("DELETE FROM h WHERE x = 1", "INSERT INTO h VALUES (1)", "COMMIT")]
    [InlineData("DELETE FROM h WHERE x = 1", "DELETE FROM h WHERE x = 2", "COMMIT")]
    [InlineData("INSERT INTO h VALUES (1)", "DROP TABLE h", "42P01")]
    public async Task Commit_needs_the_rows_it_changed_as_they_were_read(string first, string second, string outcome)
    {
        await _one.RunAsync("BEGIN; " + first);
        await _two.RunAsync(second);

        Assert.Equal(outcome, await _one.OutcomeAsync("COMMIT"));
        Assert.Equal(TransactionStatus.Idle, _one.Session.Status);
    }

    [Fact]
    public async Task A_key_that_came_up_since_the_first_read_is_refused_at_once()
    {
        await _one.RunAsync("BEGIN; SELECT 1 FROM t");
        await _two.RunAsync("INSERT INTO t VALUES (50, 1)");

        await _one.FailsAsync("23505", "INSERT INTO t VALUES (50, 2)");
    }

    [Fact]
    public async Task Conflicts_inside_a_transaction_see_its_own_rows()
    {
        Assert.Equal("BEGIN / INSERT 0 1", await _one.RunAsync("BEGIN; INSERT INTO t VALUES (1, 9), (5, 5) ON CONFLICT DO NOTHING"));
        Assert.Equal("", await _one.RunAsync("INSERT INTO t VALUES (5, 9) ON CONFLICT DO NOTHING RETURNING k"));
        Assert.Equal(
            "5|50\n6|6", await _one.RunAsync("INSERT INTO t VALUES (5, 50), (6, 6) ON CONFLICT (k) DO UPDATE SET v = excluded.v RETURNING *"));
        Assert.Equal("51", await _one.RunAsync("UPDATE t SET v = v + 1 WHERE k = 5 RETURNING v"));
        Assert.Equal("6 / INSERT 0 1", await _one.RunAsync("DELETE FROM t WHERE k = 6 RETURNING k; INSERT INTO t VALUES (6, 7)"));
        Assert.Equal("1|1 2|2 5|51 6|7", await _one.RowsAsync("SELECT * FROM t ORDER BY k"));
        await _one.RunAsync("COMMIT");
        Assert.Equal("1|1 2|2 5|51 6|7", await _two.RowsAsync("SELECT * FROM t ORDER BY k"));
        Assert.Equal("61", await _two.RunAsync("SELECT s FROM m"));
    }

    [Fact]
    public async Task Several_statements_of_one_query_stand_or_fall_together()
    {
        await _one.FailsAsync("23505", "INSERT INTO t VALUES (6, 1); INSERT INTO h VALUES (6); INSERT INTO t VALUES (6, 1)");
        Assert.Equal("2", await _one.RunAsync("SELECT count(*) FROM t"));

        Assert.Equal(
            "INSERT 0 1 / 3 / DELETE 1 / 2",
            await _one.RunAsync("INSERT INTO t VALUES (6, 1); SELECT count(*) FROM t; DELETE FROM t WHERE k = 1; SELECT count(*) FROM t"));
        Assert.Equal("2", await _two.RunAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Begin_inside_a_query_takes_over_what_came_before_it()
    {
        await _one.RunAsync("INSERT INTO t VALUES (3, 3); BEGIN; INSERT INTO t VALUES (4, 4)");

        Assert.Equal(TransactionStatus.InTransaction, _one.Session.Status);
        Assert.Equal("2", await _two.RunAsync("SELECT count(*) FROM t"));
        await _one.RunAsync("ROLLBACK");
        Assert.Equal("2", await _one.RunAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Ends_without_a_beginning_warn()
    {
        Assert.Equal("COMMIT", await _one.RunAsync("COMMIT"));
        Assert.Equal("WARNING: there is no transaction in progress", _one.Notices());
        Assert.Equal("BEGIN / BEGIN / COMMIT", await _one.RunAsync("BEGIN; BEGIN; COMMIT"));
        Assert.Equal("WARNING: there is already a transaction in progress", _one.Notices());
        await _one.FailsAsync("25P01", "SAVEPOINT p");
    }

    [Fact]
    public async Task A_read_only_transaction_writes_nothing()
    {
        await _one.FailsAsync("25006", "BEGIN READ ONLY; INSERT INTO h VALUES (7)");
        await _one.RunAsync("ROLLBACK");
        await _one.RunAsync("SET default_transaction_read_only = on");
        await _one.FailsAsync("25006", "INSERT INTO h VALUES (7)");
        await _one.FailsAsync("25006", "CREATE TABLE n (x int)");
    }

    [Fact]
    public async Task Ddl_commits_what_came_before_it_and_says_so()
    {
        await _one.RunAsync("BEGIN; INSERT INTO h VALUES (9); CREATE TABLE n (a int); INSERT INTO n VALUES (1)");
        Assert.StartsWith("NOTICE: DDL takes effect at once", _one.Notices(), StringComparison.Ordinal);
        Assert.Equal("1", await _one.RunAsync("SELECT a FROM n"));
        await _one.RunAsync("ROLLBACK");

        Assert.Equal("1", await _two.RunAsync("SELECT count(*) FROM h WHERE x = 9"));
        Assert.Equal("0", await _two.RunAsync("SELECT count(*) FROM n"));
    }
}
