using System.Collections.Immutable;
using System.Text;
using StreamDb.Connectors;
using StreamDb.Connectors.Files;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Ports;
using Xunit;
using static StreamDb.Tests.Connectors.SourceFixture;

namespace StreamDb.Tests.Connectors.Files;

public sealed class FileSourceTests : IDisposable
{
    private static readonly ImmutableArray<Field> _columns = Columns(("id", SqlType.Int32), ("name", SqlType.Text));
    private readonly string _outside = Directory.CreateTempSubdirectory("streamdb-connectors").FullName;
    private readonly string _root;

    public FileSourceTests()
    {
        _root = Path.Combine(_outside, "root");
        Directory.CreateDirectory(_root);
    }

    public void Dispose() => Directory.Delete(_outside, recursive: true);

    [Fact]
    public async Task Lines_become_rows_and_bad_ones_errors_with_their_place()
    {
        Write("orders.jsonl", "\uFEFF{\"id\": 1, \"name\": \"a\"}\r\n\n{\"id\": 2, \"NAME\": \"ä\\n\\u00e9\", \"other\": [1, {}]}\n{\"id\": x}\n"
            + "{\"id\": \"no\"}\n[1]\n{\"id\": 3} {}\n{}\n{\"id\": 99999999999}\n{\"id\": 4, \"name\": {}}\n{\"name\": \"last\"}");
        (List<string> rows, List<SourceError> errors, _) = await ReadAsync(Json("orders.jsonl", "follow", "false"));
        Assert.Equal(["1|a", "2|ä\né", "NULL|NULL", "NULL|last"], rows);
        Assert.Equal([4, 5, 6, 7, 9, 10], errors.Select(e => int.Parse(e.Position.Split(':')[1])));
        Assert.All(errors, e => Assert.StartsWith("orders.jsonl:", e.Position, StringComparison.Ordinal));
        Assert.Equal("{\"id\": x}", Encoding.UTF8.GetString(errors[0].Raw.Span));
        Assert.Equal("column \"id\": invalid input syntax for type integer: \"no\"", errors[1].Reason);
        Assert.Equal("column \"name\": cannot read a JSON object as text", errors[5].Reason);
    }

    [Fact]
    public async Task Every_type_is_read_from_json()
    {
        ImmutableArray<Field> columns =
        [
            new("b", SqlType.Boolean), new("i2", SqlType.Int16), new("i8", SqlType.Int64), new("f", SqlType.Float64),
            new("n", SqlType.NumericOf(8, 2)), new("t", SqlType.Text), new("d", SqlType.Date), new("ti", SqlType.Time),
            new("ts", SqlType.Timestamp), new("tz", SqlType.TimestampTz), new("iv", SqlType.Interval), new("u", SqlType.Uuid),
            new("j", SqlType.Jsonb), new("a", SqlType.ArrayOf(SqlType.Int32)),
            new("r", SqlType.Record([new RecordField("x", SqlType.Int32), new RecordField("y", SqlType.ArrayOf(SqlType.Text))])),
            new("m", SqlType.Map(SqlType.Text, SqlType.Int32)),
        ];
        Write("t.jsonl",
            """{"b":true,"i2":7,"i8":1e3,"f":1.5,"n":"1.005","t":12,"d":"2024-02-29","ti":"12:30","ts":"2024-01-02T03:04:05.6Z","tz":"2024-01-02T03:04:05+02:00","iv":"1 day","u":"00000000-0000-0000-0000-00000000000a","j":{"k":[1,"x"]},"a":[[1,2],[3,null]],"r":{"y":["p","q"],"x":1},"m":{"k":1}}""" + "\n"
            + """{"b":"f","n":2,"d":19782,"ts":1700000000,"tz":1700000000123,"j":[1],"a":[],"r":{}}""" + "\n"
            + """{"a":[[1],[2,3]]}""" + "\n" + """{"i2":70000}""" + "\n" + """{"i2":1.5}""" + "\n" + """{"a":[1,[2]]}""" + "\n");
        (List<string> rows, List<SourceError> errors, _) = await ReadAsync(Json("t.jsonl", "follow", "false") with { Columns = columns });
        Assert.Equal(
            [
                "t|7|1000|1.5|1.01|12|2024-02-29|12:30:00|2024-01-02 03:04:05.6|2024-01-02 01:04:05+00|1 day|00000000-0000-0000-0000-00000000000a|{\"k\": [1, \"x\"]}|{{1,2},{3,NULL}}|(1,\"{p,q}\")|{k:1}",
                "f|NULL|NULL|NULL|2.00|NULL|2024-02-29|NULL|2023-11-14 22:13:20|2023-11-14 22:13:20.123+00|NULL|NULL|[1]|{}|(,)|NULL",
            ],
            rows);
        Assert.Equal(4, errors.Count);
    }

    [Fact]
    public async Task Csv_columns_go_by_the_header()
    {
        Write("a.csv", "\uFEFFname;ID;extra\r\n\"x;\"\"y\"\"\";1;z\r\n;2;\n\"\";3;z\ntoo few;4\n\"open;5;z\nm;5;n;o\nm;five;n\n");
        SourceRequest request = Csv("a.csv", ("delimiter", ";"));
        (List<string> rows, List<SourceError> errors, _) = await ReadAsync(request);
        Assert.Equal(["1|x;\"y\"", "2|NULL", "3|"], rows);
        Assert.Equal(["a.csv:5", "a.csv:6", "a.csv:7", "a.csv:8"], errors.Select(e => e.Position));
    }

    [Fact]
    public async Task Csv_without_header_goes_by_position()
    {
        Write("a.csv", "1,x\n2\n3,\"y,\"\n");
        (List<string> rows, List<SourceError> errors, _) = await ReadAsync(Csv("a.csv", ("header", "false")));
        Assert.Equal(["1|x", "3|y,"], rows);
        Assert.Equal("too few CSV fields: 1 of 2: missing data for column \"name\"", errors.Single().Reason);
    }

    [Fact]
    public async Task A_header_of_other_columns_is_trouble_each_time()
    {
        Write("a.csv", "x,y\n1,2\n");
        await using ISource source = ConnectorRegistry.Open(Csv("a.csv"));
        await Assert.ThrowsAsync<SqlException>(async () => await source.ReadAsync(default));
        await Assert.ThrowsAsync<SqlException>(async () => await source.ReadAsync(default));
    }

    [Fact]
    public async Task Appended_lines_follow_once_they_are_complete_wherever_they_are_cut()
    {
        byte[] text = Encoding.UTF8.GetBytes("{\"id\":1,\"name\":\"€ä\"}\r\n{\"id\":2}\n");
        for (int cut = 0; cut <= text.Length; cut++)
        {
            string name = $"cut{cut}.jsonl";
            File.WriteAllBytes(Path.Combine(_root, name), text[..cut]);
            await using ISource source = ConnectorRegistry.Open(Json(name));
            var rows = new List<string>();
            if (text.AsSpan(0, cut).Contains((byte)'\n'))
            {
                rows.AddRange(Texts(_columns, await Next(source)));
            }

            if (cut < text.Length)
            {
                using FileStream file = File.Open(Path.Combine(_root, name), FileMode.Append);
                file.Write(text.AsSpan(cut));
                file.Close();
                rows.AddRange(Texts(_columns, await Next(source)));
            }

            Assert.Equal(["1|€ä", "2|NULL"], rows);
        }
    }

    [Fact]
    public async Task New_files_of_the_pattern_follow_in_name_order()
    {
        Write("b.jsonl", "{\"id\":2}\n");
        Write("a.jsonl", "{\"id\":1}\n{\"id\":");
        Write("c.txt", "{\"id\":9}\n");
        Write(".hidden.jsonl", "{\"id\":9}\n");
        await using ISource source = ConnectorRegistry.Open(Json("*.jsonl"));
        Assert.Equal(["1|NULL", "2|NULL"], Texts(_columns, await Next(source)));
        Write("aa.jsonl", "{\"id\":3}\n");
        Assert.Equal(["3|NULL"], Texts(_columns, await Next(source)));
        File.AppendAllText(Path.Combine(_root, "a.jsonl"), "4}\n");
        Assert.Equal(["4|NULL"], Texts(_columns, await Next(source)));
    }

    [Fact]
    public async Task Wildcards_also_stand_for_directories()
    {
        Directory.CreateDirectory(Path.Combine(_root, "d1"));
        Directory.CreateDirectory(Path.Combine(_root, "d2"));
        Write("d1/x.jsonl", "{\"id\":1}");
        Write("d2/x.jsonl", "{\"id\":2}");
        Write("d2/yy.jsonl", "{\"id\":3}");
        Assert.Equal(["1|NULL", "2|NULL"], (await ReadAsync(Json("d?/?.jsonl", "follow", "false"))).Rows);
        Assert.Equal(["2|NULL"], (await ReadAsync(Json(Path.Combine(_root, "d2/x.*"), "follow", "false"))).Rows);
    }

    [Fact]
    public async Task Reading_goes_on_at_every_offset()
    {
        const int Seed = 11;
        var random = new Random(Seed);
        foreach (string name in new[] { "a.csv", "b.csv" })
        {
            IEnumerable<string> lines = Enumerable.Range(0, 25_000).Select(i => $"{i},{new string('x', random.Next(60))}\n");
            Write(name, "id,name\n" + string.Concat(lines));
        }

        SourceRequest request = Csv("?.csv");
        (List<string> all, _, _) = await ReadAsync(request);
        Assert.Equal(50_000, all.Count);

        var rows = new List<string>();
        while (true)
        {
            await using ISource source = ConnectorRegistry.Open(request);
            if (await source.ReadAsync(default) is not { } batch)
            {
                break;
            }

            Assert.InRange(batch.Deltas!.Count, 1, 10_000);
            rows.AddRange(Texts(_columns, batch));
            request = request with { Offset = batch.Offset };
        }

        Assert.True(all.SequenceEqual(rows), $"seed {Seed}");
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_an_error_and_the_next_is_read()
    {
        foreach (int length in new[] { FileReader.LineBytesMax + 1, 5 * FileReader.LineBytesMax })
        {
            Write("long.jsonl", "{\"id\":1}\n" + new string('y', length) + "\n{\"id\":2}\n" + new string('z', length));
            (List<string> rows, List<SourceError> errors, _) = await ReadAsync(Json("long.jsonl", "follow", "false"));
            Assert.Equal(["1|NULL", "2|NULL"], rows);
            Assert.Equal(["long.jsonl:2", "long.jsonl:4"], errors.Select(e => e.Position));
            Assert.All(errors, e => Assert.Equal(65_536, e.Raw.Length));
        }
    }

    [Fact]
    public async Task A_cut_or_replaced_file_is_trouble_and_not_read_again()
    {
        Write("a.jsonl", "{\"id\":1}\n{\"id\":2}\n");
        (_, _, ReadOnlyMemory<byte> offset) = await ReadAsync(Json("a.jsonl"), 2);
        await using ISource source = ConnectorRegistry.Open(Json("a.jsonl") with { Offset = offset });
        Write("a.jsonl", "{\"id\":3}\n");
        await Assert.ThrowsAsync<IOException>(async () => await source.ReadAsync(default));
        Write("a.jsonl", "{\"id\":3}\n{\"id\":4}\n{\"id\":5}\n");
        await Assert.ThrowsAsync<IOException>(async () => await source.ReadAsync(default));

        // Another file of the same pattern is read all the same.
        Write("b.jsonl", "{\"id\":6}\n");
        await using ISource both = ConnectorRegistry.Open(Json("*.jsonl") with { Offset = offset });
        Assert.Equal(["6|NULL"], Texts(_columns, await Next(both)));
        await Assert.ThrowsAsync<IOException>(async () => await both.ReadAsync(default));
    }

    [Fact]
    public async Task A_missing_file_is_trouble_a_pattern_without_files_waits()
    {
        await using ISource missing = ConnectorRegistry.Open(Json("none.jsonl"));
        await Assert.ThrowsAsync<FileNotFoundException>(async () => await missing.ReadAsync(default));
        await using ISource waiting = ConnectorRegistry.Open(Json("*.jsonl"));
        using var cancellation = new CancellationTokenSource(50);
        long start = Environment.TickCount64;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting.ReadAsync(cancellation.Token));
        Assert.InRange(Environment.TickCount64 - start, 0, 5000);
    }

    [Theory]
    [InlineData("../secret.jsonl")]
    [InlineData("sub/../../secret.jsonl")]
    [InlineData("/etc/passwd")]
    [InlineData("/")]
    [InlineData("link.jsonl")]
    [InlineData("linked/secret.jsonl")]
    [InlineData("linked/*")]
    [InlineData("*/secret.jsonl")]
    [InlineData("*.jsonl")]
    [InlineData("chain.jsonl")]
    public void Nothing_outside_the_root_is_opened(string path)
    {
        File.WriteAllText(Path.Combine(_outside, "secret.jsonl"), "{}\n");
        File.CreateSymbolicLink(Path.Combine(_root, "link.jsonl"), "../secret.jsonl");
        File.CreateSymbolicLink(Path.Combine(_root, "chain.jsonl"), "link.jsonl");
        File.CreateSymbolicLink(Path.Combine(_root, "linked"), _outside);
        Fails(SqlState.InsufficientPrivilege, Json(path));
    }

    [Fact]
    public async Task Links_below_the_root_may_be_followed()
    {
        Write("real.jsonl", "{\"id\":1}\n");
        File.CreateSymbolicLink(Path.Combine(_root, "current"), "real.jsonl");
        Assert.Equal(["1|NULL"], (await ReadAsync(Json("current", "follow", "false"))).Rows);
    }

    [Fact]
    public void Without_a_root_no_file_is_read()
    {
        SqlException exception = Fails(SqlState.InsufficientPrivilege, Json("a.jsonl") with { FileRoot = null });
        Assert.NotNull(exception.Hint);
    }

    [Fact]
    public async Task Null_is_refused_where_the_column_is_not_null()
    {
        Write("a.jsonl", "{\"id\":1}\n{\"name\":\"x\"}\n");
        SourceRequest request = Json("a.jsonl", "follow", "false") with { Columns = [new("id", SqlType.Int32, false)] };
        (List<string> rows, List<SourceError> errors, _) = await ReadAsync(request);
        Assert.Equal(["1"], rows);
        Assert.Equal("a.jsonl:2", errors.Single().Position);
    }

    private static async Task<SourceBatch> Next(ISource source)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return (await source.ReadAsync(timeout.Token))!;
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_root, name), text);

    private SourceRequest Json(string path) => Request("file", _columns, ("path", path)) with
    {
        FileRoot = _root,
        Format = "PLAIN",
        Encode = "JSON",
    };

    private SourceRequest Json(string path, string option, string value)
    {
        SourceRequest request = Json(path);
        return request with { Options = new Dictionary<string, string>(request.Options) { [option] = value } };
    }

    private SourceRequest Csv(string path, params (string Name, string Value)[] options) => Json(path, "follow", "false") with
    {
        Encode = "CSV",
        EncodeOptions = options.ToDictionary(o => o.Name, o => o.Value),
    };
}
