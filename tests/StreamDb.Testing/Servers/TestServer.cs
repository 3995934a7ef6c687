using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using Npgsql;

namespace StreamDb.Testing.Servers;

/// <summary>The real program as a child process on a free port of 127.0.0.1.</summary>
/// <remarks>
/// <c>await using var server = await TestServer.StartAsync(options)</c>. Disposing kills it. To test restarts, call
/// <see cref="Kill"/> or <see cref="StopAsync"/> and start another one with the same options.
/// </remarks>
public sealed partial class TestServer : IAsyncDisposable
{
    private const int SignalTerminate = 15;

    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private TestServer(Process process)
    {
        _process = process;
    }

    public int Port { get; private set; }

    /// <summary>For Npgsql.</summary>
    public string ConnectionString { get; private set; } = "";

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it wrote to standard error.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    /// <summary>Starts the program and waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended or was not ready in time; the message has its log.</exception>
    public static async Task<TestServer> StartAsync(TestServerOptions? options = null)
    {
        options ??= new TestServerOptions();
        var server = new TestServer(Process.Start(StartInfo(options))!);
        try
        {
            await server.WaitUntilReadyAsync(options).ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>An open connection.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync().ConfigureAwait(false);
        return connection;
    }

    /// <summary>SIGKILL: no cleanup of any kind. Returns when the process is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>SIGTERM, and waits for the clean end.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        _ = SendSignal(_process.Id, SignalTerminate);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
        return _process.ExitCode;
    }

    /// <summary>Waits for the end that the server makes by itself.</summary>
    public async Task WaitForExitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await _process.WaitForExitAsync(limit.Token).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
        return ValueTask.CompletedTask;
    }

    private static ProcessStartInfo StartInfo(TestServerOptions options)
    {
        // The program is copied beside this assembly, because its project is referenced.
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        Add(start, Path.Combine(AppContext.BaseDirectory, "streamdb.dll"), "serve");
        Add(start, "--port", "0");
        Add(start, "--http-port", options.HttpPort.ToString(CultureInfo.InvariantCulture));
        Add(start, "--workers", options.WorkerCount.ToString(CultureInfo.InvariantCulture));
        AddIf(start, "--data-dir", options.DataDirectory);
        AddIf(start, "--file-root", options.FileRoot);
        AddIf(start, "--password", options.Password);
        Add(start, [.. options.Arguments]);
        foreach ((string name, string value) in options.Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private static void AddIf(ProcessStartInfo start, string name, string? value)
    {
        if (value is not null)
        {
            Add(start, name, value);
        }
    }

    private static void Add(ProcessStartInfo start, params string[] arguments)
    {
        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
    }

    private async Task WaitUntilReadyAsync(TestServerOptions options)
    {
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _process.ErrorDataReceived += (_, line) =>
        {
            lock (_log)
            {
                _log.AppendLine(line.Data);
            }
        };
        _process.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                ready.TrySetException(new InvalidOperationException("the server ended"));
            }
            else if (line.Data.StartsWith("listening on ", StringComparison.Ordinal))
            {
                Port = int.Parse(line.Data[(line.Data.LastIndexOf(':') + 1)..], CultureInfo.InvariantCulture);
            }
            else if (line.Data.StartsWith("ready ", StringComparison.Ordinal))
            {
                ready.TrySetResult();
            }
        };
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        try
        {
            await ready.Task.WaitAsync(options.StartTimeout).ConfigureAwait(false);
        }
        catch (Exception error) when (error is InvalidOperationException or TimeoutException)
        {
            throw new InvalidOperationException($"the server did not start: {error.Message}\n{Log}", error);
        }

        string password = options.Password is null ? "" : $";Password={options.Password}";
        ConnectionString = $"Host=127.0.0.1;Port={Port};Username=root;Database=dev{password}";
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int processId, int signal);
}
