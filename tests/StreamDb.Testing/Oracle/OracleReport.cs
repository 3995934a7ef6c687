using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace StreamDb.Testing.Oracle;

/// <summary>The failures of a range of seeds, with programs small enough to paste.</summary>
internal sealed record OracleReport(int SeedFirst, int Count, IReadOnlyList<string> Failures)
{
    /// <summary>Variables that choose other programs than the usual ones.</summary>
    public const string SeedVariable = "STREAMDB_ORACLE_SEED";

    public const string CountVariable = "STREAMDB_ORACLE_COUNT";

    private static readonly TimeSpan _shrinkLimit = TimeSpan.FromSeconds(20);

    public string Summary => string.Create(
        CultureInfo.InvariantCulture, $"seeds {SeedFirst} to {SeedFirst + Count - 1}: {Count} programs, {Failures.Count} failures");

    public override string ToString() => Failures.Count == 0 ? Summary : $"{Summary}\n\n{string.Join("\n\n", Failures)}";

    /// <summary>Runs the programs of a range of seeds on all cores; stops early after <paramref name="failuresMax"/> failures.</summary>
    /// <param name="isPostgres">Whether PostgreSQL runs them, too: then they have nothing that it has not.</param>
    /// <param name="restarts">Whether the server is killed and started again in the middle of them.</param>
    public static async Task<OracleReport> RunAsync(
        int count, Func<OracleProgram, Task<ProgramFailure?>> run, int seed = 1, int failuresMax = 3, bool restarts = false, bool isPostgres = false)
    {
        int first = Variable(SeedVariable) ?? seed;
        count = Variable(CountVariable) ?? count;
        var failures = new ConcurrentQueue<string>();
        await Parallel.ForAsync(
            first,
            first + count,
            new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount },
            async (current, _) =>
            {
                OracleProgram program = ProgramGenerator.Generate(current, isPostgres);
                program = restarts ? program.WithRestarts() : program;
                if (failures.Count < failuresMax && await run(program).ConfigureAwait(false) is { } failure)
                {
                    (OracleProgram small, ProgramFailure shown) =
                        await ProgramShrinker.ShrinkAsync(program, failure, run, _shrinkLimit).ConfigureAwait(false);
                    failures.Enqueue(Describe(small, shown));
                }
            }).ConfigureAwait(false);
        return new OracleReport(first, count, [.. failures]);
    }

    private static string Describe(OracleProgram program, ProgramFailure failure) => new StringBuilder()
        .Append(CultureInfo.InvariantCulture, $"-- seed {program.Seed} ({SeedVariable}={program.Seed} {CountVariable}=1), ")
        .Append(CultureInfo.InvariantCulture, $"{program.WorkerCount} workers: {failure.Kind}\n")
        .Append(program)
        .Append(CultureInfo.InvariantCulture, $"-- {failure.Message.ReplaceLineEndings("\n-- ")}")
        .ToString();

    private static int? Variable(string name) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out int value) ? value : null;
}
