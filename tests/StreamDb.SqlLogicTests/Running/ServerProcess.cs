using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>A server started by the runner. Its output goes to a temporary file that is kept when it dies by itself.</summary>
public sealed class ServerProcess : IDisposable
{
    private static readonly TimeSpan _startTimeout = TimeSpan.FromSeconds(60);

    private readonly string _command;
    private Process? _process;
    private string? _log;

    public ServerProcess(string command) => _command = command;

    public int Port { get; private set; }

    public bool IsRunning => _process is { HasExited: false };

    /// <summary>Stops the present process, if any, and starts a fresh one on a free port.</summary>
    /// <exception cref="InvalidOperationException">The server does not listen within a minute.</exception>
    public void Restart()
    {
        Dispose();
        Port = FreePort();
        string command = _command.Replace("{port}", Port.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardInput = true };
        start.ArgumentList.Add("-c");
        string log = _log = Path.Combine(Path.GetTempPath(), $"streamdb-slt-{Environment.ProcessId}-{Port}.log");
        start.ArgumentList.Add($"exec {command} >{log} 2>&1");
        _process = Process.Start(start) ?? throw new InvalidOperationException($"cannot start {command}");
        Stopwatch waited = Stopwatch.StartNew();
        while (!Listens())
        {
            if (!IsRunning || waited.Elapsed > _startTimeout)
            {
                throw new InvalidOperationException($"the server does not come up: {LastLine(log)}");
            }

            Thread.Sleep(50);
        }
    }

    public void Dispose()
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            _process.WaitForExit();
            File.Delete(_log!);
        }

        _process.Dispose();
        _process = null;
    }

    private static string LastLine(string log) =>
        File.Exists(log) ? File.ReadLines(log).LastOrDefault(l => l.Trim().Length > 0) ?? "it says nothing" : "it leaves no log";

    private bool Listens()
    {
        try
        {
            using Socket socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Connect(IPAddress.Loopback, Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
