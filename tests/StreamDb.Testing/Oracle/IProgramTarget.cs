namespace StreamDb.Testing.Oracle;

/// <summary>A database that runs generated programs.</summary>
internal interface IProgramTarget : IAsyncDisposable
{
    /// <summary>Whether a BEGIN is open.</summary>
    bool IsInTransaction { get; }

    /// <summary>Runs a statement and returns its command tag.</summary>
    /// <exception cref="TargetException">It failed.</exception>
    Task<string> ExecuteAsync(OracleStep step);

    /// <summary>Runs a query.</summary>
    /// <exception cref="TargetException">It failed.</exception>
    Task<QueryRows> QueryAsync(string sql);
}

/// <summary>An error of the database.</summary>
internal sealed class TargetException(string state, string message, Exception inner) : Exception(message, inner)
{
    public string State { get; } = state;
}
