using System.Diagnostics;
using System.Runtime;
using StreamDb.Benchmarks;
using StreamDb.State.Spaces;

// Usage: dotnet run -c Release --project benchmarks/StreamDb.Benchmarks -- [--quick | --scale 0.1] [--workers 1] [--epoch 10000] [--warm] [--kept-memory-mib 4000] [--busy-threads 1] name…
// Every class that implements IBenchmark is found by its name; without names they are listed.
var options = BenchmarkOptions.Parse(args);
var benchmarks = typeof(IBenchmark).Assembly.GetTypes()
    .Where(type => type.IsAssignableTo(typeof(IBenchmark)) && type is { IsInterface: false, IsAbstract: false })
    .Select(type => (IBenchmark)Activator.CreateInstance(type)!)
    .ToDictionary(benchmark => benchmark.Name);
if (options.Names.Count == 0)
{
    foreach (IBenchmark benchmark in benchmarks.Values.OrderBy(benchmark => benchmark.Name, StringComparer.Ordinal))
    {
        Console.WriteLine($"{benchmark.Name,-12} {benchmark.Question}");
    }

    return 0;
}

StateSpace.Private.Keep((long)options.KeptMiB << 20).Wait();
for (int i = 0; i < options.BusyThreads; i++)
{
    new Thread(Compute) { IsBackground = true, Name = "busy" }.Start();
}

foreach (string name in options.Names)
{
    if (!benchmarks.TryGetValue(name, out IBenchmark? benchmark))
    {
        Console.Error.WriteLine($"unknown benchmark \"{name}\"");
        return 1;
    }

    if (options.IsWarmed)
    {
        // The runtime compiles what is called often twice.
        const int FewMethods = 5;
        long start = Stopwatch.GetTimestamp();
        long compiled;
        do
        {
            compiled = JitInfo.GetCompiledMethodCount();
            benchmark.Run(options with { Scale = options.Scale / 10 }, new Report(name, isSilent: true));
            CompilerPause.Wait();
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds is double seconds
            && (seconds < 2 || (seconds < 15 && JitInfo.GetCompiledMethodCount() - compiled > FewMethods)));
    }

    benchmark.Run(options, new Report(name));
}

return 0;

static void Compute()
{
    while (true)
    {
        Thread.SpinWait(1_000);
    }
}
