using System.Globalization;
using StreamDb.Testing.Crash;
using StreamDb.Testing.Oracle;
using StreamDb.Testing.State;
using StreamDb.Testing.Workloads;

// Child processes of tests that kill them, and the long-running checks.
return args switch
{
    ["append-log", string directory] => LogAppender.Run(directory),
    ["oracle", "views" or "postgres" or "generator", string seed, string count] =>
        await OracleCommand.RunAsync(args[1], Number(seed), Number(count)),
    ["workload", "tpch", string seed, string changes] =>
        await OracleCommand.RunWorkloadAsync(TpchProgram.Generate(Number(seed), Number(changes))),
    ["workload", "nexmark", string seed, string changes] =>
        await OracleCommand.RunWorkloadAsync(NexmarkProgram.Generate(Number(seed), Number(changes))),
    ["crash", "--cycles", string cycles] => await CrashAsync(Number(cycles)),
    _ => 2,
};

static async Task<int> CrashAsync(int cycles)
{
    Console.WriteLine(await CrashHarness.RunAsync(new CrashOptions { Cycles = cycles }));
    return 0;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
