using System.Globalization;
using Npgsql;

namespace StreamDb.Testing.Oracle;

/// <summary>A fresh schema on a PostgreSQL server.</summary>
internal sealed class PostgresTarget : IProgramTarget
{
    private readonly NpgsqlConnection _connection;
    private readonly string _schema;

    private PostgresTarget(NpgsqlConnection connection, string schema)
    {
        _connection = connection;
        _schema = schema;
    }

    public bool IsInTransaction { get; private set; }

    public static async Task<PostgresTarget> CreateAsync(string connectionString)
    {
        string schema = $"p{Guid.NewGuid():N}";
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync().ConfigureAwait(false);
        var target = new PostgresTarget(connection, schema);
        await target.RunAsync($"SET client_min_messages = 'warning'; CREATE SCHEMA {schema}; SET search_path = {schema}; {AdvanceStep.PostgresClock}").ConfigureAwait(false);
        return target;
    }

    public async Task<string> ExecuteAsync(OracleStep step)
    {
        string sql = step.PostgresSql;
        string tag = await RunAsync(sql).ConfigureAwait(false);
        IsInTransaction = sql.Split(' ')[0] switch
        {
            "BEGIN" or "START" => true,
            "COMMIT" => false,
            "ROLLBACK" when !sql.Contains(" TO ", StringComparison.Ordinal) => false,
            _ => IsInTransaction,
        };
        return tag;
    }

    public async Task<QueryRows> QueryAsync(string sql)
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, _connection) { AllResultTypesAreUnknown = true };
            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync().ConfigureAwait(false);
            List<string?[]> rows = [];
            while (await reader.ReadAsync().ConfigureAwait(false))
            {
                rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetString(i))]);
            }

            return new QueryRows(
                [.. Enumerable.Range(0, reader.FieldCount).Select(i => IsNumber(reader.GetDataTypeName(i)))], rows);
        }
        catch (PostgresException error)
        {
            throw new TargetException(error.SqlState, error.MessageText, error);
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await RunAsync($"ROLLBACK; DROP SCHEMA {_schema} CASCADE").ConfigureAwait(false);
        }
        finally
        {
            await _connection.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static bool IsNumber(string type) =>
        type == "double precision" || type.StartsWith("numeric", StringComparison.Ordinal);

    /// <summary>The rows affected stand for the tag: Npgsql does not show the tag itself.</summary>
    private async Task<string> RunAsync(string sql)
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, _connection);
            int rows = await command.ExecuteNonQueryAsync().ConfigureAwait(false);
            return rows < 0 ? "" : rows.ToString(CultureInfo.InvariantCulture);
        }
        catch (PostgresException error)
        {
            throw new TargetException(error.SqlState, error.MessageText, error);
        }
    }
}
