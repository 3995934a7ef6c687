namespace StreamDb.Testing.Oracle;

/// <summary>The oracles from the command line: <c>oracle views|restarts|postgres|generator SEED COUNT</c>, and <c>workload tpch|nexmark SEED CHANGES</c>.</summary>
internal static class OracleCommand
{
    private const int FailuresMax = 20;

    public static async Task<int> RunAsync(string which, int seed, int count)
    {
        OracleReport report;
        if (which is "views" or "restarts")
        {
            report = await OracleReport.RunAsync(count, ViewOracle.RunAsync, seed, FailuresMax, which == "restarts").ConfigureAwait(false);
        }
        else
        {
            await using PostgresCluster postgres = await PostgresCluster.StartAsync().ConfigureAwait(false);
            report = which == "postgres"
                ? await OracleReport.RunAsync(count, p => PostgresOracle.RunAsync(p, postgres.ConnectionString), seed, FailuresMax, isPostgres: true).ConfigureAwait(false)
                : await OracleReport.RunAsync(count, p => GeneratorCheck.RunAsync(p, postgres.ConnectionString), seed, FailuresMax, isPostgres: true).ConfigureAwait(false);
        }

        await Console.Out.WriteLineAsync(report.ToString()).ConfigureAwait(false);
        return report.Failures.Count == 0 ? 0 : 1;
    }

    /// <summary>One workload's program on both oracles.</summary>
    public static async Task<int> RunWorkloadAsync(OracleProgram program)
    {
        HashSet<string> filled = [];
        ProgramFailure? failure = await ViewOracle.RunAsync(program, filled).ConfigureAwait(false);
        await Console.Out.WriteLineAsync($"views: {failure?.ToString() ?? "equal"}; with rows: {string.Join(' ', filled)}").ConfigureAwait(false);
        await using PostgresCluster postgres = await PostgresCluster.StartAsync().ConfigureAwait(false);
        ProgramFailure? other = await PostgresOracle.RunAsync(program, postgres.ConnectionString).ConfigureAwait(false);
        await Console.Out.WriteLineAsync($"PostgreSQL: {other?.ToString() ?? "equal"}").ConfigureAwait(false);
        return failure is null && other is null ? 0 : 1;
    }
}
