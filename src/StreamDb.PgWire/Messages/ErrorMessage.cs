using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Errors;

namespace StreamDb.PgWire.Messages;

/// <summary>ErrorResponse and NoticeResponse, with PostgreSQL's field letters in PostgreSQL's order.</summary>
internal static class ErrorMessage
{
    /// <param name="isFatal">Severity FATAL: the connection ends after it.</param>
    /// <param name="position">1-based, in characters of the query string; 0 when unknown.</param>
    public static void Write(MessageWriter output, SqlException error, bool isFatal, int position)
    {
        output.Begin(BackendMessage.ErrorResponse);
        Head(output, isFatal ? "FATAL" : "ERROR", error.State, error.Message);
        Field(output, 'D', error.Detail);
        Field(output, 'H', error.Hint);
        if (position > 0)
        {
            Field(output, 'P', position.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        Field(output, 'W', error.Where);
        Field(output, 's', error.SchemaName);
        Field(output, 't', error.TableName);
        Field(output, 'c', error.ColumnName);
        Field(output, 'd', error.DataTypeName);
        Field(output, 'n', error.ConstraintName);
        Finish(output);
    }

    public static void Write(MessageWriter output, Notice notice)
    {
        output.Begin(BackendMessage.NoticeResponse);
        Head(output, notice.Severity, notice.State, notice.Message);
        Field(output, 'D', notice.Detail);
        Field(output, 'H', notice.Hint);
        Finish(output);
    }

    private static void Head(MessageWriter output, string severity, string state, string message)
    {
        Field(output, 'S', severity);
        Field(output, 'V', severity);
        Field(output, 'C', state);
        Field(output, 'M', message);
    }

    private static void Field(MessageWriter output, char letter, string? value)
    {
        if (value is not null)
        {
            output.WriteBytes([(byte)letter]);
            output.WriteString(value);
        }
    }

    private static void Finish(MessageWriter output)
    {
        output.WriteBytes([0]);
        output.End();
    }
}
