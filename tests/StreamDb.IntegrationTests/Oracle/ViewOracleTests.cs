using StreamDb.Testing.Oracle;
using Xunit;
using Xunit.Abstractions;

namespace StreamDb.IntegrationTests.Oracle;

/// <summary>Incremental = batch (DESIGN section 11, oracle a).</summary>
public sealed class ViewOracleTests(ITestOutputHelper output)
{
    [Fact]
    public async Task After_every_statement_each_view_equals_its_query()
    {
        OracleReport report = await OracleReport.RunAsync(2000, ViewOracle.RunAsync);

        output.WriteLine(report.Summary);
        Assert.True(report.Failures.Count == 0, report.ToString());
    }

    [Fact]
    public async Task Also_when_the_server_is_killed_and_restored_from_checkpoints_and_log_in_between()
    {
        OracleReport report = await OracleReport.RunAsync(500, ViewOracle.RunAsync, restarts: true);

        output.WriteLine(report.Summary);
        Assert.True(report.Failures.Count == 0, report.ToString());
    }
}
