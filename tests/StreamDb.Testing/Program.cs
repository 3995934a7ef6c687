using System.Globalization;
using StreamDb.Testing.Crash;
using StreamDb.Testing.Oracle;
using StreamDb.Testing.State;
using StreamDb.Testing.Workloads;

// Child processes of tests that kill them, and the long-running checks.
return args switch
{
    ["append-log", string directory] => LogAppender.Run(directory),
    ["oracle", "views" or "restarts" or "postgres" or "generator", string seed, string count] =>
        await OracleCommand.RunAsync(args[1], Number(seed), Number(count)),
    ["workload", "tpch", string seed, string changes] =>
        await OracleCommand.RunWorkloadAsync(TpchProgram.Generate(Number(seed), Number(changes))),
    ["workload", "nexmark", string seed, string changes] =>
        await OracleCommand.RunWorkloadAsync(NexmarkProgram.Generate(Number(seed), Number(changes))),
    ["crash", "--cycles", string cycles] => await CrashAsync(new CrashOptions { Cycles = Number(cycles) }),
    ["crash", "--cycles", string cycles, "--checkpoint-interval-ms", string interval] => await CrashAsync(new CrashOptions
    {
        Cycles = Number(cycles),
        CheckpointIntervalMs = Number(interval),
        KillPointPercent = 50,
    }),
    _ => 2,
};

static async Task<int> CrashAsync(CrashOptions options)
{
    Console.WriteLine(await CrashHarness.RunAsync(options));
    return 0;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
