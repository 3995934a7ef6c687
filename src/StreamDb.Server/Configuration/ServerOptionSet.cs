using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging;

namespace StreamDb.Server.Configuration;

/// <summary>The options of the command line. Each may also be given by an environment variable, which an argument overrides.</summary>
internal sealed class ServerOptionSet
{
    private const string PasswordVariable = "STREAMDB_PASSWORD";

    private readonly Option<string?> _dataDirectory;
    private readonly Option<IPAddress[]> _listen;
    private readonly Option<int> _port;
    private readonly Option<int> _httpPort;
    private readonly Option<int> _workers;
    private readonly Option<int> _checkpointIntervalMs;
    private readonly Option<int> _checkpointLogMiB;
    private readonly Option<int> _memoryLimitMiB;
    private readonly Option<int> _keptMemoryMiB;
    private readonly Option<int> _queryMemoryMiB;
    private readonly Option<string?> _fileRoot;
    private readonly Option<string?> _password;
    private readonly Option<string?> _tlsCertificate;
    private readonly Option<string?> _tlsKey;
    private readonly Option<LogLevel> _logLevel;
    private readonly Func<string, string?> _environment;

    /// <param name="environment">Looks up an environment variable.</param>
    public ServerOptionSet(Func<string, string?> environment)
    {
        _environment = environment;
        _dataDirectory = Text("--data-dir", "Directory of the data; without it everything is in memory.");
        _listen = Make("--listen", "Address to listen on, or several separated by commas; 0.0.0.0 for all.", ParseAddresses, [IPAddress.Loopback]);
        _port = Make("--port", "Port for PostgreSQL clients; 0 takes a free one.", ParsePort, ServerOptions.DefaultPort);
        _httpPort = Make("--http-port", "Port for /health and /metrics; 0 turns them off.", ParsePort, ServerOptions.DefaultHttpPort);
        _workers = Make("--workers", "Worker threads of the engine.", ParseWorkers, ServerOptions.WorkerCountDefault);
        _checkpointIntervalMs = Make(
            "--checkpoint-interval-ms", "Time between checkpoints while something changes; 0: only by size.", text => Number(text, 0, int.MaxValue), ServerOptions.CheckpointIntervalMsDefault);
        _checkpointLogMiB = Make(
            "--checkpoint-log-mib", "MiB by which the log grows before a checkpoint; 0: only by time.", text => Number(text, 0, 1 << 20), ServerOptions.CheckpointLogMiBDefault);
        _memoryLimitMiB = Make(
            "--memory-limit-mib", "MiB of the process beyond which rows and state of views go to files; 0: none do.", text => Number(text, 0, int.MaxValue), 0);
        _keptMemoryMiB = Make(
            "--kept-memory-mib", "MiB for the state of views that are taken at the start and kept, so that views that grow do not wait for memory.", text => Number(text, 0, int.MaxValue), 0);
        _queryMemoryMiB = Make(
            "--query-memory-mib", "MiB that one query may take, its result included.", text => Number(text, 1, int.MaxValue), ServerOptions.QueryMemoryMiBDefault);
        _fileRoot = Text("--file-root", "Directory that file sources may read; without it they may read nothing.");

        // Not through a default value: the help text shows those.
        _password = new Option<string?>("--password") { Description = $"Password of every role; without it every client is trusted. [{PasswordVariable}]" };
        _tlsCertificate = Text("--tls-cert", "Certificate file (PEM) for TLS.");
        _tlsKey = Text("--tls-key", "Key file (PEM) of the certificate.");
        _logLevel = Make("--log-level", "trace, debug, information, warning, error or none.", ParseLogLevel, LogLevel.Information);
    }

    public IReadOnlyList<Option> All =>
        [_dataDirectory, _listen, _port, _httpPort, _workers, _checkpointIntervalMs, _checkpointLogMiB, _memoryLimitMiB, _keptMemoryMiB, _queryMemoryMiB, _fileRoot, _password, _tlsCertificate, _tlsKey, _logLevel];

    public ServerOptions Read(ParseResult result) => new()
    {
        DataDirectory = result.GetValue(_dataDirectory),
        Addresses = result.GetValue(_listen)!,
        Port = result.GetValue(_port),
        HttpPort = result.GetValue(_httpPort),
        WorkerCount = result.GetValue(_workers),
        CheckpointIntervalMs = result.GetValue(_checkpointIntervalMs),
        CheckpointLogMiB = result.GetValue(_checkpointLogMiB),
        MemoryLimitMiB = result.GetValue(_memoryLimitMiB),
        KeptMemoryMiB = result.GetValue(_keptMemoryMiB),
        QueryMemoryMiB = result.GetValue(_queryMemoryMiB),
        FileRoot = result.GetValue(_fileRoot),
        Password = result.GetValue(_password) ?? (_environment(PasswordVariable) is { Length: > 0 } password ? password : null),
        TlsCertificate = result.GetValue(_tlsCertificate),
        TlsKey = result.GetValue(_tlsKey),
        LogLevel = result.GetValue(_logLevel),
    };

    private Option<string?> Text(string name, string description) =>
        Make<string?>(name, description, text => text.Length == 0 ? null : text, null);

    /// <param name="parse">Throws <see cref="FormatException"/> for what it does not take.</param>
    private Option<T> Make<T>(string name, string description, Func<string, T> parse, T otherwise)
    {
        string variable = "STREAMDB_" + name.TrimStart('-').Replace('-', '_').ToUpperInvariant();
        return new Option<T>(name)
        {
            Description = $"{description} [{variable}]",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result => Parse(result, name, result.Tokens[0].Value),
            DefaultValueFactory = result => _environment(variable) is { Length: > 0 } text ? Parse(result, variable, text) : otherwise,
        };

        T Parse(ArgumentResult result, string source, string text)
        {
            try
            {
                return parse(text);
            }
            catch (FormatException error)
            {
                result.AddError($"{source}: {error.Message}");
                return default!;
            }
        }
    }

    private static IPAddress[] ParseAddresses(string text) => [.. text.Split(',', StringSplitOptions.TrimEntries).Select(part => part switch
    {
        "localhost" => IPAddress.Loopback,
        "*" => IPAddress.Any,
        _ => IPAddress.TryParse(part, out IPAddress? address) ? address : throw new FormatException($"'{part}' is not an address"),
    })];

    private static int ParsePort(string text) => Number(text, 0, ushort.MaxValue);

    private static int ParseWorkers(string text) => Number(text, 1, 1024);

    private static int Number(string text, int min, int max) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= min && value <= max
            ? value
            : throw new FormatException($"'{text}' is not a number from {min} to {max}");

    private static LogLevel ParseLogLevel(string text) => text switch
    {
        "trace" => LogLevel.Trace,
        "debug" => LogLevel.Debug,
        "information" or "info" => LogLevel.Information,
        "warning" or "warn" => LogLevel.Warning,
        "error" => LogLevel.Error,
        "none" => LogLevel.None,
        _ => throw new FormatException($"'{text}' is not a log level"),
    };
}
