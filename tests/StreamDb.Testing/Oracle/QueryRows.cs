using System.Globalization;
using System.Text;

namespace StreamDb.Testing.Oracle;

/// <summary>A result as a multiset of rows of texts; a null cell is NULL.</summary>
/// <param name="IsNumber">Per column, whether it is numeric or a float.</param>
internal sealed record QueryRows(IReadOnlyList<bool> IsNumber, IReadOnlyList<string?[]> Rows)
{
    private const int RowsShownMax = 8;

    /// <summary>What one has and the other has not, or null when they are equal.</summary>
    public static string? Difference(QueryRows actual, QueryRows expected, bool isExact, string actualName, string expectedName)
    {
        Dictionary<string, int> counts = [];
        foreach (string row in expected.Lines(isExact))
        {
            counts[row] = counts.GetValueOrDefault(row) - 1;
        }

        foreach (string row in actual.Lines(isExact))
        {
            counts[row] = counts.GetValueOrDefault(row) + 1;
        }

        List<KeyValuePair<string, int>> different = [.. counts.Where(c => c.Value != 0)];
        if (different.Count == 0)
        {
            return null;
        }

        var text = new StringBuilder();
        foreach ((string row, int count) in different.Take(RowsShownMax))
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Math.Abs(count)} × only in {(count > 0 ? actualName : expectedName)}: {row}\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"  ({actual.Rows.Count} rows in {actualName}, {expected.Rows.Count} in {expectedName})").ToString();
    }

    private IEnumerable<string> Lines(bool isExact) =>
        Rows.Select(row => string.Join(" | ", row.Select((cell, i) => cell is null ? "NULL" : isExact || !IsNumber[i] ? cell : Rounded(cell))));

    /// <summary>To 14 digits: the databases may show a quotient to different lengths.</summary>
    private static string Rounded(string cell) =>
        double.Parse(cell, CultureInfo.InvariantCulture).ToString("G14", CultureInfo.InvariantCulture);
}
