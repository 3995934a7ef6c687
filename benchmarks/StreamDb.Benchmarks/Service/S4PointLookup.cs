using StreamDb.Benchmarks.Engine;

namespace StreamDb.Benchmarks.Service;

internal sealed class S4PointLookup : IBenchmark
{
    private const int RowCount = 1_000_000;
    private const int BlockRows = 2_000;
    private const int Pipelined = 20;

    public string Name => "s4";

    public string Question => "How many prepared lookups by primary key a second on a million rows, alone, by 8 clients, and 20 in flight for each of 8?";

    public void Run(BenchmarkOptions options, Report report)
    {
        using var pair = new ServerPair(options, report);
        foreach (BenchmarkServer server in pair.Both)
        {
            Create(server);
        }

        pair.Load("1 clients", "queries/s", 1, (_, connection, client) => Lookup(connection, client, 1));
        pair.Load("8 clients", "queries/s", 8, (_, connection, client) => Lookup(connection, client, 1));
        pair.Load("8 clients, 20 in flight each", "queries/s", 8, (_, connection, client) => Lookup(connection, client, Pipelined));
    }

    private static long BalanceOf(long account) => (long)(Mix.Of((ulong)account) % 100_000);

    /// <summary>pgbench's table and query (-S), prepared.</summary>
    private static void Create(BenchmarkServer server)
    {
        using PgClient client = server.Connect();
        client.Execute("CREATE TABLE pgbench_accounts (aid int PRIMARY KEY, bid int, abalance int, filler char(84))");
        var block = new RequestBuffer();
        var blocks = new List<byte[]>();
        for (int start = 1; start <= RowCount; start += BlockRows)
        {
            block.Clear();
            block.Begin((byte)'d');
            for (int account = start; account < start + BlockRows; account++)
            {
                block.Number(account);
                block.Raw("\t1\t"u8);
                block.Number(BalanceOf(account));
                block.Raw("\t\n"u8);
            }

            block.End();
            blocks.Add(block.Written.ToArray());
        }

        client.CopyIn("COPY pgbench_accounts FROM STDIN", blocks);
        if (!server.MaintainsViews)
        {
            // As pgbench -i does: otherwise the first reads would set hint bits and write pages.
            client.Execute("VACUUM ANALYZE pgbench_accounts");
            client.Execute("CHECKPOINT");
        }
    }

    private static Request Lookup(PgClient connection, int client, int count)
    {
        ulong state = Mix.Of((ulong)client);
        var expected = new long[count];
        connection.Prepare("lookup", "SELECT abalance FROM pgbench_accounts WHERE aid = $1");
        return () =>
        {
            for (int i = 0; i < count; i++)
            {
                state = Mix.Of(state);
                long account = (long)(state % RowCount) + 1;
                expected[i] = BalanceOf(account);
                connection.Request.Execute("lookup"u8, account);
            }

            connection.Request.Sync();
            connection.SendAndWait();
            for (int i = 0; i < count; i++)
            {
                if (connection.Answers.Count != count || connection.Answers[i] != expected[i])
                {
                    throw new InvalidOperationException("a lookup gave a wrong balance");
                }
            }

            return count;
        };
    }
}
