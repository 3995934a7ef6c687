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

namespace StreamDb.Testing.Oracle;

/// <summary>One session on an instance in memory, in this process.</summary>
internal sealed class StreamDbTarget : IProgramTarget
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly Instance _instance;
    private readonly ISession _session;
    private readonly HashSet<string> _prepared = [];

    public StreamDbTarget(int workerCount)
    {
        _instance = Instance.Open(new DatabaseOptions { WorkerCount = workerCount }, new NoConnectors());
        _session = _instance.Connect("root", Instance.DefaultDatabase, new Dictionary<string, string> { ["TimeZone"] = "UTC" }, null);
    }

    public bool IsInTransaction => _session.Status != TransactionStatus.Idle;

    public Task<string> ExecuteAsync(OracleStep step) => Guarded(step.Sql, async cancellation =>
    {
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

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync().ConfigureAwait(false);
        await _instance.DisposeAsync().ConfigureAwait(false);
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
