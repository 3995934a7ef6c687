using System.Text;
using StreamDb.Core.Errors;
using Xunit;

namespace StreamDb.Tests.Coordinator;

public sealed class CopyTests : IAsyncLifetime
{
    private readonly TestInstance _instance = new();
    private TestSession _session = null!;

    public async Task InitializeAsync()
    {
        _session = _instance.Connect();
        await _session.RunAsync(
            "CREATE TABLE t (k int PRIMARY KEY, v varchar(5), n numeric(6,2), f float8 DEFAULT 1.5, b bytea, CHECK (k < 1000))");
    }

    public async Task DisposeAsync() => await _instance.DisposeAsync();

    [Fact]
    public async Task Text_goes_in_and_comes_out_the_same_however_it_is_split()
    {
        byte[] data = Encoding.UTF8.GetBytes("1\ta\\tb\t1.50\t1\t\\\\x00ff\n2\t\\N\t\\N\t-0.25\t\\N\n3\täö\t0.00\tNaN\t\\\\x\n");
        foreach (int piece in new[] { 1, 2, 7, int.MaxValue })
        {
            Assert.Equal("COPY 3", await _session.CopyInAsync("COPY t FROM STDIN", data, piece));
            Assert.Equal(Encoding.UTF8.GetString(data), Encoding.UTF8.GetString(await _session.CopyOutAsync("COPY (SELECT * FROM t ORDER BY k) TO STDOUT")));
            await _session.RunAsync("TRUNCATE t");
        }
    }

    [Fact]
    public async Task Csv_has_headers_quotes_and_null()
    {
        string data = "v,k\n\"a,\"\"b\",1\n,2\n\"\",3\n\"x\ny\",4\n";
        Assert.Equal("COPY 4", await _session.CopyInAsync("COPY t (v, k) FROM STDIN WITH (FORMAT csv, HEADER true)", data));
        Assert.Equal("1|a,\"b|1.5 2|-|1.5 3||1.5 4|x\ny|1.5".Replace('\n', ' '), await _session.RowsAsync("SELECT k, v, f FROM t ORDER BY k"));
        Assert.Equal(
            data, Encoding.UTF8.GetString(await _session.CopyOutAsync("COPY (SELECT v, k FROM t ORDER BY k) TO STDOUT WITH (FORMAT csv, HEADER true)")));
    }

    [Fact]
    public async Task Binary_goes_in_and_comes_out_the_same()
    {
        await _session.RunAsync("INSERT INTO t VALUES (1, 'ab', 12.34, 'NaN', '\\x00'), (2, NULL, NULL, NULL, NULL)");
        byte[] data = await _session.CopyOutAsync("COPY t TO STDOUT WITH (FORMAT binary)");
        await _session.RunAsync("CREATE TABLE u (k int PRIMARY KEY, v varchar(5), n numeric(6,2), f float8, b bytea)");

        Assert.Equal("COPY 2", await _session.CopyInAsync("COPY u FROM STDIN WITH (FORMAT binary)", data, 3));
        Assert.Equal(await _session.SortedAsync("SELECT * FROM t"), await _session.SortedAsync("SELECT * FROM u"));
        Assert.Equal("22P04", (await Assert.ThrowsAsync<SqlException>(
            () => _session.CopyInAsync("COPY u FROM STDIN WITH (FORMAT binary)", "not binary at all"))).State);
    }

    [Theory]
    [InlineData("1\ta\t1\t1\t\\N\n2\tb\n", "22P04", "missing data for column \"n\"", "COPY t, line 2")]
    [InlineData("1\ta\t1\t1\t\\N\t9\n", "22P04", "extra data after last expected column", "COPY t, line 1")]
    [InlineData("1\ta\t1\t1\t\\N\nx\ta\t1\t1\t\\N\n", "22P02", "invalid input syntax for type integer: \"x\"", "COPY t, line 2, column k")]
    public async Task An_error_names_its_line_and_leaves_nothing(string data, string state, string message, string where)
    {
        SqlException exception = await Assert.ThrowsAsync<SqlException>(() => _session.CopyInAsync("COPY t FROM STDIN", data));

        Assert.Equal((state, message, where), (exception.State, exception.Message, exception.Where));
        Assert.Equal("0", await _session.RunAsync("SELECT count(*) FROM t"));
    }

    [Theory]
    [InlineData("1\tabcdef\t1\t1\t\\N\n", "22001")]
    [InlineData("1\ta\t123456\t1\t\\N\n", "22003")]
    [InlineData("\\N\ta\t1\t1\t\\N\n", "23502")]
    [InlineData("2000\ta\t1\t1\t\\N\n", "23514")]
    [InlineData("1\ta\t1\t1\t\\N\n1\tb\t1\t1\t\\N\n", "23505")]
    public async Task Rows_are_checked_as_inserted_ones_are(string data, string state)
    {
        Assert.Equal(state, (await Assert.ThrowsAsync<SqlException>(() => _session.CopyInAsync("COPY t FROM STDIN", data))).State);
        Assert.Equal("0", await _session.RunAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Inside_a_transaction_it_is_part_of_it()
    {
        await _session.RunAsync("BEGIN; INSERT INTO t (k) VALUES (1)");
        Assert.Equal("COPY 1", await _session.CopyInAsync("COPY t (k) FROM STDIN", "2\n"));
        Assert.Equal("2", await _session.RunAsync("SELECT count(*) FROM t"));
        await _session.RunAsync("ROLLBACK");
        Assert.Equal("0", await _session.RunAsync("SELECT count(*) FROM t"));
    }

    [Fact]
    public async Task Many_rows_become_visible_together()
    {
        var data = new StringBuilder();
        for (int i = 0; i < 40_000; i++)
        {
            data.Append(i).Append('\n');
        }

        await _session.RunAsync("CREATE TABLE big (k int PRIMARY KEY); CREATE MATERIALIZED VIEW n AS SELECT count(*) AS n, sum(k) AS s FROM big");
        Assert.Equal("COPY 40000", await _session.CopyInAsync("COPY big FROM STDIN", Encoding.UTF8.GetBytes(data.ToString()), 65_536));
        Assert.Equal("40000|799980000", await _session.RunAsync("SELECT * FROM n"));
    }
}
