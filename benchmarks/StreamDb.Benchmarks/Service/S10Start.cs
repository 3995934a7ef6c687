using System.Diagnostics;

namespace StreamDb.Benchmarks.Service;

internal sealed class S10Start : IBenchmark
{
    private static readonly string[] _tables =
    [
        "CREATE TABLE customers (id int PRIMARY KEY, region text NOT NULL, active boolean NOT NULL)",
        "CREATE TABLE products (id int PRIMARY KEY, kind text NOT NULL, price bigint NOT NULL)",
        "CREATE TABLE orders (id int PRIMARY KEY, customer int NOT NULL, product int NOT NULL, amount bigint NOT NULL)",
    ];

    /// <summary>Ten operators: three filters, two joins, two reductions, a filter above one, DISTINCT, UNION ALL.</summary>
    private const string View = """
        SELECT c.region AS name, count(*) AS n, sum(o.amount) AS total
        FROM orders o JOIN customers c ON o.customer = c.id JOIN products p ON o.product = p.id
        WHERE o.amount > 10 AND c.active AND p.price < 1000
        GROUP BY c.region HAVING count(*) > 5
        UNION ALL
        SELECT kind, count(*), max(price) FROM (SELECT DISTINCT kind, price FROM products) d GROUP BY kind
        """;

    public string Name => "s10";

    public string Question => "How long from the start of the process until a client is served, and to create a view of ten operators?";

    public void Run(BenchmarkOptions options, Report report)
    {
        using var pair = new ServerPair(options, report);
        foreach (BenchmarkServer server in pair.Both)
        {
            using PgClient client = server.Connect();
            foreach (string table in _tables)
            {
                client.Execute(table);
            }

            // Warm: the first of everything compiles code in one server and fills catalog caches in the other.
            CreateAndDrop(client);
        }

        pair.Single("CREATE MATERIALIZED VIEW, 10 operators, no rows, warm", "ms", server =>
        {
            using PgClient client = server.Connect();
            double[] sorted = [.. Enumerable.Range(0, 30).Select(_ => CreateAndDrop(client)).Order()];
            return sorted[sorted.Length / 2];
        });
        pair.Single("process start until a client is served, existing directory", "ms", server =>
        {
            server.Stop();
            return server.Start().TotalMilliseconds;
        });
    }

    private static double CreateAndDrop(PgClient client)
    {
        long start = Stopwatch.GetTimestamp();
        client.Execute($"CREATE MATERIALIZED VIEW summary AS {View}");
        double elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        client.Execute("DROP MATERIALIZED VIEW summary");
        return elapsed;
    }
}
