namespace StreamDb.Core.Rows;

/// <summary>Where row errors go. In an ad hoc query the sink throws; in a maintained view it records and the expression is NULL.</summary>
public interface IErrorSink
{
    /// <summary>Reports an error of one row. When it returns, the caller yields NULL and goes on.</summary>
    /// <param name="state">SQLSTATE.</param>
    /// <param name="message">As for <see cref="Errors.SqlException"/>.</param>
    /// <param name="weight">Weight of the delta that caused it: a retraction takes the error back.</param>
    void Report(string state, string message, long weight);
}
