namespace StreamDb.Expressions.Functions;

/// <summary>Names of months and days.</summary>
internal static class DateTimeWords
{
    private static readonly string[] _months =
        ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

    private static readonly string[] _days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

    private static readonly string[] _roman = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII"];

    /// <summary>The month of that number, 1 to 12; for an interval without months, nothing.</summary>
    public static string Month(int month) => month is >= 1 and <= 12 ? _months[month - 1] : "   ";

    /// <summary>0 is Sunday.</summary>
    public static string Day(int day) => _days[day];

    public static string Roman(int month) => month is >= 1 and <= 12 ? _roman[month - 1] : "";

    public static string OrdinalSuffix(long number) => (Math.Abs(number) % 100) is >= 11 and <= 13 ? "th" : (Math.Abs(number) % 10) switch
    {
        1 => "st",
        2 => "nd",
        3 => "rd",
        _ => "th",
    };

    /// <summary>The number of the month (from 1) or day (from 0) that the text begins with, and how long its name is; 0 when none.</summary>
    public static int Match(ReadOnlySpan<char> text, bool isMonth, bool isShort, out int number)
    {
        string[] names = isMonth ? _months : _days;
        for (int i = 0; i < names.Length; i++)
        {
            ReadOnlySpan<char> name = isShort ? names[i].AsSpan(0, 3) : names[i];
            if (text.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                number = isMonth ? i + 1 : i;
                return name.Length;
            }
        }

        number = 0;
        return 0;
    }

    /// <summary>The month that the text spells in Roman numerals, and their length; 0 when none.</summary>
    public static int MatchRoman(ReadOnlySpan<char> text, out int month)
    {
        int best = 0;
        month = 0;
        for (int i = 0; i < _roman.Length; i++)
        {
            if (_roman[i].Length > best && text.StartsWith(_roman[i], StringComparison.OrdinalIgnoreCase))
            {
                (best, month) = (_roman[i].Length, i + 1);
            }
        }

        return best;
    }
}
