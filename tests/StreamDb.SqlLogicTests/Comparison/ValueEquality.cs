using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>Equality of two printed values under the allowed leniencies.</summary>
public static partial class ValueEquality
{
    // Fifteen significant digits: half a unit of the fifteenth, relative to the larger number.
    private const double NumericTolerance = 5e-15;

    public static bool AreEqual(string expected, string actual, Leniency allowed, ref Leniency used)
    {
        if (expected == actual)
        {
            return true;
        }

        if (allowed.HasFlag(Leniency.Numeric) && AreSameNumber(expected, actual))
        {
            used |= Leniency.Numeric;
            return true;
        }

        if (allowed.HasFlag(Leniency.TimeZone) && WithShortOffset(expected) == WithShortOffset(actual))
        {
            used |= Leniency.TimeZone;
            return true;
        }

        if (allowed.HasFlag(Leniency.Json) && AreSameJson(expected, actual))
        {
            used |= Leniency.Json;
            return true;
        }

        return false;
    }

    /// <summary>A form that equal values share, for sorting before the pairwise comparison.</summary>
    public static string SortKey(string value, Leniency allowed)
    {
        // Twelve digits, so that values a comparison would call equal do not sort apart by their last digits.
        if (allowed.HasFlag(Leniency.Numeric) && TryNumber(value, out double number))
        {
            return number.ToString("E11", CultureInfo.InvariantCulture);
        }

        return allowed.HasFlag(Leniency.TimeZone) ? WithShortOffset(value) : value;
    }

    public static bool AreSameNumber(string left, string right)
    {
        if (!TryNumber(left, out double x) || !TryNumber(right, out double y))
        {
            return false;
        }

        return x == y || Math.Abs(x - y) <= Math.Max(Math.Abs(x), Math.Abs(y)) * NumericTolerance;
    }

    private static bool TryNumber(string text, out double number)
    {
        number = 0;
        return text.Length > 0 && (char.IsAsciiDigit(text[^1]) || text[^1] == '.')
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number) && double.IsFinite(number);
    }

    private static string WithShortOffset(string text) =>
        text.EndsWith(":00", StringComparison.Ordinal) || text.Contains(":00\"", StringComparison.Ordinal)
            ? WholeHourOffset().Replace(text, "$1")
            : text;

    private static bool AreSameJson(string left, string right)
    {
        if (left.Length == 0 || right.Length == 0 || left[0] != right[0] || left[0] is not ('{' or '['))
        {
            return false;
        }

        try
        {
            using JsonDocument x = JsonDocument.Parse(left);
            using JsonDocument y = JsonDocument.Parse(right);
            return JsonElement.DeepEquals(x.RootElement, y.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"(:\d\d(?:\.\d+)?[+-]\d\d):00(?!\d)")]
    private static partial Regex WholeHourOffset();
}
