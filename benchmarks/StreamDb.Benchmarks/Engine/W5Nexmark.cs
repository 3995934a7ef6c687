using StreamDb.Connectors.Generators;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;

namespace StreamDb.Benchmarks.Engine;

/// <summary>W5: 10 M Nexmark events, numeric columns only, 10k events to a second of event time; nothing is ever forgotten.</summary>
internal sealed class W5Nexmark : IBenchmark
{
    private const int EpochEvents = 10_000;

    /// <summary>Epochs that are generated together: a pause of a generator before each would let the workers fall asleep.</summary>
    private const int EpochsAhead = 100;

    private static readonly (string Name, string Query)[] _queries =
    [
        (
            "q4",
            """
            SELECT category, avg(final)
            FROM (
                SELECT a.id, a.category, max(b.price) AS final
                FROM auction a JOIN bid b ON a.id = b.auction
                WHERE b.time BETWEEN a.time AND a.expires
                GROUP BY a.id, a.category) AS won
            GROUP BY category
            """),
        (
            "q5",
            """
            WITH bids AS (
                SELECT auction, w, count(*) AS n
                FROM bid, LATERAL generate_series(time / 2000 - 4, time / 2000) AS w
                GROUP BY auction, w)
            SELECT b.w, b.auction, b.n
            FROM bids b JOIN (SELECT w, max(n) AS most FROM bids GROUP BY w) m ON b.w = m.w AND b.n = m.most
            """),
        (
            "q7",
            """
            SELECT b.auction, b.price, b.bidder, b.time
            FROM bid b JOIN (SELECT time / 10000 AS w, max(price) AS most FROM bid GROUP BY time / 10000) m
              ON b.time / 10000 = m.w AND b.price = m.most
            """),
    ];

    public string Name => "w5";

    public string Question => "How many Nexmark events a second do queries 4, 5 and 7 take, without strings?";

    public void Run(BenchmarkOptions options, Report report)
    {
        int epochs = (int)(10_000_000 * options.Scale) / EpochEvents;
        foreach ((string name, string query) in _queries)
        {
            using var run = new EngineRun(options.Workers);
            var schema = new SqlSchema(run);
            RelationId auctions = schema.Table(
                "CREATE TABLE auction (id bigint NOT NULL, time bigint NOT NULL, expires bigint NOT NULL, category bigint NOT NULL)");
            RelationId bids = schema.Table(
                "CREATE TABLE bid (auction bigint NOT NULL, bidder bigint NOT NULL, price bigint NOT NULL, time bigint NOT NULL)");
            schema.Counted(query);
            var generator = new NexmarkGenerator(new NexmarkOptions(new Dictionary<string, string> { ["connector"] = "nexmark" }));
            run.Start();
            for (int first = 0; first < epochs; first += EpochsAhead)
            {
                (DeltaBatch Auctions, DeltaBatch Bids)[] made =
                    [.. Enumerable.Range(first, Math.Min(EpochsAhead, epochs - first)).Select(epoch => Make(generator, (long)epoch * EpochEvents))];
                foreach ((DeltaBatch auctionRows, DeltaBatch bidRows) in made)
                {
                    run.Add(auctions, auctionRows);
                    run.Add(bids, bidRows);
                    run.Step();
                }
            }

            run.Finish(report, name, (long)epochs * EpochEvents);
            report.Count($"{name} outputs", run.Outputs, null);
        }
    }

    private static (DeltaBatch Auctions, DeltaBatch Bids) Make(NexmarkGenerator generator, long start)
    {
        var made = new NexmarkEvent();
        using var auctionRows = new LongRows(4);
        using var bidRows = new LongRows(4);
        for (long i = start; i < start + EpochEvents; i++)
        {
            NexmarkTable kind = generator.Make(i, made);
            ReadOnlySpan<long> n = made.Numbers;
            if (kind == NexmarkTable.Auction)
            {
                auctionRows.Add(n[0], n[3] / 1000, n[4] / 1000, n[6]);
            }
            else if (kind == NexmarkTable.Bid)
            {
                bidRows.Add(n[0], n[1], n[2], n[3] / 1000);
            }
        }

        return (auctionRows.Finish(), bidRows.Finish());
    }

    /// <summary>Rows of 64-bit integers under construction.</summary>
    private sealed class LongRows(int width) : IDisposable
    {
        private readonly ColumnBuilder[] _columns =
            [.. Enumerable.Range(0, width).Select(_ => new ColumnBuilder(PhysicalType.Int64, EpochEvents))];

        private int _count;

        public void Add(params ReadOnlySpan<long> row)
        {
            for (int i = 0; i < row.Length; i++)
            {
                _columns[i].Append(row[i]);
            }

            _count++;
        }

        public DeltaBatch Finish() => new(new ColumnBatch([.. _columns.Select(c => c.Finish())], _count));

        public void Dispose()
        {
            foreach (ColumnBuilder column in _columns)
            {
                column.Dispose();
            }
        }
    }
}
