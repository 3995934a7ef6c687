using System.Diagnostics;
using System.Net;

namespace StreamDb.IntegrationTests.Protocol;

/// <summary>Runs psql against a server.</summary>
internal static class Psql
{
    /// <summary>Where psql is, or null.</summary>
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(':')
        .Select(directory => System.IO.Path.Combine(directory, "psql"))
        .FirstOrDefault(File.Exists);

    /// <summary>Feeds a script to psql: unaligned rows only, errors with their SQLSTATE.</summary>
    /// <returns>Everything it printed.</returns>
    public static async Task<string> RunAsync(IPEndPoint server, string script, string connection = "", string? password = null)
    {
        var start = new ProcessStartInfo(Path!)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("-XAtq");
        start.ArgumentList.Add("-v");
        start.ArgumentList.Add("VERBOSITY=verbose");
        start.ArgumentList.Add($"host={server.Address} port={server.Port} user=root dbname=dev connect_timeout=10 {connection}");
        start.Environment["PGPASSWORD"] = password ?? "";
        using Process psql = Process.Start(start)!;
        Task<string> output = psql.StandardOutput.ReadToEndAsync();
        Task<string> errors = psql.StandardError.ReadToEndAsync();
        await psql.StandardInput.WriteAsync(script);
        psql.StandardInput.Close();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await psql.WaitForExitAsync(limit.Token);
        return await output + await errors;
    }
}
