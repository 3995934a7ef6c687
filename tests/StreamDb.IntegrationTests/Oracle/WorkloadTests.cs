using StreamDb.Testing.Oracle;
using StreamDb.Testing.Workloads;
using Xunit;

namespace StreamDb.IntegrationTests.Oracle;

/// <summary>The queries of TPC-H and Nexmark as views under a random stream of changes: incremental = batch = PostgreSQL 15.</summary>
public sealed class WorkloadTests
{
    private const int ChangeCount = 40;

    [Fact]
    public async Task Each_TPC_H_view_equals_its_query_after_every_statement()
    {
        // No single program is so small and yet gives every query rows.
        HashSet<string> filled = [];
        for (int seed = 1; seed <= 3; seed++)
        {
            Assert.Null(await ViewOracle.RunAsync(TpchProgram.Generate(seed, ChangeCount), filled));
        }

        Assert.Empty(TpchQueries.All.Select(q => q.Name).Except(filled));
    }

    [PostgresFact]
    public async Task Each_TPC_H_view_equals_PostgreSQL()
    {
        await using PostgresCluster postgres = await PostgresCluster.StartAsync();

        Assert.Null(await PostgresOracle.RunAsync(TpchProgram.Generate(2, ChangeCount), postgres.ConnectionString));
    }

    [Fact]
    public async Task Each_Nexmark_view_equals_its_query_after_every_statement()
    {
        HashSet<string> filled = [];

        ProgramFailure? failure = await ViewOracle.RunAsync(NexmarkProgram.Generate(1, ChangeCount), filled);

        Assert.Null(failure);
        Assert.Empty(NexmarkQueries.All.Select(q => q.Name).Except(filled));
    }

    [PostgresFact]
    public async Task Each_Nexmark_view_equals_PostgreSQL()
    {
        await using PostgresCluster postgres = await PostgresCluster.StartAsync();

        Assert.Null(await PostgresOracle.RunAsync(NexmarkProgram.Generate(2, ChangeCount), postgres.ConnectionString));
    }
}
