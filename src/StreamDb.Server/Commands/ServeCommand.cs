using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Errors;
using StreamDb.Server.Configuration;

namespace StreamDb.Server.Commands;

/// <summary><c>streamdb serve</c>: opens the database, listens, and runs until a signal.</summary>
internal static class ServeCommand
{
    /// <summary>Opens the database, serves it until <paramref name="stop"/> completes, and closes it.</summary>
    /// <param name="output">Gets the line <c>listening on …</c> once clients may connect.</param>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(
        ServerOptions options, Func<ServerOptions, ILoggerFactory, Task<IDatabase>> open, TextWriter output, TextWriter error, Task stop)
    {
        using ILoggerFactory loggers = Logging.CreateFactory(options.LogLevel);
        IDatabase? database = null;
        try
        {
            database = await open(options, loggers).ConfigureAwait(false);
            await using ServerHost host = await ServerHost.StartAsync(database, options, loggers).ConfigureAwait(false);
            await output.WriteLineAsync($"listening on {string.Join(", ", host.EndPoints)}").ConfigureAwait(false);
            await output.FlushAsync().ConfigureAwait(false);
            await stop.ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is SqlException or SocketException or IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            await error.WriteLineAsync($"streamdb: {failure.Message}").ConfigureAwait(false);
            return ExitCodes.CannotStart;
        }
        finally
        {
            if (database is IAsyncDisposable closing)
            {
                await closing.DisposeAsync().ConfigureAwait(false);
            }
        }

        return ExitCodes.Success;
    }

    /// <summary>Completes at the first SIGINT or SIGTERM; a second one ends the process at once.</summary>
    public static Task UntilSignalled(out IDisposable registration)
    {
        var signalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var registrations = new SignalRegistrations(
            PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle));
        registration = registrations;
        return signalled.Task;

        void Handle(PosixSignalContext context) => context.Cancel = signalled.TrySetResult();
    }

    private sealed class SignalRegistrations(PosixSignalRegistration interrupt, PosixSignalRegistration terminate) : IDisposable
    {
        public void Dispose()
        {
            interrupt.Dispose();
            terminate.Dispose();
        }
    }
}
