using Microsoft.Extensions.Logging;
using StreamDb.Core.Errors;

namespace StreamDb.PgWire.Connections;

/// <summary>Turns whatever a statement threw into what its client is told.</summary>
internal sealed class StatementErrors(ILogger logger)
{
    /// <summary>Exceptions that end the connection and not just the statement.</summary>
    public static bool EndsConnection(Exception error) => error is Messages.ProtocolException or ClientGoneException;

    /// <summary>Errors that end the session: the client gets them as FATAL.</summary>
    public static bool EndsSession(SqlException error) => error.State is SqlState.AdminShutdown or SqlState.CannotConnectNow;

    public SqlException From(Exception error)
    {
        switch (error)
        {
            case SqlException sql:
                return sql;
            case OperationCanceledException:
                return new SqlException(SqlState.QueryCanceled, "canceling statement due to user request", error);
            case OutOfMemoryException:
                return new SqlException(SqlState.OutOfMemory, "out of memory", error);
            default:
                // A bug of ours. The client learns that much; where it happened is in the log.
                logger.StatementFailed(error);
                return new SqlException(SqlState.InternalError, $"internal error: {error.Message}", error);
        }
    }
}
