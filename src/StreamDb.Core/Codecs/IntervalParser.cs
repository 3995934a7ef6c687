using System.Buffers.Text;
using System.Collections.Frozen;
using System.Text;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Reads intervals in every form that PostgreSQL takes: units, SQL standard, ISO 8601, verbose with "ago".</summary>
/// <remarks>
/// Tokens are taken from right to left, so that a unit is known before its number. A unit may occur once, except that
/// seconds, milliseconds and microseconds only exclude each other when the seconds have a fraction.
/// </remarks>
internal ref struct IntervalParser
{
    private const int NoUnit = 0;
    private const int Microsecond = 1;
    private const int Millisecond = 2;
    private const int Second = 3;
    private const int Minute = 4;
    private const int Hour = 5;
    private const int Day = 6;
    private const int Week = 7;
    private const int Month = 8;
    private const int Year = 9;
    private const int Decade = 10;
    private const int Century = 11;
    private const int Millennium = 12;
    private const int Ago = 13;
    private const int TimeUnits = (1 << Hour) | (1 << Minute) | AllSeconds;
    private const int AllSeconds = (1 << Second) | (1 << Millisecond) | (1 << Microsecond);
    private const int UnitLengthMax = 10;

    private static readonly FrozenDictionary<string, int> _units = BuildUnits();

    private readonly ReadOnlySpan<byte> _text;
    private long _months;
    private long _days;
    private long _microseconds;

    private IntervalParser(ReadOnlySpan<byte> text)
    {
        _text = text;
    }

    /// <param name="text">The interval.</param>
    /// <param name="fields">The type's field mask: what a number without a unit means.</param>
    /// <param name="isSqlStandard">IntervalStyle sql_standard: a leading minus covers all fields without a sign of their own.</param>
    public static Interval Parse(ReadOnlySpan<byte> text, int fields, bool isSqlStandard)
    {
        var parser = new IntervalParser(text);
        try
        {
            if (!parser.TryParseUnits(fields, isSqlStandard))
            {
                parser = new IntervalParser(text);
                if (!parser.TryParseIso())
                {
                    throw CodecErrors.InvalidDatetime("interval", text);
                }
            }
        }
        catch (OverflowException)
        {
            throw parser.Overflow();
        }

        if (parser._days is < int.MinValue or > int.MaxValue)
        {
            throw parser.Overflow();
        }

        return parser._months is < int.MinValue or > int.MaxValue
            ? throw new SqlException(SqlState.DatetimeFieldOverflow, "interval out of range")
            : new Interval((int)parser._months, (int)parser._days, parser._microseconds);
    }

    private bool TryParseUnits(int fields, bool isSqlStandard)
    {
        Span<byte> copy = stackalloc byte[DateTimeTokenizer.BytesMax];
        Span<DateTimeToken> tokens = stackalloc DateTimeToken[DateTimeTokenizer.TokensMax];
        int count = new DateTimeTokenizer(_text, copy, tokens).Run();
        if (count <= 0)
        {
            return false;
        }

        bool isForcedNegative = isSqlStandard && IsForcedNegative(copy, tokens[..count]);
        bool isBefore = false;
        int unit = NoUnit;
        int filled = 0;
        for (int i = count - 1; i >= 0; i--)
        {
            ReadOnlySpan<byte> token = copy.Slice(tokens[i].Start, tokens[i].Length);
            int taken = 0;
            switch (tokens[i].Kind)
            {
                case DateTimeTokenKind.Time:
                    if (!TryTakeTime(token, fields, isForcedNegative))
                    {
                        return false;
                    }

                    taken = TimeUnits;
                    unit = Day;
                    break;
                case DateTimeTokenKind.Signed when token.Contains((byte)':'):
                    if (!TryTakeTime(token[1..], fields, token[0] == '-'))
                    {
                        return false;
                    }

                    // '1 +02:03': a number before a time without a unit is days.
                    taken = TimeUnits;
                    unit = Day;
                    break;
                case DateTimeTokenKind.Signed or DateTimeTokenKind.Date or DateTimeTokenKind.Number:
                    if (!TryTakeNumber(token, fields, isForcedNegative, ref unit, out taken))
                    {
                        return false;
                    }

                    break;
                default:
                    if (!TryFindUnit(token, out int word))
                    {
                        return false;
                    }

                    if (word == Ago)
                    {
                        isBefore = true;
                        unit = NoUnit;
                    }
                    else
                    {
                        unit = word;
                    }

                    continue;
            }

            if ((taken & filled) != 0)
            {
                return false;
            }

            filled |= taken;
        }

        if (isBefore)
        {
            _months = checked(-_months);
            _days = checked(-_days);
            _microseconds = checked(-_microseconds);
        }

        return filled != 0;
    }

    private static bool IsForcedNegative(ReadOnlySpan<byte> copy, ReadOnlySpan<DateTimeToken> tokens)
    {
        if (copy[tokens[0].Start] != '-')
        {
            return false;
        }

        foreach (DateTimeToken token in tokens[1..])
        {
            if (copy[token.Start] is (byte)'-' or (byte)'+')
            {
                return false;
            }
        }

        return true;
    }

    private bool TryTakeTime(scoped ReadOnlySpan<byte> token, int fields, bool isNegative)
    {
        if (!DateTimeParser.TryReadTime(token, out long hours, out int minutes, out int seconds, out int fraction))
        {
            return false;
        }

        if (fields == (IntervalFields.Minute | IntervalFields.Second) && token.Count((byte)':') == 1 && !token.Contains((byte)'.'))
        {
            (hours, minutes, seconds) = (0, (int)Math.Min(hours, int.MaxValue), minutes);
        }

        if (minutes > 59 || seconds > 60)
        {
            throw Overflow();
        }

        long time = checked((hours * SqlCalendar.MicrosecondsPerHour) + (minutes * SqlCalendar.MicrosecondsPerMinute)
            + (seconds * SqlCalendar.MicrosecondsPerSecond) + fraction);
        _microseconds = checked(_microseconds + (isNegative ? -time : time));
        return true;
    }

    private bool TryTakeNumber(scoped ReadOnlySpan<byte> token, int fields, bool isForcedNegative, ref int unit, out int taken)
    {
        taken = 0;
        if (unit == NoUnit)
        {
            unit = DefaultUnit(fields);
        }

        bool isNegative = token[0] == '-';
        ReadOnlySpan<byte> digits = token[0] is (byte)'-' or (byte)'+' ? token[1..] : token;
        long value = 0;
        int used = 0;
        for (; used < digits.Length && AsciiText.IsDigit(digits[used]); used++)
        {
            value = checked((value * 10) + (digits[used] - '0'));
        }

        ReadOnlySpan<byte> rest = digits[used..];
        double fraction = 0;
        if (rest.Length > 0 && rest[0] == '-')
        {
            // SQL's years-months.
            if (!Utf8Parser.TryParse(rest[1..], out int months, out int read) || read != rest.Length - 1)
            {
                return false;
            }

            if (months is < 0 or >= 12)
            {
                throw Overflow();
            }

            unit = Month;
            value = checked((value * 12) + months);
        }
        else if (rest.Length > 0)
        {
            if (rest[0] != '.' || !TryReadFraction(rest, out fraction))
            {
                return false;
            }
        }

        if (isNegative || isForcedNegative)
        {
            value = -value;
            fraction = -fraction;
        }

        return TryAdd(value, fraction, ref unit, out taken);
    }

    private bool TryAdd(long value, double fraction, ref int unit, out int taken)
    {
        taken = 1 << unit;
        switch (unit)
        {
            case Microsecond:
                AddMicroseconds(value, fraction, 1);
                break;
            case Millisecond:
                AddMicroseconds(value, fraction, 1000);
                break;
            case Second:
                AddMicroseconds(value, fraction, SqlCalendar.MicrosecondsPerSecond);
                taken = fraction == 0 ? taken : AllSeconds;
                break;
            case Minute:
                AddMicroseconds(value, fraction, SqlCalendar.MicrosecondsPerMinute);
                break;
            case Hour:
                AddMicroseconds(value, fraction, SqlCalendar.MicrosecondsPerHour);
                unit = Day;
                break;
            case Day:
                _days = checked(_days + value);
                AddMicroseconds(0, fraction, SqlCalendar.MicrosecondsPerDay);
                break;
            case Week:
                AddDays(value, fraction, 7);
                break;
            case Month:
                _months = checked(_months + value);
                AddDays(0, fraction, 30);
                break;
            case Year:
                AddYears(value, fraction, 1);
                break;
            case Decade:
                AddYears(value, fraction, 10);
                break;
            case Century:
                AddYears(value, fraction, 100);
                break;
            case Millennium:
                AddYears(value, fraction, 1000);
                break;
            default:
                return false;
        }

        return true;
    }

    private void AddMicroseconds(long value, double fraction, long scale)
    {
        double exact = fraction * scale;
        long whole = (long)exact;
        double rest = exact - whole;
        whole += rest > 0.5 ? 1 : rest < -0.5 ? -1 : 0;
        _microseconds = checked(_microseconds + (value * scale) + whole);
    }

    private void AddDays(long value, double fraction, int scale)
    {
        double exact = fraction * scale;
        int whole = (int)exact;
        _days = checked(_days + (value * scale) + whole);
        AddMicroseconds(0, exact - whole, SqlCalendar.MicrosecondsPerDay);
    }

    private void AddYears(long value, double fraction, int scale) =>
        _months = checked(_months + (value * scale * 12) + (long)Math.Round(fraction * scale * 12, MidpointRounding.ToEven));

    private static int DefaultUnit(int fields) => fields switch
    {
        IntervalFields.Year => Year,
        IntervalFields.Month or (IntervalFields.Year | IntervalFields.Month) => Month,
        IntervalFields.Day => Day,
        IntervalFields.Hour or (IntervalFields.Day | IntervalFields.Hour) => Hour,
        IntervalFields.Minute or (IntervalFields.Hour | IntervalFields.Minute)
            or (IntervalFields.Day | IntervalFields.Hour | IntervalFields.Minute) => Minute,
        _ => Second,
    };

    private static bool TryReadFraction(ReadOnlySpan<byte> text, out double fraction)
    {
        fraction = 0;
        return text.Length == 1 || (Utf8Parser.TryParse(text, out fraction, out int used) && used == text.Length);
    }

    /// <summary>P1Y2M3DT4H5M6.7S, P0001-02-03T04:05:06, P00010203T040506.</summary>
    private bool TryParseIso()
    {
        ReadOnlySpan<byte> rest = _text;
        if (rest.Length < 2 || rest[0] != 'P')
        {
            return false;
        }

        rest = rest[1..];
        bool isDate = true;
        bool hasField = false;
        while (rest.Length > 0)
        {
            if (rest[0] == 'T')
            {
                isDate = false;
                hasField = false;
                rest = rest[1..];
                continue;
            }

            if (!TryReadIsoNumber(ref rest, out long value, out double fraction, out int width))
            {
                return false;
            }

            byte unit = rest.Length > 0 ? rest[0] : (byte)0;
            if (unit is 0 or (byte)'-' or (byte)':' or (byte)'T')
            {
                if (hasField || !TryTakeIsoAlternative(ref rest, isDate, value, fraction, width))
                {
                    return false;
                }

                hasField = isDate && rest.Length == 0;
                continue;
            }

            rest = rest[1..];
            int field = (isDate, unit) switch
            {
                (true, (byte)'Y') => Year,
                (true, (byte)'M') => Month,
                (true, (byte)'W') => Week,
                (true, (byte)'D') => Day,
                (false, (byte)'H') => Hour,
                (false, (byte)'M') => Minute,
                (false, (byte)'S') => Second,
                _ => NoUnit,
            };
            if (!TryAdd(value, fraction, ref field, out _))
            {
                return false;
            }

            hasField = true;
        }

        return true;
    }

    private bool TryTakeIsoAlternative(ref ReadOnlySpan<byte> rest, bool isDate, long value, double fraction, int width)
    {
        int year = isDate ? Year : Hour;
        int month = isDate ? Month : Minute;
        int day = isDate ? Day : Second;
        byte separator = isDate ? (byte)'-' : (byte)':';
        if (width == (isDate ? 8 : 6) && (rest.IsEmpty || rest[0] != separator))
        {
            return TryAdd(value / 10000, 0, ref year, out _)
                && TryAdd(value / 100 % 100, 0, ref month, out _)
                && TryAdd(value % 100, fraction, ref day, out _);
        }

        if (!TryAdd(value, fraction, ref year, out _))
        {
            return false;
        }

        foreach (int part in (ReadOnlySpan<int>)[month, day])
        {
            if (rest.IsEmpty || rest[0] == 'T')
            {
                return true;
            }

            int unit = part;
            if (rest[0] != separator)
            {
                return false;
            }

            rest = rest[1..];
            if (!TryReadIsoNumber(ref rest, out value, out fraction, out _) || !TryAdd(value, fraction, ref unit, out _))
            {
                return false;
            }
        }

        return rest.IsEmpty || rest[0] == 'T';
    }

    private readonly bool TryReadIsoNumber(ref ReadOnlySpan<byte> rest, out long value, out double fraction, out int width)
    {
        value = 0;
        fraction = 0;
        int at = 0;
        bool isNegative = rest.Length > 0 && rest[0] == '-';
        if (isNegative || (rest.Length > 0 && rest[0] == '+'))
        {
            at++;
        }

        int first = at;
        for (; at < rest.Length && AsciiText.IsDigit(rest[at]); at++)
        {
            value = checked((value * 10) + (rest[at] - '0'));
        }

        width = at - first;
        int digits = width;
        if (at < rest.Length && rest[at] == '.')
        {
            int point = at++;
            while (at < rest.Length && AsciiText.IsDigit(rest[at]))
            {
                at++;
                digits++;
            }

            if (!TryReadFraction(rest[point..at], out fraction))
            {
                return false;
            }
        }

        if (isNegative)
        {
            value = -value;
            fraction = -fraction;
        }

        rest = rest[at..];
        return digits > 0;
    }

    private static bool TryFindUnit(ReadOnlySpan<byte> word, out int unit)
    {
        Span<char> chars = stackalloc char[DateTimeTokenizer.BytesMax];
        int length = Math.Min(Encoding.ASCII.GetChars(word, chars), UnitLengthMax);
        return _units.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(chars[..length], out unit);
    }

    private readonly SqlException Overflow() =>
        new(SqlState.IntervalFieldOverflow, $"interval field value out of range: \"{CodecErrors.Text(_text)}\"");

    private static FrozenDictionary<string, int> BuildUnits()
    {
        (int Unit, string Names)[] table =
        [
            (Microsecond, "us usec usecs usecond useconds microsecon"),
            (Millisecond, "ms msec msecs msecond mseconds millisecon"),
            (Second, "s sec secs second seconds"),
            (Minute, "m min mins minute minutes"),
            (Hour, "h hr hrs hour hours"),
            (Day, "d day days"),
            (Week, "w week weeks"),
            (Month, "mon mons month months"),
            (Year, "y yr yrs year years"),
            (Decade, "dec decs decade decades"),
            (Century, "c cent century centuries"),
            (Millennium, "mil mils millennia millennium"),
            (Ago, "ago"),
        ];
        return table
            .SelectMany(entry => entry.Names.Split(' '), (entry, name) => (entry.Unit, name))
            .ToFrozenDictionary(pair => pair.name, pair => pair.Unit);
    }
}
