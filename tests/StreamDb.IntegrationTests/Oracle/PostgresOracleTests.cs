using StreamDb.Testing.Oracle;
using Xunit;
using Xunit.Abstractions;

namespace StreamDb.IntegrationTests.Oracle;

/// <summary>The same programs on PostgreSQL 15 (DESIGN section 11, oracle b).</summary>
public sealed class PostgresOracleTests(ITestOutputHelper output)
{
    [PostgresFact]
    public async Task Statements_end_as_in_PostgreSQL_and_relations_hold_the_same_rows()
    {
        await using PostgresCluster postgres = await PostgresCluster.StartAsync();

        // Other seeds than the view oracle's.
        OracleReport report = await OracleReport.RunAsync(200, p => PostgresOracle.RunAsync(p, postgres.ConnectionString), 100_001, isPostgres: true);

        output.WriteLine(report.Summary);
        Assert.True(report.Failures.Count == 0, report.ToString());
    }
}
