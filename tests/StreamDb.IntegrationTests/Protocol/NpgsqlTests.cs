using Npgsql;
using StreamDb.PgWire.Authentication;
using StreamDb.PgWire.Connections;
using Xunit;

namespace StreamDb.IntegrationTests.Protocol;

public sealed class NpgsqlTests : IAsyncDisposable
{
    private readonly FakeServer _server = new();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Parameters_go_in_and_come_out_prepared_or_not()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using var command = new NpgsqlCommand("select $1::int, $2::text", connection)
        {
            Parameters = { new() { Value = 42 }, new() { Value = "täxt" } },
        };
        for (int round = 0; round < 3; round++)
        {
            if (round == 1)
            {
                await command.PrepareAsync();
            }

            await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());
            Assert.Equal(42, reader.GetInt32(0));
            Assert.Equal("täxt", reader.GetString(1));
            Assert.False(await reader.ReadAsync());
        }
    }

    [Fact]
    public async Task Nulls_and_types_are_read_in_binary()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using var command = new NpgsqlCommand("select mixed", connection);
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        Assert.Equal([1L, (short)-2, "one"], (object[])[reader.GetInt64(0), reader.GetInt16(1), reader.GetString(2)]);
        await reader.ReadAsync();
        Assert.Equal(long.MinValue, reader.GetInt64(0));
        Assert.True(reader.IsDBNull(1) && reader.IsDBNull(2));
    }

    [Fact]
    public async Task A_batch_and_a_transaction_go_in_one_packet()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync();
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { new("insert"), new("select 1"), new("series 2000") },
        };
        await using (NpgsqlDataReader reader = await batch.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            Assert.True(await reader.NextResultAsync());
            int rows = 0;
            while (await reader.ReadAsync())
            {
                rows++;
            }

            Assert.Equal(2000, rows);
        }

        await transaction.CommitAsync();
    }

    [Fact]
    public async Task Errors_carry_their_fields_and_the_connection_goes_on()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using var bad = new NpgsqlCommand("oops", connection);
        PostgresException error = await Assert.ThrowsAsync<PostgresException>(() => bad.ExecuteNonQueryAsync());
        Assert.Equal(("42P01", 3, "D.", "H.", "oops"), (error.SqlState, error.Position, error.Detail, error.Hint, error.TableName));
        await using var good = new NpgsqlCommand("insert", connection);
        Assert.Equal(1, await good.ExecuteNonQueryAsync());
    }

    [Fact]
    public async Task A_running_command_is_cancelled()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using var command = new NpgsqlCommand("sleep", connection);
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        OperationCanceledException error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => command.ExecuteNonQueryAsync(cancel.Token));
        Assert.Equal("57014", Assert.IsType<PostgresException>(error.InnerException).SqlState);
        await using var good = new NpgsqlCommand("insert", connection);
        Assert.Equal(1, await good.ExecuteNonQueryAsync());
    }

    [Fact]
    public async Task Copy_works_both_ways_and_can_be_given_up()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using (TextWriter writer = await connection.BeginTextImportAsync("copy t from stdin"))
        {
            await writer.WriteAsync("1\ta\n2\tb\n");
        }

        using (TextReader reader = await connection.BeginTextExportAsync("copy t to stdout"))
        {
            Assert.Equal("1\ta\n2\tb\n3\tc\n", await reader.ReadToEndAsync());
        }

        var import = (NpgsqlCopyTextWriter)await connection.BeginTextImportAsync("copy t from stdin");
        await import.WriteAsync("1\ta\n");
        await import.CancelAsync();
        await using var good = new NpgsqlCommand("insert", connection);
        Assert.Equal(1, await good.ExecuteNonQueryAsync());
    }

    [Fact]
    public async Task Notices_and_changed_settings_arrive()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        var notices = new List<string>();
        connection.Notice += (_, notice) => notices.Add(notice.Notice.MessageText);
        await new NpgsqlCommand("notice", connection).ExecuteNonQueryAsync();
        await new NpgsqlCommand("set application_name", connection).ExecuteNonQueryAsync();
        Assert.Equal(["look here"], notices);
        Assert.Equal("changed", connection.PostgresParameters["application_name"]);
    }

    [Fact]
    public async Task The_password_is_checked()
    {
        await using var server = new FakeServer(new PgServerOptions { Roles = new SinglePasswordRoleStore("secret") });
        await using (var connection = new NpgsqlConnection(server.ConnectionString + ";Password=secret"))
        {
            await connection.OpenAsync();
        }

        await using var refused = new NpgsqlConnection(server.ConnectionString + ";Password=wrong");
        PostgresException error = await Assert.ThrowsAsync<PostgresException>(() => refused.OpenAsync());
        Assert.Equal("28P01", error.SqlState);
    }

    [Fact]
    public async Task Rows_of_a_feed_are_read_while_it_runs()
    {
        await using NpgsqlConnection connection = await OpenAsync();
        await using var command = new NpgsqlCommand("feed", connection);
        NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        for (int row = 0; row < 3; row++)
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal(row, reader.GetInt32(0));
        }

        command.Cancel();
        await Assert.ThrowsAsync<OperationCanceledException>(async () =>
        {
            while (await reader.ReadAsync())
            {
            }
        });
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(_server.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
