using System.Globalization;

namespace StreamDb.SqlLogicTests.Reporting;

/// <summary>Orders record keys by path, then by line as a number, so that a list reads like the scripts.</summary>
public sealed class KeyOrder : IComparer<string>
{
    public static readonly KeyOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        (string leftPath, int leftLine) = Split(x ?? "");
        (string rightPath, int rightLine) = Split(y ?? "");
        int order = string.CompareOrdinal(leftPath, rightPath);
        order = order != 0 ? order : leftLine.CompareTo(rightLine);
        return order != 0 ? order : string.CompareOrdinal(x, y);
    }

    private static (string Path, int Line) Split(string key)
    {
        int colon = key.LastIndexOf(':');
        if (colon < 0)
        {
            return (key, 0);
        }

        int end = key.IndexOf('#', colon);
        ReadOnlySpan<char> digits = key.AsSpan(colon + 1, (end < 0 ? key.Length : end) - colon - 1);
        return (key[..colon], int.TryParse(digits, CultureInfo.InvariantCulture, out int line) ? line : 0);
    }
}
