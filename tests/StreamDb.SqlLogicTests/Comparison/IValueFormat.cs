using StreamDb.SqlLogicTests.Parsing;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>Prints a server value the way one family of suites writes it down.</summary>
public interface IValueFormat
{
    /// <param name="text">The server's text; null for NULL.</param>
    /// <param name="typeOid">The column's type as the server described it.</param>
    /// <param name="letter">The query's type letter for the column; '?' when it gave none.</param>
    /// <param name="mode">The script's mode at the query.</param>
    string Format(string? text, uint typeOid, char letter, ScriptMode mode);
}
