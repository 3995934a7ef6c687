using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace StreamDb.Benchmarks.Service;

/// <summary>A server of its own process with a directory of its own on the disk under the system's temporary directory.</summary>
internal abstract partial class BenchmarkServer : IDisposable
{
    private const int Terminate = 15;
    private const double ClockTicksPerSecond = 100;
    private readonly StringBuilder _output = new();
    private Process? _process;

    protected BenchmarkServer(string name)
    {
        Name = name;
        Directory = System.IO.Directory.CreateTempSubdirectory($"streamdb-bench-{name}-").FullName;
        Port = FreePort();

        // Also when the benchmark is told to end.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Dispose();
    }

    public string Name { get; }

    public string Directory { get; }

    public int Port { get; }

    public abstract string User { get; }

    public abstract string Database { get; }

    public abstract bool MaintainsViews { get; }

    /// <summary>Processor time of the process and its children so far, those that ended included.</summary>
    public double CpuSeconds
    {
        get
        {
            string id = $"{_process!.Id}";
            double ticks = 0;
            foreach (string directory in System.IO.Directory.EnumerateDirectories("/proc"))
            {
                string name = Path.GetFileName(directory);
                if (!char.IsAsciiDigit(name[0]) || ReadStatus(name) is not { } fields)
                {
                    continue;
                }

                // Fields after the name: 1 is the parent's id; 11 to 14 are user and system time, own and of ended children.
                if (name == id || fields[1] == id)
                {
                    ticks += fields[11..(name == id ? 15 : 13)].Sum(value => double.Parse(value, CultureInfo.InvariantCulture));
                }
            }

            return ticks / ClockTicksPerSecond;
        }
    }

    public PgClient Connect() => new(Port, User, Database);

    /// <summary>Starts the process and waits until a client is served; gives the time from one to the other.</summary>
    public TimeSpan Start()
    {
        long start = Stopwatch.GetTimestamp();
        _process = Launch(Command());
        while (true)
        {
            try
            {
                using PgClient client = Connect();
                return Stopwatch.GetElapsedTime(start);
            }
            catch (Exception notYet) when (notYet is SocketException or PgException or IOException)
            {
                if (_process.HasExited || Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(60))
                {
                    throw new InvalidOperationException($"{Name} did not start: {notYet.Message}\n{Output}");
                }

                Thread.Sleep(1);
            }
        }
    }

    /// <summary>SIGKILL, and waits until the process is gone.</summary>
    public void KillAtOnce()
    {
        _process!.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _process = null;
    }

    /// <summary>A figure of the process's memory in bytes.</summary>
    /// <param name="figure">As in <c>/proc/PID/status</c>: VmRSS (resident now), VmHWM (the most so far), RssAnon (without files).</param>
    public long MemoryBytes(string figure)
    {
        string line = File.ReadLines($"/proc/{_process!.Id}/status").First(line => line.StartsWith(figure + ":", StringComparison.Ordinal));
        return long.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>Asks the process to end and waits for it.</summary>
    public void Stop()
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _ = Kill(_process.Id, StopSignal);
            if (!_process.WaitForExit(TimeSpan.FromSeconds(30)))
            {
                _process.Kill();
                _process.WaitForExit();
            }
        }

        _process.Dispose();
        _process = null;
    }

    public void Dispose()
    {
        Stop();
        if (System.IO.Directory.Exists(Directory))
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }

    protected virtual int StopSignal => Terminate;

    protected abstract ProcessStartInfo Command();

    /// <summary>What the process printed last.</summary>
    protected string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    protected Process Launch(ProcessStartInfo command)
    {
        command.RedirectStandardError = true;
        command.RedirectStandardOutput = true;
        var process = new Process { StartInfo = command };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private void Keep(string? line)
    {
        lock (_output)
        {
            if (_output.Length > 16 * 1024)
            {
                _output.Clear();
            }

            _output.AppendLine(line);
        }
    }

    /// <summary>Null when the process has just ended.</summary>
    private static string[]? ReadStatus(string processId)
    {
        try
        {
            string text = File.ReadAllText($"/proc/{processId}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
