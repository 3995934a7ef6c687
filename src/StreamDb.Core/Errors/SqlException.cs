namespace StreamDb.Core.Errors;

/// <summary>
/// An error the user can cause: it has a SQLSTATE and is reported to the client as PostgreSQL would report it.
/// A broken invariant is never a <see cref="SqlException"/>; see <see cref="Diagnostics.Invariant"/>.
/// </summary>
/// <remarks>Thrown anywhere below the session, caught once at the session.</remarks>
public sealed class SqlException : Exception
{
    /// <param name="state">One of <see cref="Errors.SqlState"/>.</param>
    /// <param name="message">Lower-case, factual, no full stop; names in double quotes.</param>
    public SqlException(string state, string message)
        : base(message)
    {
        State = state;
    }

    public SqlException(string state, string message, Exception inner)
        : base(message, inner)
    {
        State = state;
    }

    /// <summary>The five-character SQLSTATE.</summary>
    public string State { get; }

    /// <summary>1-based character position in the statement text; 0 when unknown.</summary>
    public int Position { get; init; }

    /// <summary>A full sentence with more facts, or null.</summary>
    public string? Detail { get; init; }

    /// <summary>A full sentence of advice, or null.</summary>
    public string? Hint { get; init; }

    /// <summary>The context in which it happened, as in "COPY t, line 3", or null.</summary>
    public string? Where { get; init; }

    public string? SchemaName { get; init; }

    public string? TableName { get; init; }

    public string? ColumnName { get; init; }

    public string? DataTypeName { get; init; }

    public string? ConstraintName { get; init; }

    /// <summary>The same error at <paramref name="position"/>, unless it already has one.</summary>
    public SqlException At(int position) => Position != 0 || position == 0 ? this : WithPosition(position);

    /// <summary>The same error, its position moved by <paramref name="units"/>: for a statement inside a longer text.</summary>
    public SqlException MovedBy(int units) => Position == 0 || units == 0 ? this : WithPosition(Position + units);

    private SqlException WithPosition(int position) => new(State, Message, this)
    {
        Position = position,
        Detail = Detail,
        Hint = Hint,
        Where = Where,
        SchemaName = SchemaName,
        TableName = TableName,
        ColumnName = ColumnName,
        DataTypeName = DataTypeName,
        ConstraintName = ConstraintName,
    };
}
