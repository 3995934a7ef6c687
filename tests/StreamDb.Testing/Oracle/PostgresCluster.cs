using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace StreamDb.Testing.Oracle;

/// <summary>A throwaway PostgreSQL 15 on a free port of 127.0.0.1, without fsync, in UTC and the C locale.</summary>
/// <remarks>Its programs refuse to run as root; then they run as the user postgres, whom Debian's package makes.</remarks>
public sealed class PostgresCluster : IAsyncDisposable
{
    private const string Programs = "/usr/lib/postgresql/15/bin";

    private readonly string _directory;

    private PostgresCluster(string directory, int port)
    {
        _directory = directory;
        Port = port;
    }

    public static bool IsInstalled => File.Exists($"{Programs}/postgres");

    public int Port { get; }

    /// <summary>For Npgsql.</summary>
    public string ConnectionString =>
        $"Host=127.0.0.1;Port={Port.ToString(CultureInfo.InvariantCulture)};Username=postgres;Database=postgres;Pooling=false;Include Error Detail=true";

    public static async Task<PostgresCluster> StartAsync()
    {
        string directory = (await RunAsync("mktemp", "-d", "-p", "/tmp", "streamdb-postgres-XXXXXX").ConfigureAwait(false)).Trim();
        var cluster = new PostgresCluster(directory, FreePort());
        try
        {
            await RunAsync(
                $"{Programs}/initdb", "-D", $"{directory}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync").ConfigureAwait(false);
            string options = string.Join(' ',
                "-c listen_addresses=127.0.0.1",
                $"-c port={cluster.Port.ToString(CultureInfo.InvariantCulture)}",
                $"-c unix_socket_directories={directory}",
                "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c timezone=UTC -c jit=off -c max_connections=20");
            await RunAsync(
                $"{Programs}/pg_ctl", "-D", $"{directory}/data", "-w", "-t", "60", "-l", $"{directory}/log", "-o", options, "start").ConfigureAwait(false);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("sh", "-c", $"{Programs}/pg_ctl -D {_directory}/data -m immediate stop || true; rm -rf {_directory}").ConfigureAwait(false);
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        bool isRoot = Environment.IsPrivilegedProcess;
        var start = new ProcessStartInfo(isRoot ? "runuser" : program)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        foreach (string argument in isRoot ? ["-u", "postgres", "--", program, .. arguments] : arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using Process process = Process.Start(start)!;

        // The server that pg_ctl leaves behind keeps the pipes open, so their end is not waited for.
        var output = new StringBuilder();
        process.OutputDataReceived += (_, line) => AppendLine(output, line.Data);
        process.ErrorDataReceived += (_, line) => AppendLine(output, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        while (!process.HasExited)
        {
            await Task.Delay(10).ConfigureAwait(false);
        }

        if (program == "mktemp")
        {
            await process.WaitForExitAsync().ConfigureAwait(false);
        }

        lock (output)
        {
            return process.ExitCode == 0
                ? output.ToString()
                : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {output}");
        }
    }

    private static void AppendLine(StringBuilder output, string? line)
    {
        lock (output)
        {
            output.AppendLine(line);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
