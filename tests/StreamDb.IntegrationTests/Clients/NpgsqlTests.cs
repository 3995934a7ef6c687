using System.Data;
using System.Numerics;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Xunit;

namespace StreamDb.IntegrationTests.Clients;

/// <summary>Npgsql as applications use it, with its type loading, against the real server.</summary>
public sealed class NpgsqlTests(ServerFixture fixture) : IClassFixture<ServerFixture>, IAsyncLifetime
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(fixture.Server.ConnectionString);

    /// <summary>A value of every type, as Npgsql gives it, and the type's name in SQL.</summary>
    public static TheoryData<string, object> Values => new()
    {
        { "boolean", true },
        { "smallint", (short)-7 },
        { "integer", int.MinValue },
        { "bigint", long.MaxValue },
        { "real", 1.5f },
        { "double precision", -0.1 },
        { "numeric", 12345678901234567.8901m },
        { "text", "naïve \"text\"" },
        { "varchar", "v" },
        { "bytea", new byte[] { 0, 255, 7 } },
        { "uuid", Guid.Parse("0f0e0d0c-0b0a-0908-0706-050403020100") },
        { "date", new DateOnly(2024, 2, 29) },
        { "time", new TimeOnly(23, 59, 58, 123) },
        { "timestamp", new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Unspecified) },
        { "timestamptz", new DateTime(2024, 2, 29, 1, 2, 3, DateTimeKind.Utc) },
        { "interval", new NpgsqlInterval(14, 3, 4_000_005) },
        { "integer[]", new[] { 1, 2, 3 } },
        { "text[]", new[] { "a", "b,c", "" } },
        { "timestamptz[]", new[] { new DateTime(2024, 1, 1, 0, 0, 0, DateTimeKind.Utc) } },
    };

    public async Task InitializeAsync()
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync();
        await ExecuteAsync(connection, "DROP SCHEMA IF EXISTS public CASCADE");
        await ExecuteAsync(connection, "CREATE SCHEMA public");
    }

    public async Task DisposeAsync() => await _source.DisposeAsync();

    [Theory]
    [MemberData(nameof(Values))]
    public async Task A_value_of_each_type_goes_in_through_a_parameter_and_comes_out_equal(string type, object value)
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync();
        await ExecuteAsync(connection, $"CREATE TABLE kept (id int PRIMARY KEY, v {type})");
        await using (var insert = new NpgsqlCommand("INSERT INTO kept VALUES (1, $1), (2, NULL)", connection))
        {
            insert.Parameters.Add(new NpgsqlParameter { Value = value });
            Assert.Equal(2, await insert.ExecuteNonQueryAsync());
        }

        await using var select = new NpgsqlCommand("SELECT v FROM kept ORDER BY id", connection);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());
        Assert.Equal(value, type switch
        {
            "date" => reader.GetFieldValue<DateOnly>(0),
            "time" => reader.GetFieldValue<TimeOnly>(0),
            "interval" => reader.GetFieldValue<NpgsqlInterval>(0),
            _ => reader.GetValue(0),
        });
        Assert.True(await reader.ReadAsync());
        Assert.True(reader.IsDBNull(0));
    }

    [Fact]
    public async Task Json_is_read_as_text_and_as_a_document()
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT $1::jsonb, $1::jsonb -> 'a'", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = """{"a": [1, 2]}""", NpgsqlDbType = NpgsqlDbType.Jsonb });
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Assert.Equal("""{"a": [1, 2]}""", reader.GetString(0));
        using JsonDocument document = reader.GetFieldValue<JsonDocument>(1);
        Assert.Equal(2, document.RootElement.GetArrayLength());
    }

    [Fact]
    public async Task Rows_are_copied_in_and_out_in_binary()
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync();
        await ExecuteAsync(connection, "CREATE TABLE copied (id int, name text, amount numeric)");
        await using (NpgsqlBinaryImporter importer = await connection.BeginBinaryImportAsync("COPY copied FROM STDIN (FORMAT BINARY)"))
        {
            for (int i = 0; i < 1000; i++)
            {
                await importer.StartRowAsync();
                await importer.WriteAsync(i, NpgsqlDbType.Integer);
                await importer.WriteAsync($"row {i}", NpgsqlDbType.Text);
                await importer.WriteAsync(i / 4m, NpgsqlDbType.Numeric);
            }

            Assert.Equal(1000UL, await importer.CompleteAsync());
        }

        decimal total = 0;
        await using NpgsqlBinaryExporter exporter = await connection.BeginBinaryExportAsync("COPY copied TO STDOUT (FORMAT BINARY)");
        while (await exporter.StartRowAsync() >= 0)
        {
            await exporter.SkipAsync();
            await exporter.SkipAsync();
            total += await exporter.ReadAsync<decimal>(NpgsqlDbType.Numeric);
        }

        Assert.Equal(999 * 1000 / 2 / 4m, total);
    }

    [Fact]
    public async Task The_schema_of_a_result_and_of_the_database_can_be_asked_for()
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync();
        await ExecuteAsync(connection, "CREATE TABLE described (id int PRIMARY KEY, amount numeric(10, 2) NOT NULL)");
        await using (var command = new NpgsqlCommand("SELECT id, amount, id + 1 AS next FROM described", connection))
        await using (NpgsqlDataReader reader = await command.ExecuteReaderAsync(CommandBehavior.SchemaOnly | CommandBehavior.KeyInfo))
        {
            DataTable columns = (await reader.GetSchemaTableAsync())!;
            Assert.Equal(["id", "amount", "next"], columns.Rows.Cast<DataRow>().Select(row => (string)row["ColumnName"]));
            Assert.True((bool)columns.Rows[0]["IsKey"]);
            Assert.Equal(10, columns.Rows[1]["NumericPrecision"]);
            Assert.Equal(2, columns.Rows[1]["NumericScale"]);
        }

        DataTable tables = await connection.GetSchemaAsync("Tables", [null, "public", "described", null]);
        Assert.Single(tables.Rows);
        DataTable described = await connection.GetSchemaAsync("Columns", [null, "public", "described", null]);
        Assert.Equal(2, described.Rows.Count);
    }

    [Fact]
    public async Task A_large_integer_and_an_enormous_numeric_fail_alone()
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync();
        await using (var command = new NpgsqlCommand("SELECT $1::numeric", connection))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = BigInteger.Pow(10, 60) });
            PostgresException error = await Assert.ThrowsAsync<PostgresException>(() => command.ExecuteScalarAsync());
            Assert.Equal("22003", error.SqlState);
        }

        await using var next = new NpgsqlCommand("SELECT 1", connection);
        Assert.Equal(1, await next.ExecuteScalarAsync());
    }

    [Fact]
    public async Task A_view_shows_a_transaction_when_it_is_committed_and_not_before()
    {
        await using NpgsqlConnection writer = await _source.OpenConnectionAsync();
        await using NpgsqlConnection reader = await _source.OpenConnectionAsync();
        await ExecuteAsync(writer, "CREATE TABLE orders (dish text, price int)");
        await ExecuteAsync(writer, "CREATE MATERIALIZED VIEW sales AS SELECT dish, sum(price) AS total FROM orders GROUP BY dish");
        await using NpgsqlTransaction transaction = await writer.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(writer, transaction)
        {
            BatchCommands = { new("INSERT INTO orders VALUES ('soup', 5)"), new("INSERT INTO orders VALUES ('soup', 6)") },
        };
        await batch.ExecuteNonQueryAsync();
        await using var total = new NpgsqlCommand("SELECT total FROM sales WHERE dish = 'soup'", reader);
        Assert.Null(await total.ExecuteScalarAsync());
        await transaction.CommitAsync();
        Assert.Equal(11L, await total.ExecuteScalarAsync());
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
