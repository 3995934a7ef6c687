using System.Collections.Immutable;
using System.Text;
using StreamDb.Coordinator;
using StreamDb.Coordinator.Sessions;
using StreamDb.Coordinator.Sources;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Ports;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Parsing;

namespace StreamDb.Tests.Coordinator.SystemRelations;

/// <summary>A database with one of each kind of item, and a session on it.</summary>
public sealed class CatalogDatabase : IAsyncDisposable
{
    private readonly Instance _instance = Instance.Open(new DatabaseOptions(), new NoConnectors());
    private readonly ISession _session;

    public CatalogDatabase()
    {
        _session = _instance.Connect("root", "dev", new Dictionary<string, string>(), null);
        foreach (string statement in (string[])
        [
            "CREATE TABLE things (id int PRIMARY KEY, name varchar(20) NOT NULL DEFAULT 'x', price numeric(12,2) CHECK (price > 0), at timestamptz, tags text[])",
            "COMMENT ON TABLE things IS 'all of them'",
            "COMMENT ON COLUMN things.name IS 'what it is called'",
            "CREATE INDEX things_name ON things (name, at DESC)",
            "CREATE VIEW dear AS SELECT id, name FROM things WHERE price > 100",
            "CREATE MATERIALIZED VIEW counts AS SELECT name, count(*) AS n FROM things GROUP BY name",
            "CREATE SCHEMA other",
            "CREATE TABLE other.\"Mixed Case\" (a int)",
            "INSERT INTO things VALUES (1, 'a', 1.50, '2026-01-01', '{x,y}')",
        ])
        {
            Run(statement);
        }
    }

    /// <summary>Runs a statement; rows as text, columns separated by <c>|</c>, NULL as ∅.</summary>
    public IReadOnlyList<string> Run(string sql)
    {
        var rows = new List<string>();
        foreach (ParsedStatement statement in _session.Parse(sql))
        {
            StatementResult result = Wait(_session.ExecuteAsync(statement, true, CancellationToken.None));
            if (result is RowsResult read)
            {
                rows.AddRange(Read(read));
            }

            Wait(result.DisposeAsync().AsTask());
        }

        return rows;
    }

    /// <summary>The error a statement ends with.</summary>
    public SqlException Fails(string sql)
    {
        try
        {
            Run(sql);
        }
        catch (SqlException exception)
        {
            return exception;
        }

        throw new Xunit.Sdk.XunitException($"no error: {sql}");
    }

    public async ValueTask DisposeAsync()
    {
        await _session.DisposeAsync();
        await _instance.DisposeAsync();
    }

    private List<string> Read(RowsResult result)
    {
        var rows = new List<string>();
        while (Wait(result.ReadAsync(1000, CancellationToken.None).AsTask()) is { } batch)
        {
            for (int row = 0; row < batch.Count; row++)
            {
                rows.Add(string.Join('|', result.Columns.Select((c, i) => Text(c, batch[i], row))));
            }

            batch.Release();
        }

        return rows;
    }

    private string Text(ResultColumn column, Column values, int row) => values.IsNull(row)
        ? "∅"
        : TextCodec.Format(column.Type, Datum.From(values, row), _session.TextFormat);

    private static T Wait<T>(Task<T> task) => task.GetAwaiter().GetResult();

    private static void Wait(Task task) => task.GetAwaiter().GetResult();

    private sealed class NoConnectors : IConnectorRegistry
    {
        public ImmutableArray<ColumnDefinition>? ImpliedColumns(ConnectorDefinition connector) => null;

        public ISource Open(SourceRequest request) => throw new SqlException(SqlState.FeatureNotSupported, "no connectors here");
    }
}
