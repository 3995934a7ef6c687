namespace StreamDb.SqlLogicTests.Wire;

/// <summary>A column of a result: its name and type OID as the server described them.</summary>
public readonly record struct ResultColumn(string Name, uint TypeOid);

/// <summary>An ErrorResponse.</summary>
/// <param name="Position">1-based, in characters of the statement; 0 when the server gave none.</param>
public sealed record ServerError(string SqlState, string Message, string? Detail, string? Hint, int Position)
{
    /// <summary>The text the peers' runners match their patterns against.</summary>
    public string Text => $"db error: ERROR: {Message}"
        + (Detail is null ? "" : $"\nDETAIL: {Detail}")
        + (Hint is null ? "" : $"\nHINT: {Hint}");
}

/// <summary>What one statement returned: rows in text format, a command tag, or an error.</summary>
public sealed class StatementResult
{
    public IReadOnlyList<ResultColumn> Columns { get; set; } = [];

    public List<string?[]> Rows { get; } = [];

    public string Tag { get; set; } = "";

    public ServerError? Error { get; set; }

    /// <summary>The number at the end of the command tag; 0 when it has none.</summary>
    public long RowCount =>
        long.TryParse(Tag.AsSpan(Tag.LastIndexOf(' ') + 1), System.Globalization.CultureInfo.InvariantCulture, out long count) ? count : 0;
}
