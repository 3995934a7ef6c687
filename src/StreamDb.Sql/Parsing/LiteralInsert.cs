namespace StreamDb.Sql.Parsing;

public enum LiteralTokenKind : byte
{
    Null,
    Boolean,

    /// <summary>Digits only, with an optional sign.</summary>
    Integer,

    /// <summary>With a point or an exponent, with an optional sign.</summary>
    Number,
    String,
}

/// <summary>One value of a <see cref="LiteralInsert"/>, as a slice of the statement's text.</summary>
/// <param name="Start">
/// 0-based offset of the value: of its sign or first digit, or behind the opening quote of a string.
/// </param>
/// <param name="Length">Characters up to the end of the number or before the closing quote.</param>
/// <param name="HasQuotes">A string with doubled quotes inside; see <see cref="LiteralInsert.GetText"/>.</param>
/// <param name="TypeStart">Offset of the type's name behind <c>::</c> or before the string; −1 for none.</param>
/// <param name="TypeLength">Its length.</param>
public readonly record struct LiteralToken(
    LiteralTokenKind Kind,
    int Start,
    int Length,
    bool HasQuotes,
    int TypeStart,
    int TypeLength);

/// <summary>
/// An INSERT of literals: <see cref="RowCount"/> rows of <see cref="ColumnCount"/> values each, row after row, without
/// a syntax tree.
/// </summary>
public sealed class LiteralInsert
{
    private readonly LiteralToken[] _values;

    internal LiteralInsert(string source, string[] target, string[] columns, LiteralToken[] values, int columnCount)
    {
        Source = source;
        Target = target;
        Columns = columns;
        ColumnCount = columnCount;
        _values = values;
    }

    /// <summary>The statement; the values are slices of it.</summary>
    public string Source { get; }

    /// <summary>The relation's name, one to three folded parts.</summary>
    public IReadOnlyList<string> Target { get; }

    /// <summary>The column list, folded; empty when not written.</summary>
    public IReadOnlyList<string> Columns { get; }

    /// <summary>Values in each row.</summary>
    public int ColumnCount { get; }

    public int RowCount => _values.Length / ColumnCount;

    /// <summary>All values, row by row.</summary>
    public ReadOnlySpan<LiteralToken> Values => _values;

    public ReadOnlySpan<LiteralToken> Row(int index) => _values.AsSpan(index * ColumnCount, ColumnCount);

    /// <summary>The value's characters as written; doubled quotes of a string are still doubled.</summary>
    public ReadOnlySpan<char> Slice(in LiteralToken value) => Source.AsSpan(value.Start, value.Length);

    /// <summary>The value's text: a string's value, a number's digits, <c>true</c>, <c>null</c>.</summary>
    public string GetText(in LiteralToken value)
    {
        string text = Slice(value).ToString();
        return value.HasQuotes ? text.Replace("''", "'", StringComparison.Ordinal) : text;
    }

    /// <summary>The name of the type that the value is cast to, folded, or null.</summary>
    public string? GetTypeName(in LiteralToken value) =>
        value.TypeStart < 0 ? null : Source.Substring(value.TypeStart, value.TypeLength).ToLowerInvariant();
}
