using System.CommandLine;
using StreamDb.Coordinator;
using StreamDb.Coordinator.Sessions;
using StreamDb.Coordinator.Sources;
using StreamDb.Server.Commands;

// Signals are handled by the serve command, which needs longer than the two seconds the library would give it.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = null };
return await CommandLine
    .Create(Environment.GetEnvironmentVariable, options => CommandLine.ServeAsync(
        options,
        (serverOptions, loggers, progress) => Task.Run<IDatabase>(() => Instance.Open(
            new DatabaseOptions
            {
                DataDirectory = serverOptions.DataDirectory,
                WorkerCount = serverOptions.WorkerCount,
                CheckpointIntervalMs = serverOptions.CheckpointIntervalMs,
                CheckpointLogBytes = (long)serverOptions.CheckpointLogMiB << 20,
                MemoryLimitBytes = (long)serverOptions.MemoryLimitMiB << 20,
                KeptMemoryBytes = (long)serverOptions.KeptMemoryMiB << 20,
                QueryMemoryBytes = (long)serverOptions.QueryMemoryMiB << 20,
                FileRoot = serverOptions.FileRoot,
                Progress = progress,
                Loggers = loggers,
            },
            BuiltInConnectors.Instance))))
    .Parse(args)
    .InvokeAsync(invocation)
    .ConfigureAwait(false);
