using System.Net.Sockets;
using Npgsql;

namespace StreamDb.Testing.Crash;

/// <summary>One connection that writes until the server is gone, and remembers what was acknowledged.</summary>
/// <remarks>
/// Invariant: the tables hold <see cref="Acknowledged"/>, or, when <see cref="InDoubt"/> is set, perhaps what follows from it. An
/// operation is in doubt from the moment its last message is sent; a transaction whose COMMIT was not sent is not.
/// </remarks>
internal sealed class CrashWriter(int writer, Random random)
{
    private long _number;

    public WriterState Acknowledged { get; private set; } = new();

    public WriterOperation? InDoubt { get; private set; }

    public long AcknowledgedCount { get; private set; }

    public long TransactionCount { get; private set; }

    /// <summary>Writes until the connection breaks.</summary>
    /// <exception cref="PostgresException">The server refused a write: no error is expected.</exception>
    public async Task RunAsync(string connectionString)
    {
        try
        {
            await using var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync().ConfigureAwait(false);
            while (true)
            {
                await WriteAsync(connection, Next()).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is NpgsqlException and not PostgresException or IOException or SocketException)
        {
        }
    }

    /// <summary>Compares what was read after the restart, and settles what was in doubt.</summary>
    /// <returns>Whether the operation in doubt was applied; null when none was.</returns>
    /// <exception cref="CrashException">It is neither what was acknowledged nor that with the whole operation in doubt.</exception>
    public bool? Settle(WriterState found)
    {
        WriterOperation? operation = InDoubt;
        InDoubt = null;
        if (found.IsSameAs(Acknowledged))
        {
            return operation is null ? null : false;
        }

        string difference = found.DifferenceFrom(Acknowledged);
        if (operation is not null)
        {
            Acknowledged.Apply(operation);
            if (found.IsSameAs(Acknowledged))
            {
                return true;
            }
        }

        throw new CrashException($"writer {writer}: {difference}; in doubt: {operation?.ToString() ?? "nothing"}");
    }

    public void Forget()
    {
        Acknowledged = new();
        InDoubt = null;
    }

    private WriterOperation Next()
    {
        OperationKind kind = random.Next(100) switch
        {
            < 35 => OperationKind.Insert,
            < 55 => OperationKind.MultiRowInsert,
            < 70 => OperationKind.Update,
            < 78 => OperationKind.Delete,
            < 88 => OperationKind.Upsert,
            _ => OperationKind.Transaction,
        };
        _number++;
        return new WriterOperation(writer, _number, kind, Math.Max(1, _number - random.Next(1, 30)));
    }

    private async Task WriteAsync(NpgsqlConnection connection, WriterOperation operation)
    {
        if (operation.Kind == OperationKind.Transaction)
        {
            await RunAsync(connection, "BEGIN").ConfigureAwait(false);
            foreach (string sql in operation.Statements)
            {
                await RunAsync(connection, sql).ConfigureAwait(false);
            }

            InDoubt = operation;
            await RunAsync(connection, "COMMIT").ConfigureAwait(false);
            TransactionCount++;
        }
        else
        {
            InDoubt = operation;
            await RunAsync(connection, operation.Statements[0]).ConfigureAwait(false);
        }

        Acknowledged.Apply(operation);
        InDoubt = null;
        AcknowledgedCount++;
    }

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync().ConfigureAwait(false);
    }
}
