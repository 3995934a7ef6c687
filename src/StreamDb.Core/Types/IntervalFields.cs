namespace StreamDb.Core.Types;

/// <summary>
/// The modifier of an interval type: which fields it keeps (<c>interval day to second</c>) and how many digits of a second.
/// Encoded as PostgreSQL does: (fields &lt;&lt; 16) | precision, where 0x7FFF means all fields and 0xFFFF full precision.
/// </summary>
public static class IntervalFields
{
    public const int Month = 1 << 1;
    public const int Year = 1 << 2;
    public const int Day = 1 << 3;
    public const int Hour = 1 << 10;
    public const int Minute = 1 << 11;
    public const int Second = 1 << 12;
    public const int All = 0x7FFF;

    /// <summary>The fields outermost first; each name with the fields from it down to seconds.</summary>
    private static readonly (string Name, int Field)[] _fields =
        [("year", Year), ("month", Month), ("day", Day), ("hour", Hour), ("minute", Minute), ("second", Second)];

    /// <summary>The modifier for field names as the parser gives them.</summary>
    /// <param name="fields">Null, <c>year</c>, <c>day to second</c>, …; lower case.</param>
    /// <param name="precision">Digits of a second, 0 to 6; -1 for none given.</param>
    /// <returns>-1 when there is nothing to modify, or for unknown names.</returns>
    public static int Modifier(string? fields, int precision)
    {
        int mask = fields is null ? All : Mask(fields);
        return mask == All && precision < 0 ? -1 : (mask << 16) | (precision < 0 ? 0xFFFF : Math.Min(precision, 6));
    }

    /// <summary>The field mask of a modifier; <see cref="All"/> for none.</summary>
    public static int MaskOf(int modifier) => modifier < 0 ? All : (modifier >> 16) & All;

    /// <summary>Digits of a second that a modifier keeps; -1 for all.</summary>
    public static int PrecisionOf(int modifier) => modifier < 0 || (modifier & 0xFFFF) == 0xFFFF ? -1 : modifier & 0xFFFF;

    /// <summary>As format_type prints it after the word interval: <c> day to second(3)</c>.</summary>
    internal static string Format(int modifier)
    {
        int mask = MaskOf(modifier);
        string text = "";
        if (mask != All)
        {
            (string Name, int Field)[] kept = [.. _fields.Where(f => (mask & f.Field) != 0)];
            text = kept.Length == 1 ? " " + kept[0].Name : $" {kept[0].Name} to {kept[^1].Name}";
        }

        int precision = PrecisionOf(modifier);
        return precision < 0 ? text : $"{text}({precision})";
    }

    private static int Mask(string fields)
    {
        string[] words = fields.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        int first = Array.FindIndex(_fields, f => f.Name == words[0]);
        int last = words.Length == 3 ? Array.FindIndex(_fields, f => f.Name == words[2]) : first;
        if (first < 0 || last < first)
        {
            return All;
        }

        int mask = 0;
        for (int i = first; i <= last; i++)
        {
            mask |= _fields[i].Field;
        }

        return mask;
    }
}
