using System.Collections.Immutable;
using System.Globalization;
using StreamDb.Connectors;
using StreamDb.Connectors.Generators;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Ports;
using Xunit;
using static StreamDb.Tests.Connectors.SourceFixture;

namespace StreamDb.Tests.Connectors.Generators;

public sealed class NexmarkSourceTests
{
    private const int EventCount = 20_000;

    [Theory]
    [InlineData("Person", 400)]
    [InlineData("Auction", 1200)]
    [InlineData("Bid", 18_400)]
    public async Task Kinds_come_in_their_proportions(string table, int count)
    {
        (List<string> rows, _, _) = await ReadAsync(Source(table));
        Assert.Equal(count, rows.Count);
    }

    [Fact]
    public async Task Keys_count_up_and_nearly_all_references_hit()
    {
        HashSet<long> people = [.. (await Ids("Person", 0))];
        HashSet<long> auctions = [.. (await Ids("Auction", 0))];
        Assert.Equal(Enumerable.Range(1000, 400).Select(i => (long)i), people.Order());
        Assert.Equal(Enumerable.Range(1000, 1200).Select(i => (long)i), auctions.Order());

        // The last few events refer to people and auctions that were still to come.
        List<long> sellers = await Ids("Auction", 7);
        List<long> bidOn = await Ids("Bid", 0);
        List<long> bidders = await Ids("Bid", 1);
        Assert.InRange(sellers.Count(people.Contains), sellers.Count * 0.99, sellers.Count);
        Assert.InRange(bidOn.Count(auctions.Contains), bidOn.Count * 0.99, bidOn.Count);
        Assert.InRange(bidders.Count(people.Contains), bidders.Count * 0.99, bidders.Count);

        // Half of the bids are for the hot auction of each hundred, three quarters of a hot bidder.
        Assert.InRange(bidOn.Count(id => id % 100 == 0) / (double)bidOn.Count, 0.48, 0.55);
        Assert.InRange(bidders.Count(id => id % 100 == 1) / (double)bidders.Count, 0.73, 0.79);
    }

    [Fact]
    public async Task Events_look_as_they_should()
    {
        string[] person = (await ReadAsync(Source("Person"))).Rows[3].Split('|');
        Assert.Equal("1003", person[0]);
        Assert.Matches("^[a-z]+ [a-z]+$", person[1]);
        Assert.Matches("^[a-z]{7}@[a-z]{5}\\.com$", person[2]);
        Assert.Matches("^\\d{4} \\d{4} \\d{4} \\d{4}$", person[3]);
        Assert.Equal("2015-07-15 00:00:00.015", person[6]);

        List<string> auctions = (await ReadAsync(Source("Auction"))).Rows;
        Assert.All(auctions, auction =>
        {
            string[] fields = auction.Split('|');
            Assert.True(string.CompareOrdinal(fields[5], fields[6]) < 0);
            Assert.True(Number(fields[3]) <= Number(fields[4]));
            Assert.InRange(Number(fields[8]), 10, 14);
        });

        List<string> bids = (await ReadAsync(Source("Bid"))).Rows;
        Assert.All(bids, bid =>
        {
            string[] fields = bid.Split('|');
            Assert.InRange(Number(fields[2]), 100, 100_000_000);
            Assert.Matches("^(Google|Facebook|Baidu|Apple|channel-\\d+)$", fields[3]);
            Assert.Matches("^https://www\\.nexmark\\.com/[a-z]{5}/[a-z]{5}/[a-z]{5}/item\\.htm\\?query=1(&channel_id=\\d+)?$", fields[4]);
            Assert.InRange(fields[6].Length, 54, 82);
        });
        Assert.InRange(bids.Count(b => !b.Contains("|channel-", StringComparison.Ordinal)) / (double)bids.Count, 0.45, 0.55);
    }

    [Fact]
    public async Task Every_offset_is_a_place_to_go_on_from()
    {
        foreach (string table in new[] { "Person", "Bid", "" })
        {
            SourceRequest request = Source(table, ("nexmark.max.chunk.size", "7"), ("nexmark.event.num", "600"));
            (List<string> all, _, _) = await ReadAsync(request);
            for (int taken = 1; taken < all.Count; taken += 7 * 13)
            {
                (List<string> first, _, ReadOnlyMemory<byte> offset) = await ReadAsync(request, taken);
                (List<string> rest, _, ReadOnlyMemory<byte> end) = await ReadAsync(request with { Offset = offset });
                Assert.Equal(all, first.Concat(rest));
                Assert.Empty((await ReadAsync(request with { Offset = end })).Rows);
            }
        }
    }

    [Fact]
    public async Task The_unified_table_holds_the_events_of_the_three()
    {
        (List<string> rows, _, _) = await ReadAsync(Source("", ("nexmark.event.num", "100")));
        Assert.Equal(100, rows.Count);
        Assert.Equal(["0", "1", "1", "1", "2"], rows.Take(5).Select(r => r.Split('|')[0]));
        Assert.Matches("^0\\|\\(1000,.*\\)\\|NULL\\|NULL$", rows[0]);
        Assert.Matches("^1\\|NULL\\|\\(1000,.*\\)\\|NULL$", rows[1]);
        string bid = (await ReadAsync(Source("Bid"))).Rows[0];
        Assert.StartsWith($"2|NULL|NULL|({string.Join(",", bid.Split('|').Take(4))}", rows[4], StringComparison.Ordinal);
    }

    [Fact]
    public void The_columns_must_be_the_tables()
    {
        SourceRequest request = Source("Bid");
        Fails(SqlState.InvalidTableDefinition, request with { Columns = request.Columns.Reverse().ToImmutableArray() });
        Fails(SqlState.InvalidTableDefinition, request with { Columns = request.Columns.RemoveAt(0) });
        Assert.Equal(["event_type", "person", "auction", "bid"], NexmarkSchema.Of(NexmarkTable.Unified).Select(f => f.Name));
    }

    [Fact]
    public async Task Events_are_paced_over_all_kinds_and_waiting_can_be_cancelled()
    {
        // 1,000 events a second are 20 people a second.
        SourceRequest request = Source("Person", ("nexmark.min.event.gap.in.ns", "1000000"));
        await using ISource source = ConnectorRegistry.Open(request);
        Assert.Equal(1, (await source.ReadAsync(default))!.Deltas!.Count);
        ((ManualClock)request.Clock).Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(20, (await source.ReadAsync(default))!.Deltas!.Count);
        using var cancellation = new CancellationTokenSource(50);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await source.ReadAsync(cancellation.Token));
    }

    private static SourceRequest Source(string table, params (string Name, string Value)[] options)
    {
        var all = new Dictionary<string, string>
        {
            ["nexmark.event.num"] = EventCount.ToString(CultureInfo.InvariantCulture),
            ["nexmark.min.event.gap.in.ns"] = "0",
        };
        if (table.Length > 0)
        {
            all["nexmark.table.type"] = table;
        }

        foreach ((string name, string value) in options)
        {
            all[name] = value;
        }

        ImmutableArray<Field> columns = ConnectorRegistry.ImpliedColumns("nexmark", all)!.Value;
        return Request("nexmark", columns, [.. all.Select(o => (o.Key, o.Value))]);
    }

    private static async Task<List<long>> Ids(string table, int column) =>
        [.. (await ReadAsync(Source(table))).Rows.Select(row => Number(row.Split('|')[column]))];

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
