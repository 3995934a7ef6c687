using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using StreamDb.Coordinator;
using StreamDb.Coordinator.Sessions;
using StreamDb.Coordinator.Sources;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Ports;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Parsing;
using StreamDb.State.Spaces;
using StreamDb.Testing.State;

namespace StreamDb.Testing.Oracle;

/// <summary>One session on an instance in this process: in memory, or on simulated files, which survive a kill.</summary>
internal sealed class StreamDbTarget : IProgramTarget
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly HashSet<string> _prepared = [];
    private readonly OracleClock _clock = new();
    private SimulatedFileSystem? _files;
    private Instance _instance;
    private ISession _session;
    private bool _isClosed;
    private int _lives;

    public StreamDbTarget(int workerCount, bool isDurable = false)
    {
        _files = isDurable ? new SimulatedFileSystem() : null;
        (_instance, _session) = Open(workerCount);
    }

    public bool IsInTransaction => _session.Status != TransactionStatus.Idle;

    public Task<string> ExecuteAsync(OracleStep step) => Guarded(step.Sql, async cancellation =>
    {
        if (step is AdvanceStep advance)
        {
            _clock.Advance(advance.Minutes);
        }

        ParsedStatement statement = _session.Parse(step.Sql)[0];
        await using StatementResult result = await _session.ExecuteAsync(statement, isOnlyStatement: true, cancellation).ConfigureAwait(false);
        await _session.EndImplicitTransactionAsync(cancellation).ConfigureAwait(false);
        return ((CommandResult)result).Tag;
    });

    /// <summary>Prepares each text once: the oracle asks the same questions after every statement.</summary>
    public Task<QueryRows> QueryAsync(string sql) => Guarded(sql, async cancellation =>
    {
        if (!_prepared.Contains(sql))
        {
            _session.Prepare(sql, sql, []);
            _prepared.Add(sql);
        }

        _session.Bind("", sql, []);
        await using StatementResult result = await _session.ExecutePortalAsync("", cancellation).ConfigureAwait(false);
        var rows = (RowsResult)result;
        List<string?[]> texts = [];
        while (await rows.ReadAsync(0, cancellation).ConfigureAwait(false) is { } batch)
        {
            Append(texts, rows.Columns, batch);
            batch.Release();
        }

        await _session.EndImplicitTransactionAsync(cancellation).ConfigureAwait(false);
        return new QueryRows([.. rows.Columns.Select(c => c.Type.Kind is SqlTypeKind.Numeric or SqlTypeKind.Float64)], texts);
    });

    /// <summary>Goes on with the files as a kill leaves them now.</summary>
    public async Task RestartAsync(int workerCount)
    {
        SimulatedFileSystem left = _files!.AfterKill();
        await DisposeAsync().ConfigureAwait(false);
        _files = left;
        _prepared.Clear();
        try
        {
            (_instance, _session) = Open(workerCount);
            _isClosed = false;
        }
        catch (Exception error)
        {
            throw new TargetException(ProgramFailure.Crash, $"it does not start again: {error}", error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        await _session.DisposeAsync().ConfigureAwait(false);
        await _instance.DisposeAsync().ConfigureAwait(false);
    }

    private (Instance Instance, ISession Session) Open(int workerCount)
    {
        var instance = Instance.Open(
            new DatabaseOptions
            {
                WorkerCount = workerCount,
                DataDirectory = _files is null ? null : "/simulated",
                Files = _files,
                OpenSpace = address => OpenSpace(address, workerCount),
                LogOptions = LogWorkload.SmallPages,
                CheckpointIntervalMs = 0,
                Clock = _clock,
            },
            new NoConnectors());
        return (instance, instance.Connect("root", Instance.DefaultDatabase, new Dictionary<string, string> { ["TimeZone"] = "UTC" }, null));
    }

    /// <summary>Checks at each checkpoint that no page of keyed state changed unnoticed. In some lives state is packed after each epoch, in some it is fetched ahead.</summary>
    private StateSpace OpenSpace(ulong? address, int workerCount)
    {
        StateSpace space = (address is { } wanted ? StateSpace.TryReserveAt(wanted, verifiesBarriers: true) : null) ?? StateSpace.Reserve(verifiesBarriers: true);
        space.LooseKeysMax = ((workerCount + _lives++) % 3) switch
        {
            0 => 3,
            1 => int.MaxValue,
            _ => 0,
        };
        space.IsPartlyOut = _lives % 2 == 0;
        return space;
    }

    private async Task<T> Guarded<T>(string sql, Func<CancellationToken, Task<T>> run)
    {
        try
        {
            // On the pool: a statement that never ends must not take the oracle with it.
            return await Task.Run(() => run(CancellationToken.None)).WaitAsync(_patience).ConfigureAwait(false);
        }
        catch (SqlException error)
        {
            _session.Fail();
            throw new TargetException(error.State, error.Message, error);
        }
        catch (TimeoutException error)
        {
            throw new TargetException(ProgramFailure.Hang, $"no answer within {_patience.TotalSeconds} s: {sql}", error);
        }
        catch (Exception error) when (error is not TargetException)
        {
            _session.Fail();
            throw new TargetException(ProgramFailure.Crash, error.ToString(), error);
        }
    }

    private void Append(List<string?[]> texts, IReadOnlyList<ResultColumn> columns, ColumnBatch batch)
    {
        var buffer = new ArrayBufferWriter<byte>();
        for (int row = 0; row < batch.Count; row++)
        {
            string?[] cells = new string?[columns.Count];
            for (int column = 0; column < cells.Length; column++)
            {
                if (!batch[column].IsNull(row))
                {
                    buffer.ResetWrittenCount();
                    TextCodec.Write(columns[column].Type, batch[column], row, buffer, _session.TextFormat);
                    cells[column] = Encoding.UTF8.GetString(buffer.WrittenSpan);
                }
            }

            texts.Add(cells);
        }
    }

    private sealed class NoConnectors : IConnectorRegistry
    {
        public ImmutableArray<ColumnDefinition>? ImpliedColumns(ConnectorDefinition connector) => null;

        public ISource Open(SourceRequest request) => throw new SqlException(SqlState.FeatureNotSupported, "no connectors here");
    }
}
