using System.Globalization;
using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>SQLite's rules: I is a C integer, R has three decimals, T shows only printable ASCII.</summary>
public sealed class SqliteFormat : IValueFormat
{
    public string Format(string? text, uint typeOid, char letter, ScriptMode mode)
    {
        if (text is null)
        {
            return "NULL";
        }

        if (typeOid == TypeOids.Bool && letter is 'I' or 'R')
        {
            text = text == "t" ? "1" : "0";
        }

        return letter switch
        {
            'I' => Integer(text),
            'R' => DecimalText.Fixed(Number(text), 3),
            _ => text.Length == 0 ? "(empty)" : Printable(text),
        };
    }

    private static string Integer(string text)
    {
        if (long.TryParse(text, CultureInfo.InvariantCulture, out long whole))
        {
            return whole.ToString(CultureInfo.InvariantCulture);
        }

        // The C conversion drops the fraction, and takes text that is no number for zero.
        return decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal exact)
            ? decimal.Truncate(exact).ToString("F0", CultureInfo.InvariantCulture)
            : ((long)Number(text)).ToString(CultureInfo.InvariantCulture);
    }

    private static double Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : 0;

    private static string Printable(string text) =>
        string.Concat(System.Text.Encoding.UTF8.GetBytes(text).Select(b => b is >= 0x20 and <= 0x7e ? (char)b : '@'));
}
