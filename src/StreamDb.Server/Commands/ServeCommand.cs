using System.Diagnostics;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Server.Configuration;

namespace StreamDb.Server.Commands;

/// <summary><c>streamdb serve</c>: listens, opens the database, and runs until a signal.</summary>
internal static class ServeCommand
{
    /// <summary>Opens the database, serves it until <paramref name="stop"/> completes, and closes it.</summary>
    /// <param name="open">What takes as long as recovery does.</param>
    /// <param name="output">Gets the line <c>listening on …</c> once clients may connect, and <c>ready …</c> once they are served.</param>
    /// <returns>An exit code.</returns>
    public static async Task<int> RunAsync(
        ServerOptions options, Func<ServerOptions, ILoggerFactory, RecoveryProgress, Task<IDatabase>> open, TextWriter output, TextWriter error, Task stop)
    {
        using ILoggerFactory loggers = Logging.CreateFactory(options.LogLevel);
        var progress = new RecoveryProgress();
        long start = Stopwatch.GetTimestamp();
        Task<IDatabase>? opening = null;
        try
        {
            opening = open(options, loggers, progress);
            await using ServerHost host = await ServerHost.StartAsync(new StartingDatabase(opening, progress), options, loggers).ConfigureAwait(false);
            await WriteLineAsync(output, $"listening on {string.Join(", ", host.EndPoints)}").ConfigureAwait(false);
            if (await Task.WhenAny(opening, stop).ConfigureAwait(false) == opening)
            {
                await opening.ConfigureAwait(false);
                await WriteLineAsync(output, $"ready after {(long)Stopwatch.GetElapsedTime(start).TotalMilliseconds} ms").ConfigureAwait(false);
                await stop.ConfigureAwait(false);
            }
        }
        catch (Exception failure) when (failure is SqlException or SocketException or IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            await error.WriteLineAsync($"streamdb: {failure.Message}").ConfigureAwait(false);
            return ExitCodes.CannotStart;
        }
        finally
        {
            // What is still recovering changes nothing that the next start could not do again, and ends with the process.
            if (opening is { IsCompletedSuccessfully: true, Result: IAsyncDisposable opened })
            {
                await opened.DisposeAsync().ConfigureAwait(false);
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

    private static async Task WriteLineAsync(TextWriter output, string line)
    {
        await output.WriteLineAsync(line).ConfigureAwait(false);
        await output.FlushAsync().ConfigureAwait(false);
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
