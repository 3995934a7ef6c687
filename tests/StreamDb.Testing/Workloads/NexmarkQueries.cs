using System.Collections.Immutable;

namespace StreamDb.Testing.Workloads;

/// <summary>Nexmark's queries, as far as SQL says them: q11 needs sessions and q12 processing time.</summary>
/// <remarks>
/// Where a query takes the first rows of an order, the order goes on until it is total. q13 joins with a table, as its side
/// input. Constants fit a few hundred events.
/// </remarks>
internal static class NexmarkQueries
{
    private const string HotItems = """
        SELECT auction, count(*) AS num, window_start AS start_time FROM hop(bid, date_time, interval '2 seconds', interval '10 seconds')
        GROUP BY auction, window_start
        """;

    public static ImmutableArray<(string Name, string Sql)> All { get; } =
    [
        ("q0", "SELECT auction, bidder, price, date_time, extra FROM bid"),
        ("q1", "SELECT auction, bidder, 0.908 * price AS price, date_time, extra FROM bid"),
        ("q2", "SELECT auction, price FROM bid WHERE auction % 7 = 0"),
        ("q3", """
            SELECT p.name, p.city, p.state, a.id FROM auction AS a JOIN person AS p ON a.seller = p.id
            WHERE a.category = 10 AND (p.state = 'or' OR p.state = 'id' OR p.state = 'ca')
            """),
        ("q4", """
            SELECT q.category, avg(q.final) AS avg
            FROM (SELECT max(b.price) AS final, a.category FROM auction a, bid b
                WHERE a.id = b.auction AND b.date_time BETWEEN a.date_time AND a.expires GROUP BY a.id, a.category) q
            GROUP BY q.category
            """),
        ("q5", $"""
            SELECT bids.auction, bids.num FROM ({HotItems}) AS bids
            JOIN (SELECT max(num) AS num, start_time FROM ({HotItems}) AS counted GROUP BY start_time) AS best
                ON bids.start_time = best.start_time AND bids.num >= best.num
            """),
        ("q6", """
            SELECT q.seller, avg(q.final) OVER (PARTITION BY q.seller ORDER BY q.date_time, q.id ROWS BETWEEN 10 PRECEDING AND CURRENT ROW) AS avg
            FROM (SELECT a.id, a.seller, b.price AS final, b.date_time,
                    row_number() OVER (PARTITION BY a.id, a.seller ORDER BY b.price DESC, b.date_time, b.extra) AS place
                FROM auction AS a, bid AS b WHERE a.id = b.auction AND b.date_time BETWEEN a.date_time AND a.expires) AS q
            WHERE q.place <= 1
            """),
        ("q7", """
            SELECT b.auction, b.price, b.bidder, b.date_time, b.extra FROM bid b
            JOIN (SELECT max(price) AS price, window_end FROM tumble(bid, date_time, interval '10 seconds') GROUP BY window_end) AS best
                ON b.price = best.price
            WHERE b.date_time BETWEEN best.window_end - interval '10 seconds' AND best.window_end
            """),
        ("q8", """
            SELECT p.id, p.name, p.window_start
            FROM (SELECT id, name, window_start, window_end FROM tumble(person, date_time, interval '10 seconds')
                GROUP BY id, name, window_start, window_end) AS p
            JOIN (SELECT seller, window_start, window_end FROM tumble(auction, date_time, interval '10 seconds')
                GROUP BY seller, window_start, window_end) AS a
                ON p.id = a.seller AND p.window_start = a.window_start AND p.window_end = a.window_end
            """),
        ("q9", """
            SELECT id, item_name, seller, category, auction, bidder, price, bid_date_time
            FROM (SELECT a.*, b.auction, b.bidder, b.price, b.date_time AS bid_date_time,
                    row_number() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.date_time, b.extra) AS place
                FROM auction a, bid b WHERE a.id = b.auction AND b.date_time BETWEEN a.date_time AND a.expires) AS ranked
            WHERE place <= 1
            """),
        ("q10", "SELECT auction, bidder, price, date_time, extra, to_char(date_time, 'YYYY-MM-DD') AS day, to_char(date_time, 'HH24:MI') AS minute FROM bid"),
        ("q13", "SELECT b.auction, b.bidder, b.price, b.date_time, s.value FROM bid b JOIN side_input s ON b.auction % 10 = s.key"),
        ("q14", """
            SELECT auction, bidder, 0.908 * price AS price,
                CASE WHEN extract(hour FROM date_time) >= 8 AND extract(hour FROM date_time) <= 18 THEN 'dayTime'
                    WHEN extract(hour FROM date_time) <= 6 OR extract(hour FROM date_time) >= 20 THEN 'nightTime' ELSE 'otherTime' END AS kind,
                date_time, extra, length(extra) - length(replace(extra, 'c', '')) AS c_counts
            FROM bid WHERE 0.908 * price > 10000 AND 0.908 * price < 50000000
            """),
        ("q15", """
            SELECT to_char(date_time, 'YYYY-MM-DD') AS day, count(*) AS bids, count(*) FILTER (WHERE price < 10000) AS rank1_bids,
                count(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bids, count(*) FILTER (WHERE price >= 1000000) AS rank3_bids,
                count(DISTINCT bidder) AS bidders, count(DISTINCT bidder) FILTER (WHERE price < 10000) AS rank1_bidders,
                count(DISTINCT bidder) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bidders,
                count(DISTINCT bidder) FILTER (WHERE price >= 1000000) AS rank3_bidders,
                count(DISTINCT auction) AS auctions, count(DISTINCT auction) FILTER (WHERE price < 10000) AS rank1_auctions,
                count(DISTINCT auction) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_auctions,
                count(DISTINCT auction) FILTER (WHERE price >= 1000000) AS rank3_auctions
            FROM bid GROUP BY to_char(date_time, 'YYYY-MM-DD')
            """),
        ("q16", """
            SELECT channel, to_char(date_time, 'YYYY-MM-DD') AS day, max(to_char(date_time, 'HH24:MI')) AS minute, count(*) AS bids,
                count(*) FILTER (WHERE price < 10000) AS rank1_bids, count(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bids,
                count(*) FILTER (WHERE price >= 1000000) AS rank3_bids, count(DISTINCT bidder) AS bidders,
                count(DISTINCT bidder) FILTER (WHERE price < 10000) AS rank1_bidders, count(DISTINCT auction) AS auctions,
                count(DISTINCT auction) FILTER (WHERE price >= 1000000) AS rank3_auctions
            FROM bid GROUP BY channel, to_char(date_time, 'YYYY-MM-DD')
            """),
        ("q17", """
            SELECT auction, to_char(date_time, 'YYYY-MM-DD') AS day, count(*) AS bids, count(*) FILTER (WHERE price < 10000) AS rank1_bids,
                count(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bids, count(*) FILTER (WHERE price >= 1000000) AS rank3_bids,
                min(price) AS min_price, max(price) AS max_price, avg(price) AS avg_price, sum(price) AS sum_price
            FROM bid GROUP BY auction, to_char(date_time, 'YYYY-MM-DD')
            """),
        ("q18", """
            SELECT auction, bidder, price, channel, url, date_time, extra
            FROM (SELECT *, row_number() OVER (PARTITION BY bidder, auction ORDER BY date_time DESC, extra) AS place FROM bid) AS ranked
            WHERE place <= 1
            """),
        ("q19", """
            SELECT auction, bidder, price, extra, place
            FROM (SELECT *, row_number() OVER (PARTITION BY auction ORDER BY price DESC, date_time, extra) AS place FROM bid) AS ranked
            WHERE place <= 10
            """),
        ("q20", """
            SELECT auction, bidder, price, channel, url, b.date_time AS bid_date_time, b.extra AS bid_extra, item_name, description,
                initial_bid, reserve, a.date_time AS auction_date_time, expires, seller, category, a.extra AS auction_extra
            FROM bid AS b JOIN auction AS a ON b.auction = a.id WHERE a.category = 10
            """),
        ("q21", """
            SELECT auction, bidder, price, channel,
                CASE WHEN lower(channel) = 'apple' THEN '0' WHEN lower(channel) = 'google' THEN '1' WHEN lower(channel) = 'facebook' THEN '2'
                    WHEN lower(channel) = 'baidu' THEN '3' ELSE (regexp_match(url, '(&|^)channel_id=([^&]*)'))[2] END AS channel_id
            FROM bid
            WHERE (regexp_match(url, '(&|^)channel_id=([^&]*)'))[2] IS NOT NULL OR lower(channel) IN ('apple', 'google', 'facebook', 'baidu')
            """),
        ("q22", """
            SELECT auction, bidder, price, channel, split_part(url, '/', 4) AS dir1, split_part(url, '/', 5) AS dir2, split_part(url, '/', 6) AS dir3
            FROM bid
            """),
    ];

    /// <summary>The query with its time windows spelled out, for a database that has none.</summary>
    public static string WithoutWindowFunctions(string sql)
    {
        foreach (string relation in (string[])["bid", "person", "auction"])
        {
            const string Start = "date_bin('10 seconds', date_time, '1970-01-01')";
            sql = sql
                .Replace(
                    $"tumble({relation}, date_time, interval '10 seconds')",
                    $"(SELECT *, {Start} AS window_start, {Start} + interval '10 seconds' AS window_end FROM {relation}) AS {relation}",
                    StringComparison.Ordinal)
                .Replace(
                    $"hop({relation}, date_time, interval '2 seconds', interval '10 seconds')",
                    $"(SELECT r.*, w AS window_start FROM {relation} r, generate_series(date_bin('2 seconds', date_time - interval '10 seconds', '1970-01-01') + interval '2 seconds', date_time, interval '2 seconds') AS w) AS {relation}",
                    StringComparison.Ordinal);
        }

        return sql;
    }
}
