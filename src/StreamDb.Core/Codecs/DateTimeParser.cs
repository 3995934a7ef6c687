using System.Buffers.Text;
using System.Globalization;
using System.Text;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Reads dates, times and timestamps as liberally as PostgreSQL does (DateStyle ISO, MDY).</summary>
/// <remarks>
/// One parser per value. Tokens are taken from left to right; each fills some of the fields year, month, day, time and zone,
/// and no field may be filled twice. What a bare number means depends on what is already filled: that is PostgreSQL's rule,
/// and why <c>2026-11-20</c>, <c>Nov 20 2026</c>, <c>20261120</c> and <c>11/20/26</c> are one date.
/// </remarks>
internal ref struct DateTimeParser
{
    private const int YearField = 1;
    private const int MonthField = 2;
    private const int DayField = 4;
    private const int DateFields = YearField | MonthField | DayField;
    private const int TimeField = 8;
    private const int ZoneField = 16;
    private const int DayOfYearField = 32;
    private const int EraField = 64;

    private readonly ReadOnlySpan<byte> _text;
    private readonly string _typeName;
    private readonly TextFormat _format;
    private readonly bool _isTimeOnly;

    private int _filled;
    private int _year;
    private int _month;
    private int _day;
    private int _dayOfYear;
    private bool _hasTextMonth;
    private bool _isTwoDigitYear;
    private bool _isBc;
    private bool _isJulian;
    private int _meridiem = -1;
    private int _hour;
    private int _minute;
    private int _second;
    private int _microsecond;
    private int _offset;
    private bool _isDaylight;
    private TimeZoneInfo? _zone;
    private DateTimeWordKind _announced;
    private long _special;
    private bool _isSpecial;
    private bool _isDaySpecial;
    private bool _isEpoch;

    private DateTimeParser(ReadOnlySpan<byte> text, string typeName, TextFormat format, bool isTimeOnly)
    {
        _text = text;
        _typeName = typeName;
        _format = format;
        _isTimeOnly = isTimeOnly;
    }

    /// <summary>Days since 2000-01-01, or infinite.</summary>
    public static int ParseDate(ReadOnlySpan<byte> text, TextFormat format)
    {
        var parser = new DateTimeParser(text, "date", format, isTimeOnly: false);
        parser.Run();
        if (parser._isSpecial && !SqlCalendar.IsFinite(parser._special))
        {
            return parser._special > 0 ? SqlCalendar.DateInfinity : SqlCalendar.DateMinusInfinity;
        }

        int days = parser._isSpecial
            ? SqlCalendar.SplitDay(parser._special, out _)
            : SqlCalendar.ToDays(parser._year, parser._month, parser._day);
        return SqlCalendar.IsDate(days) && parser._year < 6_000_000 ? days : throw CodecErrors.DatetimeOverflow("date", text);
    }

    /// <summary>Microseconds of the day, up to and including 24:00.</summary>
    public static long ParseTime(ReadOnlySpan<byte> text, TextFormat format)
    {
        var parser = new DateTimeParser(text, "time", format, isTimeOnly: true);
        parser.Run();
        if (parser._isSpecial)
        {
            SqlCalendar.SplitDay(parser._special, out long ofDay);
            return ofDay;
        }

        return parser.TimeOfDay;
    }

    /// <summary>Microseconds since 2000-01-01, local; a zone in the text is ignored.</summary>
    public static long ParseTimestamp(ReadOnlySpan<byte> text, TextFormat format)
    {
        var parser = new DateTimeParser(text, "timestamp", format, isTimeOnly: false);
        parser.Run();
        return parser._isSpecial ? parser._special : parser.CheckRange(parser.LocalMicroseconds);
    }

    /// <summary>Microseconds since 2000-01-01 UTC; without a zone in the text the session's applies.</summary>
    public static long ParseTimestampTz(ReadOnlySpan<byte> text, TextFormat format)
    {
        var parser = new DateTimeParser(text, "timestamp with time zone", format, isTimeOnly: false);
        parser.Run();
        if (parser._isSpecial)
        {
            return SqlCalendar.IsFinite(parser._special) && !parser._isEpoch
                ? TimeZones.ToUtc(format.TimeZone, parser._special)
                : parser._special;
        }

        long local = parser.CheckRange(parser.LocalMicroseconds, SqlCalendar.MicrosecondsPerDay);
        if ((parser._filled & ZoneField) == 0)
        {
            return parser.CheckRange(TimeZones.ToUtc(format.TimeZone, local));
        }

        return parser.CheckRange(parser._zone is null
            ? local - (parser._offset * SqlCalendar.MicrosecondsPerSecond)
            : TimeZones.ToUtc(parser._zone, local));
    }

    private readonly long TimeOfDay =>
        (((((_hour * 60L) + _minute) * 60) + _second) * SqlCalendar.MicrosecondsPerSecond) + _microsecond;

    private readonly long LocalMicroseconds => _year > 300_000
        ? SqlCalendar.TimestampEnd
        : (SqlCalendar.ToDays(_year, _month, _day) * SqlCalendar.MicrosecondsPerDay) + TimeOfDay;

    private readonly long CheckRange(long microseconds, long slack = 0) =>
        microseconds >= SqlCalendar.TimestampMin - slack && microseconds < SqlCalendar.TimestampEnd
        || (slack > 0 && microseconds < SqlCalendar.TimestampEnd + slack && _year < 300_000)
            ? microseconds
            : throw CodecErrors.DatetimeOverflow("timestamp", _text);

    private void Run()
    {
        Span<byte> copy = stackalloc byte[DateTimeTokenizer.BytesMax];
        Span<DateTimeToken> tokens = stackalloc DateTimeToken[DateTimeTokenizer.TokensMax];
        int count = new DateTimeTokenizer(_text, copy, tokens).Run();
        if (count <= 0)
        {
            throw BadFormat();
        }

        for (int i = 0; i < count; i++)
        {
            Span<byte> token = copy.Slice(tokens[i].Start, tokens[i].Length);
            switch (tokens[i].Kind)
            {
                case DateTimeTokenKind.Date:
                    TakeDate(token);
                    break;
                case DateTimeTokenKind.Time:
                    CheckAnnounced();
                    TakeTime(token);
                    break;
                case DateTimeTokenKind.Signed:
                    TakeOffset(token);
                    break;
                case DateTimeTokenKind.Number:
                    TakeNumberToken(token);
                    break;
                default:
                    TakeWord(token, i + 1 < count ? tokens[i + 1].Kind : DateTimeTokenKind.Word);
                    break;
            }
        }

        Finish();
    }

    private void Finish()
    {
        if (_announced != DateTimeWordKind.Ignored)
        {
            throw BadFormat();
        }

        if (_isSpecial)
        {
            AddTimeToSpecial();
            return;
        }

        ApplyMeridiem();
        if (_isTimeOnly)
        {
            if ((_filled & TimeField) == 0)
            {
                throw BadFormat();
            }

            if ((_filled & DateFields) != 0)
            {
                ValidateDate();
            }
            else if (_zone is not null && !_zone.HasSameRules(TimeZoneInfo.Utc) && _zone.SupportsDaylightSavingTime)
            {
                // The offset of such a zone depends on a date that is missing.
                throw BadFormat();
            }

            return;
        }

        ValidateDate();
        if ((_filled & DateFields) != DateFields)
        {
            throw BadFormat();
        }
    }

    /// <summary>'today 08:00': the special words for days may be followed by a time.</summary>
    private void AddTimeToSpecial()
    {
        ApplyMeridiem();
        if (_isDaySpecial && (_filled & TimeField) != 0)
        {
            _special += TimeOfDay;
        }
        else if (_isTimeOnly && _isDaySpecial)
        {
            throw BadFormat();
        }
    }

    private void ApplyMeridiem()
    {
        if (_meridiem >= 0)
        {
            if (_hour > 12)
            {
                throw FieldOverflow();
            }

            _hour = _meridiem == 0 ? (_hour == 12 ? 0 : _hour) : (_hour == 12 ? 12 : _hour + 12);
        }
    }

    private void ValidateDate()
    {
        if ((_filled & YearField) != 0 && !_isJulian)
        {
            if (_isBc)
            {
                _year = _year > 0 ? 1 - _year : throw FieldOverflow();
            }
            else if (_isTwoDigitYear)
            {
                _year += _year < 70 ? 2000 : _year < 100 ? 1900 : 0;
            }
            else if (_year <= 0)
            {
                throw FieldOverflow();
            }
        }

        if ((_filled & DayOfYearField) != 0)
        {
            SqlCalendar.FromDays(SqlCalendar.ToDays(_year, 1, _dayOfYear), out _year, out _month, out _day);
        }

        if (((_filled & MonthField) != 0 && _month is < 1 or > 12) || ((_filled & DayField) != 0 && _day is < 1 or > 31))
        {
            throw MonthDayOverflow();
        }

        if ((_filled & DateFields) == DateFields && _day > SqlCalendar.DaysInMonth(_year, _month))
        {
            throw FieldOverflow();
        }
    }

    private void Fill(int fields)
    {
        if ((_filled & fields) != 0)
        {
            throw BadFormat();
        }

        _filled |= fields;
    }

    /// <summary>After a T only a time may follow.</summary>
    private void CheckAnnounced()
    {
        if (_announced is not (DateTimeWordKind.Ignored or DateTimeWordKind.TimeFollows))
        {
            throw BadFormat();
        }

        _announced = DateTimeWordKind.Ignored;
    }

    private void TakeDate(scoped Span<byte> token)
    {
        bool isAnnounced = _announced != DateTimeWordKind.Ignored;
        bool isTimeWithoutDate = _isTimeOnly && AsciiText.IsDigit(token[0]) && token.Count((byte)'-') == 1 && (_filled & DateFields) == 0
            && token.IndexOf((byte)'-') is 4 or 6 && token.IndexOfAnyExceptInRange((byte)'-', (byte)'9') < 0;
        bool isZoneName = !AsciiText.IsDigit(token[0]) && (_filled & (MonthField | DayField)) == 0 && TryTakeZoneWithoutDate(token);
        if (isZoneName)
        {
            return;
        }

        if (!isAnnounced && !isTimeWithoutDate && (_filled & (MonthField | DayField)) != (MonthField | DayField))
        {
            TakeDateParts(token);
            return;
        }

        if (AsciiText.IsDigit(token[0]) || isAnnounced)
        {
            // A time run together with its zone: 080000-05.
            CheckAnnounced();
            int sign = token.IndexOf((byte)'-');
            if ((_filled & TimeField) != 0 || sign < 0)
            {
                throw BadFormat();
            }

            TakeOffset(token[sign..]);
            TakeRunTogether(token[..sign], _filled | DateFields);
            return;
        }

        TakeZone(token);
    }

    /// <summary>'04:05 America/New_York' has a zone name where a date would stand.</summary>
    private bool TryTakeZoneWithoutDate(scoped ReadOnlySpan<byte> token)
    {
        if (_isTimeOnly && TimeZones.TryFind(Encoding.ASCII.GetString(token), out TimeZoneInfo? zone))
        {
            Fill(ZoneField);
            _zone = zone;
            return true;
        }

        return false;
    }

    private void TakeZone(scoped ReadOnlySpan<byte> token)
    {
        string name = Encoding.ASCII.GetString(token);
        if (!TimeZones.TryFind(name, out TimeZoneInfo? zone))
        {
            throw new SqlException(SqlState.InvalidParameterValue, $"time zone \"{name}\" not recognized");
        }

        Fill(ZoneField);
        _zone = zone;
    }

    /// <summary>A whole date in one token: a month in letters is settled first, then the numbers in order.</summary>
    private void TakeDateParts(scoped ReadOnlySpan<byte> token)
    {
        Span<Range> parts = stackalloc Range[DateTimeTokenizer.TokensMax];
        int count = SplitParts(token, parts);
        int filledBefore = _filled;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> part = token[parts[i]];
            if (!AsciiText.IsLetter(part[0]))
            {
                continue;
            }

            if (!DateTimeWords.TryFind(part, out (DateTimeWordKind Kind, int Value) word)
                || word.Kind is not (DateTimeWordKind.Month or DateTimeWordKind.Ignored))
            {
                throw BadFormat();
            }

            if (word.Kind == DateTimeWordKind.Month)
            {
                Fill(MonthField);
                _month = word.Value;
                _hasTextMonth = true;
            }

            parts[i] = default;
        }

        for (int i = 0; i < count; i++)
        {
            if (!token[parts[i]].IsEmpty)
            {
                TakeNumber(token[parts[i]]);
            }
        }

        if (((filledBefore | _filled) & DateFields) != DateFields)
        {
            throw BadFormat();
        }
    }

    private readonly int SplitParts(scoped ReadOnlySpan<byte> token, scoped Span<Range> parts)
    {
        int count = 0;
        int at = 0;
        while (at < token.Length)
        {
            while (at < token.Length && !AsciiText.IsLetterOrDigit(token[at]))
            {
                at++;
            }

            int start = at;
            if (at >= token.Length || count == parts.Length)
            {
                throw BadFormat();
            }

            bool isLetters = AsciiText.IsLetter(token[at]);
            while (at < token.Length && (isLetters ? AsciiText.IsLetter(token[at]) : AsciiText.IsDigit(token[at])))
            {
                at++;
            }

            parts[count++] = start..at;

            // One byte of any separator; a letter straight after digits is skipped as PostgreSQL does.
            at++;
        }

        return count;
    }

    private void TakeTime(scoped ReadOnlySpan<byte> token)
    {
        Fill(TimeField);
        if (!TryReadTime(token, out long hour, out _minute, out _second, out _microsecond))
        {
            throw BadFormat();
        }

        if (hour > 24 || _minute > 59 || _second > 60)
        {
            throw FieldOverflow();
        }

        _hour = (int)hour;
        CheckTimeOfDay();
    }

    private readonly void CheckTimeOfDay()
    {
        if (_hour > 24 || _minute > 59 || _second > 60 || TimeOfDay > SqlCalendar.MicrosecondsPerDay)
        {
            throw FieldOverflow();
        }
    }

    /// <summary>h:mm, h:mm:ss, h:mm:ss.ffffff or mm:ss.ffffff; false when it is none of them. Ranges are the caller's to check.</summary>
    internal static bool TryReadTime(ReadOnlySpan<byte> token, out long hour, out int minute, out int second, out int microsecond)
    {
        minute = 0;
        second = 0;
        microsecond = 0;
        if (!Utf8Parser.TryParse(token, out hour, out int used) || used >= token.Length || token[used] != ':')
        {
            return false;
        }

        token = token[(used + 1)..];
        if (!TryReadInt(ref token, out minute))
        {
            return false;
        }

        if (token.IsEmpty)
        {
            return true;
        }

        if (token[0] == '.')
        {
            second = minute;
            minute = (int)Math.Min(hour, int.MaxValue);
            hour = 0;
            return TryReadFraction(token, out microsecond);
        }

        token = token[1..];
        return TryReadInt(ref token, out second) && (token.IsEmpty || (token[0] == '.' && TryReadFraction(token, out microsecond)));
    }

    private static bool TryReadInt(ref ReadOnlySpan<byte> token, out int value)
    {
        // Saturates: what is too large is refused as out of range, not as syntax. No digits read as zero, as in strtol.
        value = 0;
        int at = 0;
        for (; at < token.Length && AsciiText.IsDigit(token[at]); at++)
        {
            value = Math.Min((value * 10) + (token[at] - '0'), 100_000_000);
        }

        token = token[at..];
        return token.IsEmpty || token[0] is (byte)':' or (byte)'.';
    }

    /// <summary>Microseconds of <c>.ddd…</c>, rounded to the nearest, half to even of the double as in PostgreSQL.</summary>
    internal static bool TryReadFraction(ReadOnlySpan<byte> text, out int microseconds)
    {
        microseconds = 0;
        if (text.Length == 1)
        {
            return true;
        }

        if (!Utf8Parser.TryParse(text, out double fraction, out int used) || used != text.Length)
        {
            return false;
        }

        microseconds = (int)Math.Round(fraction * 1e6, MidpointRounding.ToEven);
        return true;
    }

    private void TakeOffset(scoped ReadOnlySpan<byte> token)
    {
        CheckNotAnnounced();
        Fill(ZoneField);
        ReadOnlySpan<byte> digits = token[1..];
        Span<int> parts = stackalloc int[3];
        int count = 0;
        int firstLength = 0;
        while (true)
        {
            if (count == 3 || !Utf8Parser.TryParse(digits, out parts[count], out int used))
            {
                throw BadFormat();
            }

            firstLength = count == 0 ? used : firstLength;
            count++;
            digits = digits[used..];
            if (digits.IsEmpty)
            {
                break;
            }

            if (digits[0] != ':')
            {
                throw BadFormat();
            }

            digits = digits[1..];
        }

        if (count == 1 && firstLength > 2)
        {
            parts[1] = parts[0] % 100;
            parts[0] /= 100;
        }

        if (parts[0] > 15 || parts[1] > 59 || parts[2] > 59)
        {
            throw new SqlException(SqlState.InvalidTimeZoneDisplacement, $"time zone displacement out of range: \"{CodecErrors.Text(_text)}\"");
        }

        int seconds = (((parts[0] * 60) + parts[1]) * 60) + parts[2];
        _offset = token[0] == '-' ? -seconds : seconds;
    }

    private readonly void CheckNotAnnounced()
    {
        if (_announced != DateTimeWordKind.Ignored)
        {
            throw BadFormat();
        }
    }

    private void TakeNumberToken(scoped ReadOnlySpan<byte> token)
    {
        if (_announced == DateTimeWordKind.Julian)
        {
            _announced = DateTimeWordKind.Ignored;
            TakeJulianDay(token);
            return;
        }

        if (_announced == DateTimeWordKind.TimeFollows)
        {
            _announced = DateTimeWordKind.Ignored;
            TakeRunTogether(token, _filled | DateFields);
            return;
        }

        if (_isTimeOnly && (_filled & DateFields) is 0 or DateFields)
        {
            TakeRunTogether(token, _filled | DateFields);
            return;
        }

        int point = token.IndexOf((byte)'.');
        if (point >= 0 && (_filled & DateFields) == 0)
        {
            TakeDateParts(token);
        }
        else if (point > 2 || (token.Length >= 6 && ((_filled & DateFields) == 0 || (_filled & TimeField) == 0)))
        {
            TakeRunTogether(token, _filled);
        }
        else
        {
            TakeNumber(token);
        }
    }

    private void TakeJulianDay(scoped ReadOnlySpan<byte> token)
    {
        if (!Utf8Parser.TryParse(token, out double day, out int used) || used != token.Length || day is < 0 or > 2_200_000_000)
        {
            throw BadFormat();
        }

        Fill(DateFields);
        _isJulian = true;
        double whole = Math.Floor(day);
        SqlCalendar.FromDays((int)(whole - 2_451_545), out _year, out _month, out _day);
        if (token.Contains((byte)'.'))
        {
            Fill(TimeField);
            long ofDay = (long)Math.Round((day - whole) * SqlCalendar.MicrosecondsPerDay);
            _hour = (int)(ofDay / SqlCalendar.MicrosecondsPerHour);
            _minute = (int)(ofDay / SqlCalendar.MicrosecondsPerMinute % 60);
            _second = (int)(ofDay / SqlCalendar.MicrosecondsPerSecond % 60);
            _microsecond = (int)(ofDay % SqlCalendar.MicrosecondsPerSecond);
        }
    }

    /// <summary>A number within a date: which field it is follows from the fields already filled.</summary>
    private void TakeNumber(scoped ReadOnlySpan<byte> token)
    {
        if (!Utf8Parser.TryParse(token, out int value, out int used))
        {
            throw AsciiText.IsDigit(token[0]) ? FieldOverflow() : BadFormat();
        }

        if (used < token.Length)
        {
            if (token[used] != '.')
            {
                throw BadFormat();
            }

            if (used > 2)
            {
                TakeRunTogether(token, _filled | DateFields);
                return;
            }
        }

        if (token.Length == 3 && (_filled & DateFields) == YearField && value is >= 1 and <= 366)
        {
            Fill(DayOfYearField | MonthField | DayField);
            _dayOfYear = value;

            // Month and day follow once the year is settled.
            (_month, _day) = (1, 1);
            return;
        }

        switch (_filled & DateFields)
        {
            case 0 when token.Length >= 3:
            case MonthField when _hasTextMonth && token.Length >= 3:
            case MonthField | DayField:
                SetYear(value, token.Length);
                break;
            case 0:
            case YearField:
            case DayField:
                Fill(MonthField);
                _month = value;
                break;
            case YearField | MonthField when _hasTextMonth && token.Length >= 3 && _isTwoDigitYear:
                // The first number was the day after all: 20-nov-2026.
                _day = _year;
                Fill(DayField);
                _year = value;
                _isTwoDigitYear = false;
                break;
            case MonthField:
            case YearField | MonthField:
                Fill(DayField);
                _day = value;
                break;
            default:
                TakeRunTogether(token, _filled);
                break;
        }
    }

    private void SetYear(int value, int digits)
    {
        Fill(YearField);
        _year = value;
        _isTwoDigitYear = digits <= 2;
    }

    /// <summary>YYYYMMDD, YYMMDD, HHMMSS or HHMM, with a fraction of a second after a time.</summary>
    private void TakeRunTogether(scoped ReadOnlySpan<byte> token, int filled)
    {
        int point = token.IndexOf((byte)'.');
        ReadOnlySpan<byte> digits = token;
        int fraction = 0;
        if (point >= 0)
        {
            if (!TryReadFraction(token[point..], out fraction))
            {
                throw BadFormat();
            }

            digits = token[..point];
        }

        if (point < 0 && (filled & DateFields) != DateFields && digits.Length >= 6)
        {
            Fill(DateFields);
            _day = Digits(digits[^2..]);
            _month = Digits(digits[^4..^2]);
            _year = Digits(digits[..^4]);
            _isTwoDigitYear = digits.Length == 6;
            return;
        }

        if (digits.Length is not (4 or 6) || (filled & TimeField) != 0)
        {
            throw BadFormat();
        }

        Fill(TimeField);
        _hour = Digits(digits[..2]);
        _minute = Digits(digits[2..4]);
        _second = digits.Length == 6 ? Digits(digits[4..]) : 0;
        _microsecond = fraction;
        CheckTimeOfDay();
    }

    private readonly int Digits(scoped ReadOnlySpan<byte> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value)
            ? value
            : throw (digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0 ? FieldOverflow() : BadFormat());

    private void TakeWord(scoped ReadOnlySpan<byte> token, DateTimeTokenKind next)
    {
        if (TryTakeAbbreviation(token))
        {
            CheckNotAnnounced();
            return;
        }

        if (!DateTimeWords.TryFind(token, out (DateTimeWordKind Kind, int Value) word))
        {
            if (token[0] is (byte)'+' or (byte)'-' || !TimeZones.TryFind(Encoding.ASCII.GetString(token), out TimeZoneInfo? zone))
            {
                throw BadFormat();
            }

            Fill(ZoneField);
            _zone = zone;
            return;
        }

        switch (word.Kind)
        {
            case DateTimeWordKind.Ignored or DateTimeWordKind.DayOfWeek:
                break;
            case DateTimeWordKind.Month:
                TakeMonth(word.Value);
                break;
            case DateTimeWordKind.AmPm:
                _meridiem = word.Value;
                break;
            case DateTimeWordKind.Era:
                Fill(EraField);
                _isBc = word.Value == 1;
                break;
            case DateTimeWordKind.DaylightSaving when (_filled & ZoneField) != 0 && _zone is null && !_isDaylight:
                // 'MET DST': an hour on top of the abbreviation before it.
                _offset += 3600;
                _isDaylight = true;
                break;
            case DateTimeWordKind.AllBalls:
                Fill(TimeField | ZoneField);
                break;
            case DateTimeWordKind.TimeFollows:
                if (((_filled & DateFields) != DateFields && !_isTimeOnly)
                    || next is not (DateTimeTokenKind.Number or DateTimeTokenKind.Time or DateTimeTokenKind.Date))
                {
                    throw BadFormat();
                }

                _announced = DateTimeWordKind.TimeFollows;
                break;
            case DateTimeWordKind.Julian:
                _announced = DateTimeWordKind.Julian;
                break;
            case DateTimeWordKind.Unit or DateTimeWordKind.DaylightSaving:
                throw BadFormat();
            default:
                TakeSpecial(word.Kind);
                break;
        }
    }

    private bool TryTakeAbbreviation(scoped ReadOnlySpan<byte> token)
    {
        Span<char> chars = stackalloc char[token.Length];
        Encoding.ASCII.GetChars(token, chars);
        if (!TimeZoneAbbreviations.TryGet(chars, out int offset))
        {
            return false;
        }

        Fill(ZoneField);
        _offset = offset;
        return true;
    }

    private void TakeMonth(int month)
    {
        // 'day month' with the day first: the number that was taken for the month is the day.
        if ((_filled & MonthField) != 0 && !_hasTextMonth && (_filled & DayField) == 0 && _month is >= 1 and <= 31)
        {
            _day = _month;
            _filled = (_filled & ~MonthField) | DayField;
        }

        Fill(MonthField);
        _month = month;
        _hasTextMonth = true;
    }

    private void TakeSpecial(DateTimeWordKind kind)
    {
        long local = TimeZones.ToLocal(_format.TimeZone, _format.Clock.NowMicroseconds);
        int today = SqlCalendar.SplitDay(local, out _);
        bool isDay = kind is DateTimeWordKind.Today or DateTimeWordKind.Tomorrow or DateTimeWordKind.Yesterday;
        Fill(isDay ? DateFields : DateFields | TimeField | ZoneField);
        _isSpecial = true;
        _isDaySpecial = isDay;
        _isEpoch = kind == DateTimeWordKind.Epoch;
        if (_isTimeOnly && kind is DateTimeWordKind.Infinity or DateTimeWordKind.MinusInfinity or DateTimeWordKind.Epoch)
        {
            throw BadFormat();
        }

        _special = kind switch
        {
            DateTimeWordKind.Now => local,
            DateTimeWordKind.Today => today * SqlCalendar.MicrosecondsPerDay,
            DateTimeWordKind.Tomorrow => (today + 1) * SqlCalendar.MicrosecondsPerDay,
            DateTimeWordKind.Yesterday => (today - 1) * SqlCalendar.MicrosecondsPerDay,
            DateTimeWordKind.Epoch => SqlCalendar.UnixEpoch,
            DateTimeWordKind.Infinity => SqlCalendar.TimestampInfinity,
            _ => SqlCalendar.TimestampMinusInfinity,
        };
    }

    private readonly SqlException BadFormat() => CodecErrors.InvalidDatetime(_typeName, _text);

    private readonly SqlException FieldOverflow() => CodecErrors.DatetimeOverflow("date/time field value", _text);

    private readonly SqlException MonthDayOverflow() =>
        new(SqlState.DatetimeFieldOverflow, $"date/time field value out of range: \"{CodecErrors.Text(_text)}\"")
        {
            Hint = "Perhaps you need a different \"datestyle\" setting.",
        };
}
