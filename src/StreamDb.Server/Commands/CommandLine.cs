using System.CommandLine;
using Microsoft.Extensions.Logging;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Diagnostics;
using StreamDb.Server.Configuration;

namespace StreamDb.Server.Commands;

/// <summary>The program's commands; without a command it serves.</summary>
internal static class CommandLine
{
    /// <summary>Makes the command tree.</summary>
    /// <param name="environment">Looks up an environment variable.</param>
    /// <param name="run">What serving is.</param>
    public static RootCommand Create(Func<string, string?> environment, Func<ServerOptions, Task<int>> run)
    {
        var options = new ServerOptionSet(environment);
        var serve = new Command("serve", "Serve PostgreSQL clients until told to stop (the default).");
        var root = new RootCommand("StreamDb: a streaming SQL database that speaks PostgreSQL's protocol.");
        foreach (Command command in (Command[])[root, serve])
        {
            foreach (Option option in options.All)
            {
                command.Options.Add(option);
            }

            command.SetAction(result => run(options.Read(result)));
        }

        root.Subcommands.Add(serve);
        root.Subcommands.Add(DataDirectoryCommands.Check(environment));
        root.Subcommands.Add(DataDirectoryCommands.Info(environment));
        return root;
    }

    /// <summary>Serves with a real database until a signal.</summary>
    public static async Task<int> ServeAsync(ServerOptions options, Func<ServerOptions, ILoggerFactory, RecoveryProgress, Task<IDatabase>> open)
    {
        Task signalled = ServeCommand.UntilSignalled(out IDisposable registration);
        using (registration)
        {
            return await ServeCommand.RunAsync(options, open, Console.Out, Console.Error, signalled).ConfigureAwait(false);
        }
    }
}
