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
    ["crash", .. string[] options] => await CrashAsync(options),
    _ => 2,
};

// crash [--cycles 500] [--seed 7] [--checkpoint-interval-ms 100]: with an interval, half of the lives end at kill points.
static async Task<int> CrashAsync(string[] arguments)
{
    var options = new CrashOptions();
    for (int i = 0; i + 1 < arguments.Length; i += 2)
    {
        int value = Number(arguments[i + 1]);
        options = arguments[i] switch
        {
            "--cycles" => options with { Cycles = value },
            "--seed" => options with { Seed = value },
            "--checkpoint-interval-ms" => options with { CheckpointIntervalMs = value, KillPointPercent = 50 },
            _ => throw new ArgumentException($"unknown option {arguments[i]}"),
        };
    }

    Console.WriteLine(await CrashHarness.RunAsync(options));
    return 0;
}

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
