using StreamDb.Core.Errors;

namespace StreamDb.Core.Rows;

/// <summary>Raises the first row error: the sink of ad hoc queries and DML.</summary>
public sealed class ThrowingErrorSink : IErrorSink
{
    public static ThrowingErrorSink Instance { get; } = new();

    public void Report(string state, string message, long weight) => throw new SqlException(state, message);
}
