using System.Globalization;
using StreamDb.Connectors;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Ports;
using Xunit;
using static StreamDb.Tests.Connectors.SourceFixture;

namespace StreamDb.Tests.Connectors.Generators;

public sealed class DatagenSourceTests
{
    private static readonly TimeSpan _step = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_source_ends_with_its_shortest_sequence()
    {
        SourceRequest request = Request(
            "datagen",
            Columns(("v1", SqlType.Int32), ("v2", SqlType.Float64)),
            ("fields.v1.kind", "sequence"), ("fields.v1.start", "1"), ("fields.v1.end", "10"),
            ("fields.v2.kind", "sequence"), ("fields.v2.start", "11.5"), ("fields.v2.end", "31.5"),
            ("datagen.rows.per.second", "15"), ("datagen.split.num", "5")) with
        {
            Format = "PLAIN",
            Encode = "JSON",
        };
        (List<string> rows, _, _) = await ReadAsync(request, step: _step);
        Assert.Equal(Enumerable.Range(1, 10).Select(i => FormattableString.Invariant($"{i}|{i + 10.5}")), rows);
    }

    [Fact]
    public async Task Arrays_and_records_are_made_of_their_parts()
    {
        SourceRequest request = Request(
            "datagen",
            [
                new Field("a", SqlType.ArrayOf(SqlType.Int32)),
                new Field("r", SqlType.Record([new RecordField("v2", SqlType.Int16), new RecordField("v3", SqlType.Numeric)])),
            ],
            ("fields.a.length", "3"), ("fields.a._.kind", "sequence"), ("fields.a._.start", "1"), ("fields.a._.end", "7"),
            ("fields.r.v2.kind", "sequence"), ("fields.r.v2.start", "-1"),
            ("fields.r.v3.min", "5"), ("fields.r.v3.max", "5"));
        (List<string> rows, _, _) = await ReadAsync(request, step: _step);
        Assert.Equal(2, rows.Count);
        Assert.StartsWith("{1,2,3}|(-1,5", rows[0], StringComparison.Ordinal);
        Assert.StartsWith("{4,5,6}|(0,5", rows[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_type_restarts_from_every_offset_with_the_same_rows()
    {
        SourceRequest request = AllTypes(("fields.s.kind", "sequence"), ("fields.s.end", "39"));
        (List<string> all, _, _) = await ReadAsync(request, step: _step);
        Assert.Equal(40, all.Count);
        Assert.Equal(40, all.Distinct().Count());

        for (int taken = 0; taken < 40; taken += 10)
        {
            (List<string> first, _, ReadOnlyMemory<byte> offset) = taken == 0
                ? ([], [], default)
                : await ReadAsync(request with { Clock = new ManualClock() }, taken, TimeSpan.FromMilliseconds(100));
            var later = new ManualClock();
            if (taken > 0)
            {
                later.Advance(TimeSpan.FromDays(3));
            }

            (List<string> rest, _, _) = await ReadAsync(request with { Offset = offset, Clock = later }, step: _step);
            Assert.Equal(all, first.Concat(rest));
        }
    }

    [Fact]
    public async Task Values_stay_in_their_ranges_and_depend_on_the_seed()
    {
        SourceRequest request = Request(
            "datagen",
            Columns(("i", SqlType.Int32), ("t", SqlType.Varchar), ("s", SqlType.Int64)),
            ("fields.i.min", "-10"), ("fields.i.max", "10"), ("fields.i.seed", "1"),
            ("fields.t.length", "16"),
            ("fields.s.kind", "sequence"), ("fields.s.end", "999"), ("datagen.rows.per.second", "1000"));
        (List<string> rows, _, _) = await ReadAsync(request, step: _step);
        int[] values = [.. rows.Select(r => int.Parse(r.Split('|')[0], CultureInfo.InvariantCulture))];
        Assert.Equal(-10, values.Min());
        Assert.Equal(10, values.Max());
        Assert.All(rows, r => Assert.Matches("^[A-Za-z0-9]{16}$", r.Split('|')[1]));

        var options = new Dictionary<string, string>(request.Options) { ["fields.i.seed"] = "2" };
        (List<string> others, _, _) = await ReadAsync(request with { Options = options }, step: _step);
        Assert.NotEqual(values, others.Select(r => int.Parse(r.Split('|')[0], CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task Defaults_fit_narrow_types()
    {
        SourceRequest request = Request(
            "datagen",
            Columns(("n", SqlType.NumericOf(4, 2)), ("v", SqlType.Varchar.WithModifier(7)), ("s", SqlType.NumericOf(3, 1))),
            ("fields.s.kind", "sequence"), ("datagen.rows.per.second", "1000"));
        (List<string> rows, _, _) = await ReadAsync(request, step: _step);
        Assert.Equal(100, rows.Count);
        Assert.All(rows, row => Assert.Matches("^\\d{1,2}\\.\\d\\d\\|\\w{3}\\|", row));
        Fails(SqlState.InvalidParameterValue, Request("datagen", Columns(("n", SqlType.NumericOf(4, 2))), ("fields.n.max", "100")));
    }

    [Fact]
    public async Task Timestamps_go_back_from_the_opening_or_from_now_or_from_a_given_time()
    {
        SourceRequest request = Request(
            "datagen",
            Columns(("a", SqlType.Timestamp), ("r", SqlType.TimestampTz), ("b", SqlType.Timestamp), ("s", SqlType.Int32)),
            ("fields.a.max_past", "2h 37min"),
            ("fields.r.max_past", "0s"), ("fields.r.max_past_mode", "relative"),
            ("fields.b.max_past", "0s"), ("fields.b.basetime", "2023-04-01T16:39:57-08:00"),
            ("fields.s.kind", "sequence"), ("fields.s.end", "99"));
        var clock = (ManualClock)request.Clock;
        long opened = clock.NowMicroseconds;
        await using ISource source = ConnectorRegistry.Open(request);
        SourceBatch first = (await source.ReadAsync(default))!;
        clock.Advance(TimeSpan.FromSeconds(9));
        SourceBatch second = (await source.ReadAsync(default))!;
        foreach ((SourceBatch batch, long now) in new[] { (first, opened), (second, opened + 9_000_000) })
        {
            for (int i = 0; i < batch.Deltas!.Count; i++)
            {
                Assert.InRange(batch.Deltas.Rows[0].Get<long>(i), opened - (157 * SqlCalendar.MicrosecondsPerMinute), opened);
                Assert.Equal(now, batch.Deltas.Rows[1].Get<long>(i));
                Assert.Contains("|2023-04-02 00:39:57|", Texts(request.Columns, batch)[i], StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public async Task The_rate_follows_the_clock()
    {
        SourceRequest request = Request("datagen", Columns(("v", SqlType.Int32)), ("datagen.rows.per.second", "100"));
        var clock = (ManualClock)request.Clock;
        await using ISource source = ConnectorRegistry.Open(request);
        Assert.Equal(1, (await source.ReadAsync(default))!.Deltas!.Count);
        clock.Advance(TimeSpan.FromMilliseconds(500));
        Assert.Equal(50, (await source.ReadAsync(default))!.Deltas!.Count);
        using var cancellation = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.ReadAsync(cancellation.Token));
    }

    [Fact]
    public void Types_without_a_generator_are_refused() =>
        Fails(SqlState.FeatureNotSupported, Request("datagen", Columns(("u", SqlType.Uuid))));

    private static SourceRequest AllTypes(params (string, string)[] options) => Request(
        "datagen",
        Columns(
            ("i2", SqlType.Int16), ("i4", SqlType.Int32), ("i8", SqlType.Int64), ("f4", SqlType.Float32), ("f8", SqlType.Float64),
            ("n", SqlType.NumericOf(10, 2)), ("t", SqlType.Text), ("v", SqlType.Varchar), ("ts", SqlType.Timestamp),
            ("tz", SqlType.TimestampTz), ("b", SqlType.Boolean), ("a", SqlType.ArrayOf(SqlType.Text)),
            ("r", SqlType.Record([new RecordField("x", SqlType.Int32)])), ("s", SqlType.Int64)),
        options);
}
