using System.Globalization;
using System.Text;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>to_char for dates and times, and to_timestamp and to_date back: PostgreSQL's template patterns.</summary>
internal static class DateTimeFormat
{
    public static ByteSlice? FormatTimestamp(long timestamp, ByteSlice template, EvaluationContext c) =>
        SqlCalendar.IsFinite(timestamp) ? c.Text(Format(DateTimeParts.Of(timestamp, null), template)) : null;

    public static ByteSlice? FormatTimestampTz(long timestamp, ByteSlice template, EvaluationContext c) => SqlCalendar.IsFinite(timestamp)
        ? c.Text(Format(DateTimeParts.Of(TimeZones.ToLocal(c.Format.TimeZone, timestamp), TimeZones.OffsetAt(c.Format.TimeZone, timestamp)) with
        {
            ZoneName = c.Format.TimeZone.Id,
        }, template))
        : null;

    public static ByteSlice FormatInterval(Interval value, ByteSlice template, EvaluationContext c) =>
        c.Text(Format(DateTimeParts.Of(value), template));

    public static ByteSlice FormatTime(long time, ByteSlice template, EvaluationContext c) =>
        c.Text(Format(DateTimeParts.Of(time, null), template));

    public static long ParseTimestampTz(ByteSlice text, ByteSlice template, EvaluationContext c)
    {
        (long local, int? offset) = new DateTimeTemplateParser(Utf8Text.Decode(text), TokensOf(template)).Parse();
        return offset is { } seconds ? local - (seconds * SqlCalendar.MicrosecondsPerSecond) : TimeZones.ToUtc(c.Format.TimeZone, local);
    }

    public static int ParseDate(ByteSlice text, ByteSlice template) =>
        SqlCalendar.SplitDay(new DateTimeTemplateParser(Utf8Text.Decode(text), TokensOf(template)).Parse().Local, out _);

    private static List<TemplateToken> TokensOf(ByteSlice template) => TemplateToken.Split(Utf8Text.Decode(template));

    private static string Format(DateTimeParts parts, ByteSlice template)
    {
        var output = new StringBuilder();
        foreach (TemplateToken token in TokensOf(template))
        {
            Append(token, parts, output);
        }

        return output.ToString();
    }

    private static void Append(TemplateToken token, DateTimeParts p, StringBuilder output)
    {
        int hour12 = p.Hour % 12 == 0 ? 12 : p.Hour % 12;
        switch (token.Pattern)
        {
            case null: output.Append(token.Text); break;
            case "HH24": Number(p.Hour, p.Hour < 0 ? 3 : 2); break;
            case "HH12" or "HH": Number(p.IsInterval && p.Hour == 0 ? 12 : hour12, 2); break;
            case "MI": Number(p.Minute, 2); break;
            case "SS": Number(p.Second, 2); break;
            case "MS" or "FF3": Number(p.Microsecond / 1000, 3); break;
            case "US" or "FF6": Number(p.Microsecond, 6); break;
            case "FF1": Number(p.Microsecond / 100_000, 1); break;
            case "FF2": Number(p.Microsecond / 10_000, 2); break;
            case "FF4": Number(p.Microsecond / 100, 4); break;
            case "FF5": Number(p.Microsecond / 10, 5); break;
            case "SSSSS" or "SSSS": Number((p.Hour * 3600) + (p.Minute * 60) + p.Second, 0); break;
            case "AM" or "PM": output.Append(p.Hour >= 12 ? "PM" : "AM"); break;
            case "am" or "pm": output.Append(p.Hour >= 12 ? "pm" : "am"); break;
            case "A.M." or "P.M.": output.Append(p.Hour >= 12 ? "P.M." : "A.M."); break;
            case "a.m." or "p.m.": output.Append(p.Hour >= 12 ? "p.m." : "a.m."); break;
            case "YYYY": Number(p.ShownYear, 4); break;
            case "YYY": Number(p.ShownYear % 1000, 3); break;
            case "YY": Number(p.ShownYear % 100, 2); break;
            case "Y": Number(p.ShownYear % 10, 1); break;
            case "Y,YYY": output.Append(CultureInfo.InvariantCulture, $"{p.ShownYear / 1000},{p.ShownYear % 1000:000}"); break;
            case "IYYY": Number(p.IsoYear, 4); break;
            case "IYY": Number(p.IsoYear % 1000, 3); break;
            case "IY": Number(p.IsoYear % 100, 2); break;
            case "I": Number(p.IsoYear % 10, 1); break;
            case "BC" or "AD": output.Append(p.Year <= 0 ? "BC" : "AD"); break;
            case "bc" or "ad": output.Append(p.Year <= 0 ? "bc" : "ad"); break;
            case "B.C." or "A.D.": output.Append(p.Year <= 0 ? "B.C." : "A.D."); break;
            case "b.c." or "a.d.": output.Append(p.Year <= 0 ? "b.c." : "a.d."); break;
            case "MONTH" or "Month" or "month": Word(DateTimeWords.Month(p.Month), 9); break;
            case "MON" or "Mon" or "mon": Word(DateTimeWords.Month(p.Month)[..3], 0); break;
            case "MM": Number(p.Month, 2); break;
            case "DAY" or "Day" or "day": Word(DateTimeWords.Day(p.DayOfWeek), 9); break;
            case "DY" or "Dy" or "dy": Word(DateTimeWords.Day(p.DayOfWeek)[..3], 0); break;
            case "DDD": Number(p.DayOfYear, 3); break;
            case "IDDD": Number(((p.IsoWeek - 1) * 7) + (p.DayOfWeek == 0 ? 7 : p.DayOfWeek), 3); break;
            case "DD": Number(p.Day, 2); break;
            case "D": Number(p.DayOfWeek + 1, 1); break;
            case "ID": Number(p.DayOfWeek == 0 ? 7 : p.DayOfWeek, 1); break;
            case "W": Number(((p.Day - 1) / 7) + 1, 1); break;
            case "WW": Number(((p.DayOfYear - 1) / 7) + 1, 2); break;
            case "IW": Number(p.IsoWeek, 2); break;
            case "CC": Number(p.IsInterval ? p.Year / 100 : p.Year > 0 ? (p.Year + 99) / 100 : -((99 - (p.Year - 1)) / 100), 2); break;
            case "J": Number(p.Julian, 0); break;
            case "Q": Number(((p.Month - 1) / 3) + 1, 1); break;
            case "RM": output.Append(token.IsFill ? DateTimeWords.Roman(p.Month) : DateTimeWords.Roman(p.Month).PadRight(4)); break;
#pragma warning disable CA1308 // The pattern asks for lower case.
            case "rm": output.Append(token.IsFill ? DateTimeWords.Roman(p.Month).ToLowerInvariant() : DateTimeWords.Roman(p.Month).ToLowerInvariant().PadRight(4)); break;
            case "TZ": output.Append(p.ZoneAbbreviation); break;
            case "tz": output.Append(p.ZoneAbbreviation.ToLowerInvariant()); break;
#pragma warning restore CA1308
            case "TZH": output.Append(p.Offset < 0 ? '-' : '+').Append((Math.Abs(p.Offset ?? 0) / 3600).ToString("00", CultureInfo.InvariantCulture)); break;
            case "TZM": output.Append((Math.Abs(p.Offset ?? 0) / 60 % 60).ToString("00", CultureInfo.InvariantCulture)); break;
            case "OF": AppendOffset(p.Offset ?? 0, output); break;
        }

        void Number(long value, int width)
        {
            string digits = Math.Abs(value).ToString(CultureInfo.InvariantCulture);
            if (!token.IsFill)
            {
                digits = digits.PadLeft(value < 0 && width == 3 ? 2 : width, '0');
            }

            output.Append(value < 0 ? "-" : "").Append(digits);
            if (token.Ordinal is { } ordinal)
            {
                string suffix = DateTimeWords.OrdinalSuffix(value);
                output.Append(ordinal == "TH" ? suffix.ToUpperInvariant() : suffix);
            }
        }

        void Word(string word, int width)
        {
#pragma warning disable CA1308 // The pattern's own case decides.
            string cased = char.IsLower(token.Pattern![0]) ? word.ToLowerInvariant()
                : char.IsUpper(token.Pattern[1]) ? word.ToUpperInvariant()
                : word;
#pragma warning restore CA1308
            output.Append(token.IsFill ? cased : cased.PadRight(width));
        }
    }

    private static void AppendOffset(int offset, StringBuilder output)
    {
        output.Append(offset < 0 ? '-' : '+').Append((Math.Abs(offset) / 3600).ToString("00", CultureInfo.InvariantCulture));
        if (offset / 60 % 60 != 0)
        {
            output.Append(':').Append((Math.Abs(offset) / 60 % 60).ToString("00", CultureInfo.InvariantCulture));
        }
    }
}
