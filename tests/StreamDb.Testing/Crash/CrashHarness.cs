using System.Diagnostics;
using System.Globalization;
using Npgsql;
using StreamDb.State.Devices;
using StreamDb.Testing.Servers;

namespace StreamDb.Testing.Crash;

/// <summary>Kills a loaded server with SIGKILL again and again, and checks after each restart that nothing acknowledged is missing.</summary>
/// <remarks>
/// Each writer knows exactly what its rows must be (see <see cref="CrashWriter"/>), in a table without key, where a write that
/// was replayed twice would show, a counter that UPDATE adds to, and a table whose rows replace each other. On top are views of every stateful kind; after a restart
/// each must equal its query run ad hoc.
/// </remarks>
public sealed class CrashHarness
{
    private static readonly (string Name, string Query)[] _views =
    [
        ("per_writer", "SELECT writer, count(*) AS entries, sum(value) AS total, max(number) AS newest FROM entries GROUP BY writer"),
        ("everything", "SELECT count(*) AS entries, sum(value) AS total FROM entries"),
        ("joined", "SELECT e.writer, e.number, e.part, c.value FROM entries e JOIN counters c ON e.writer = c.writer WHERE e.value % 50 = 0"),
        ("newest", "SELECT writer, number, part FROM entries ORDER BY number DESC, writer, part LIMIT 10"),
        ("values_used", "SELECT DISTINCT value % 100 AS value FROM entries"),
        ("busiest", "SELECT writer, total FROM per_writer WHERE total > 100"),
        ("newest_of_each", "SELECT writer, number, part FROM (SELECT *, row_number() OVER (PARTITION BY writer ORDER BY number DESC, part) AS r FROM entries) WHERE r <= 3"),
        ("steps", "SELECT writer, number, part, value - lag(value) OVER (PARTITION BY writer ORDER BY number, part) AS step FROM entries"),
        ("slots", "SELECT l.writer, count(*) AS slots, max(l.number) AS newest, max(c.value) AS counter FROM latest l LEFT JOIN counters c ON l.writer = c.writer GROUP BY l.writer"),
        ("idle", "SELECT writer FROM counters WHERE NOT EXISTS (SELECT 1 FROM latest WHERE latest.writer = counters.writer)"),
    ];

    private readonly CrashOptions _options;
    private readonly Random _random;
    private readonly CrashWriter[] _writers;
    private readonly List<double> _restartMs = [];
    private int _kills;
    private int _startKills;
    private int _pointKills;
    private int _unacknowledged;
    private int _unacknowledgedApplied;
    private int _viewsRestored;
    private int _viewsRecomputed;

    private CrashHarness(CrashOptions options)
    {
        _options = options;
        _random = new Random(options.Seed);
        _writers = [.. Enumerable.Range(0, options.WriterCount).Select(i => new CrashWriter(i, new Random((options.Seed * 1000) + i)))];
    }

    private long AcknowledgedCount => _writers.Sum(w => w.AcknowledgedCount);

    /// <exception cref="CrashException">A check failed; the message names the data directory, which is kept.</exception>
    public static Task<CrashFigures> RunAsync(CrashOptions options) => new CrashHarness(options).RunAsync();

    private async Task<CrashFigures> RunAsync()
    {
        for (int done = 0; done < _options.Cycles; done += _options.CyclesPerDirectory)
        {
            string directory = Directory.CreateTempSubdirectory("streamdb-crash-").FullName;
            foreach (CrashWriter writer in _writers)
            {
                writer.Forget();
            }

            try
            {
                await RunDirectoryAsync(directory, Math.Min(_options.CyclesPerDirectory, _options.Cycles - done)).ConfigureAwait(false);
            }
            catch (Exception error)
            {
                throw new CrashException($"after {_kills} kills, data in {directory}: {error}");
            }

            Directory.Delete(directory, recursive: true);
        }

        _restartMs.Sort();
        return new CrashFigures(
            _kills,
            _startKills,
            _pointKills,
            AcknowledgedCount,
            _writers.Sum(w => w.TransactionCount),
            _unacknowledged,
            _unacknowledgedApplied,
            _restartMs[_restartMs.Count / 2],
            _viewsRestored,
            _viewsRecomputed);
    }

    private async Task RunDirectoryAsync(string directory, int cycles)
    {
        var server = new TestServerOptions
        {
            DataDirectory = directory,
            WorkerCount = _options.WorkerCount,
            Arguments = _options.CheckpointIntervalMs == 0
                ? []
                : ["--checkpoint-interval-ms", _options.CheckpointIntervalMs.ToString(CultureInfo.InvariantCulture)],
        };
        for (int cycle = 0; cycle <= cycles; cycle++)
        {
            if (cycle > 0 && _random.Next(100) < _options.StartKillPercent)
            {
                await KillWhileStartingAsync(server).ConfigureAwait(false);
            }

            long start = Stopwatch.GetTimestamp();
            string? point = cycle < cycles && cycle > 0 && _random.Next(100) < _options.KillPointPercent ? NextKillPoint() : null;
            await using TestServer? started = await StartAsync(server, point).ConfigureAwait(false);
            if (started is null)
            {
                // It died while it recovered; the next start checks what is left.
                _pointKills++;
                _kills++;
                continue;
            }

            TestServer running = started;
            string connectionString = ConnectionStringOf(running);
            if (cycle == 0)
            {
                await CreateAsync(connectionString).ConfigureAwait(false);
            }
            else
            {
                _restartMs.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                if (!await TryCheckAsync(connectionString, running, point is not null).ConfigureAwait(false))
                {
                    _pointKills++;
                    _kills++;
                    continue;
                }
            }

            if (cycle < cycles)
            {
                await LoadAndKillAsync(running, connectionString, point is not null).ConfigureAwait(false);
            }
        }
    }

    private string NextKillPoint() => string.Create(
        CultureInfo.InvariantCulture, $"{KillPoints.All[_random.Next(KillPoints.All.Count)]}:{_random.Next(1, 4)}");

    /// <returns>Null when it died at a kill point before it listened.</returns>
    private static async Task<TestServer?> StartAsync(TestServerOptions options, string? killPoint)
    {
        if (killPoint is null)
        {
            return await TestServer.StartAsync(options).ConfigureAwait(false);
        }

        try
        {
            return await TestServer.StartAsync(options with
            {
                Environment = new Dictionary<string, string> { [KillPoints.Variable] = killPoint },
            }).ConfigureAwait(false);
        }
        catch (InvalidOperationException error) when (error.Message.Contains("the server ended", StringComparison.Ordinal) && !error.Message.Contains("streamdb:", StringComparison.Ordinal))
        {
            return null;
        }
    }

    private async Task LoadAndKillAsync(TestServer server, string connectionString, bool mayEnd)
    {
        Task[] writers = [.. _writers.Select(w => Task.Run(() => w.RunAsync(connectionString)))];
        long target = AcknowledgedCount + _random.Next(_options.WritesMax);
        long start = Stopwatch.GetTimestamp();
        while (AcknowledgedCount < target && Stopwatch.GetElapsedTime(start).TotalMilliseconds < _options.LoadMsMax && !server.HasExited)
        {
            await Task.Delay(1).ConfigureAwait(false);
        }

        await Task.Delay(_random.Next(5)).ConfigureAwait(false);
        if (server.HasExited && mayEnd)
        {
            _pointKills++;
        }
        else if (server.HasExited)
        {
            throw new CrashException($"the server ended by itself:\n{server.Log}");
        }

        if (!server.HasExited)
        {
            server.Kill();
        }

        _kills++;
        await Task.WhenAll(writers).ConfigureAwait(false);
        _unacknowledged += _writers.Count(w => w.InDoubt is not null);
    }

    /// <summary>Recovery is interrupted, and must be able to begin again.</summary>
    private async Task KillWhileStartingAsync(TestServerOptions options)
    {
        try
        {
            await using TestServer started = await TestServer.StartAsync(
                options with { StartTimeout = TimeSpan.FromMilliseconds(_random.Next(50, 1000)) }).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // It did not listen in time and was killed, which is the point.
        }

        _startKills++;
    }

    private async Task CreateAsync(string connectionString)
    {
        await using NpgsqlConnection connection = await ConnectAsync(connectionString).ConfigureAwait(false);
        await ExecuteAsync(connection, "CREATE TABLE entries (writer int NOT NULL, number bigint NOT NULL, part int NOT NULL, value bigint NOT NULL)").ConfigureAwait(false);
        await ExecuteAsync(connection, "CREATE TABLE latest (writer int, slot int, number bigint NOT NULL, PRIMARY KEY (writer, slot)) ON CONFLICT DO UPDATE FULL").ConfigureAwait(false);
        await ExecuteAsync(connection, "CREATE TABLE counters (writer int PRIMARY KEY, value bigint NOT NULL)").ConfigureAwait(false);
        string rows = string.Join(", ", Enumerable.Range(0, _writers.Length).Select(w => string.Create(CultureInfo.InvariantCulture, $"({w}, 0)")));
        await ExecuteAsync(connection, $"INSERT INTO counters VALUES {rows}").ConfigureAwait(false);
        foreach ((string name, string query) in _views)
        {
            await ExecuteAsync(connection, $"CREATE MATERIALIZED VIEW {name} AS {query}").ConfigureAwait(false);
        }
    }

    /// <returns>False when the server died at a kill point before everything was read.</returns>
    private async Task<bool> TryCheckAsync(string connectionString, TestServer server, bool mayEnd)
    {
        try
        {
            await CheckAsync(connectionString).ConfigureAwait(false);
            return true;
        }
        catch (Exception error) when (mayEnd && error is NpgsqlException or IOException)
        {
            await server.WaitForExitAsync().ConfigureAwait(false);
            return false;
        }
    }

    private async Task CheckAsync(string connectionString)
    {
        await using NpgsqlConnection connection = await ConnectAsync(connectionString).ConfigureAwait(false);
        var found = _writers.Select(_ => new WriterState()).ToArray();
        foreach (string[] row in await QueryAsync(connection, "SELECT writer, number, part, value FROM entries").ConfigureAwait(false))
        {
            (int writer, long number, int part) = ((int)Number(row[0]), Number(row[1]), (int)Number(row[2]));
            if (Number(row[3]) != WriterOperation.ValueOf(writer, number, part))
            {
                throw new CrashException($"wrong value in ({string.Join(", ", row)})");
            }

            SortedDictionary<(long Number, int Part), int> rows = found[writer].Rows;
            rows[(number, part)] = rows.GetValueOrDefault((number, part)) + 1;
        }

        foreach (string[] row in await QueryAsync(connection, "SELECT writer, value FROM counters").ConfigureAwait(false))
        {
            found[Number(row[0])].Counter = Number(row[1]);
        }

        foreach (string[] row in await QueryAsync(connection, "SELECT writer, slot, number FROM latest").ConfigureAwait(false))
        {
            found[Number(row[0])].Latest[(int)Number(row[1])] = Number(row[2]);
        }

        for (int i = 0; i < _writers.Length; i++)
        {
            _unacknowledgedApplied += _writers[i].Settle(found[i]) == true ? 1 : 0;
        }

        List<string[]> recovery = await QueryAsync(
            connection, "SELECT count(*) FILTER (WHERE is_restored), count(*) FILTER (WHERE NOT is_restored) FROM streamdb_catalog.view_recovery").ConfigureAwait(false);
        _viewsRestored += (int)Number(recovery[0][0]);
        _viewsRecomputed += (int)Number(recovery[0][1]);
        foreach ((string name, string query) in _views)
        {
            string view = Text(await QueryAsync(connection, $"SELECT * FROM {name}").ConfigureAwait(false));
            string expected = Text(await QueryAsync(connection, query).ConfigureAwait(false));
            if (view != expected)
            {
                throw new CrashException($"view {name} is\n{view}\nits query is\n{expected}");
            }
        }
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    private static string Text(List<string[]> rows) => string.Join('\n', rows.Select(r => string.Join('|', r)).Order(StringComparer.Ordinal));

    /// <summary>No pool: a connection to a killed server must not come back.</summary>
    private static string ConnectionStringOf(TestServer server) =>
        server.ConnectionString + ";Pooling=false;Server Compatibility Mode=NoTypeLoading;Command Timeout=60;Include Error Detail=true";

    private static async Task<NpgsqlConnection> ConnectAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync().ConfigureAwait(false);
        return connection;
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }

    private static async Task<List<string[]>> QueryAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection) { AllResultTypesAreUnknown = true };
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
        List<string[]> rows = [];
        while (await reader.ReadAsync().ConfigureAwait(false))
        {
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? "NULL" : reader.GetString(i))]);
        }

        return rows;
    }
}
