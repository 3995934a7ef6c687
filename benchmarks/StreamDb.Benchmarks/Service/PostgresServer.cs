using System.Diagnostics;

namespace StreamDb.Benchmarks.Service;

/// <summary>A throwaway PostgreSQL with its default settings (so with fsync and synchronous commit).</summary>
internal sealed class PostgresServer : BenchmarkServer
{
    private const string Programs = "/usr/lib/postgresql/15/bin";
    private const int Interrupt = 2;

    public PostgresServer() : base("postgres")
    {
        if (Environment.UserName == "root")
        {
            Run(new ProcessStartInfo("chown") { ArgumentList = { "postgres", Directory } });
        }

        Run(AsPostgres("initdb", "--auth=trust", "--username=postgres", "--encoding=UTF8", "--no-locale", "--pgdata", Data));
    }

    public override string User => "postgres";

    public override string Database => "postgres";

    public override bool MaintainsViews => false;

    /// <summary>"Fast shutdown" in PostgreSQL's words: clients are cut off.</summary>
    protected override int StopSignal => Interrupt;

    private string Data => Path.Combine(Directory, "data");

    protected override ProcessStartInfo Command() =>
        AsPostgres("postgres", "-D", Data, "-p", $"{Port}", "-c", "listen_addresses=127.0.0.1", "-c", $"unix_socket_directories={Directory}");

    /// <summary>PostgreSQL refuses to run as root.</summary>
    private static ProcessStartInfo AsPostgres(string program, params string[] arguments)
    {
        string[] words = [$"{Programs}/{program}", .. arguments];
        if (Environment.UserName == "root")
        {
            words = ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", .. words];
        }

        return new ProcessStartInfo(words[0], words[1..]) { WorkingDirectory = "/" };
    }

    private void Run(ProcessStartInfo command)
    {
        using Process process = Launch(command);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command.FileName} failed: {Output}");
        }
    }
}
