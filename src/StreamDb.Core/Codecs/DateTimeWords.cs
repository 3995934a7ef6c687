using System.Collections.Frozen;
using System.Text;

namespace StreamDb.Core.Codecs;

/// <summary>What a word means in a date or time.</summary>
internal enum DateTimeWordKind : byte
{
    Ignored,
    Month,
    DayOfWeek,
    AmPm,
    Era,
    Epoch,
    Infinity,
    MinusInfinity,
    Now,
    Today,
    Tomorrow,
    Yesterday,

    /// <summary>Announces that a time follows: the T of ISO 8601.</summary>
    TimeFollows,

    /// <summary>Announces a Julian day.</summary>
    Julian,
    AllBalls,
    DaylightSaving,

    /// <summary>A field name (h, m, d, …) that PostgreSQL knows and that we do not take.</summary>
    Unit,
}

/// <summary>The words of PostgreSQL's date and time input, zones apart.</summary>
internal static class DateTimeWords
{
    private static readonly FrozenDictionary<string, (DateTimeWordKind Kind, int Value)> _words = Build();

    /// <param name="word">Lower-case ASCII letters.</param>
    public static bool TryFind(ReadOnlySpan<byte> word, out (DateTimeWordKind Kind, int Value) meaning)
    {
        Span<char> chars = stackalloc char[DateTimeTokenizer.BytesMax];
        int length = Encoding.ASCII.GetChars(word, chars);
        return _words.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..length], out meaning);
    }

    private static FrozenDictionary<string, (DateTimeWordKind Kind, int Value)> Build()
    {
        var words = new Dictionary<string, (DateTimeWordKind, int)>
        {
            ["at"] = (DateTimeWordKind.Ignored, 0),
            ["on"] = (DateTimeWordKind.Ignored, 0),
            ["am"] = (DateTimeWordKind.AmPm, 0),
            ["pm"] = (DateTimeWordKind.AmPm, 1),
            ["ad"] = (DateTimeWordKind.Era, 0),
            ["bc"] = (DateTimeWordKind.Era, 1),
            ["epoch"] = (DateTimeWordKind.Epoch, 0),
            ["infinity"] = (DateTimeWordKind.Infinity, 0),
            ["-infinity"] = (DateTimeWordKind.MinusInfinity, 0),
            ["now"] = (DateTimeWordKind.Now, 0),
            ["today"] = (DateTimeWordKind.Today, 0),
            ["tomorrow"] = (DateTimeWordKind.Tomorrow, 0),
            ["yesterday"] = (DateTimeWordKind.Yesterday, 0),
            ["t"] = (DateTimeWordKind.TimeFollows, 0),
            ["j"] = (DateTimeWordKind.Julian, 0),
            ["jd"] = (DateTimeWordKind.Julian, 0),
            ["julian"] = (DateTimeWordKind.Julian, 0),
            ["allballs"] = (DateTimeWordKind.AllBalls, 0),
            ["dst"] = (DateTimeWordKind.DaylightSaving, 0),
        };
        string[] months = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
        for (int i = 0; i < months.Length; i++)
        {
            words[months[i]] = (DateTimeWordKind.Month, i + 1);
            words[months[i][..3]] = (DateTimeWordKind.Month, i + 1);
        }

        words["sept"] = (DateTimeWordKind.Month, 9);
        string[] days = ["sun", "sunday", "mon", "monday", "tue", "tues", "tuesday", "wed", "weds", "wednesday", "thu", "thur", "thurs", "thursday", "fri", "friday", "sat", "saturday"];
        foreach (string day in days)
        {
            words[day] = (DateTimeWordKind.DayOfWeek, 0);
        }

        foreach (string unit in (string[])["d", "dow", "doy", "h", "isodow", "isoyear", "m", "mm", "s", "y"])
        {
            words[unit] = (DateTimeWordKind.Unit, 0);
        }

        return words.ToFrozenDictionary();
    }
}
