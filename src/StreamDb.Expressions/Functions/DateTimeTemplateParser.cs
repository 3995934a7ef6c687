using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>Reads a date and time by a template: to_timestamp(text, text) and to_date.</summary>
internal sealed class DateTimeTemplateParser(string text, List<TemplateToken> tokens)
{
    private int _at;
    private int? _year;
    private int? _isoYear;
    private int? _isoWeek;
    private int? _isoDay;
    private int? _month;
    private int? _day;
    private int? _dayOfYear;
    private int? _hour;
    private int? _minute;
    private int? _second;
    private int? _secondOfDay;
    private int? _julian;
    private int _microsecond;
    private bool _isBc;
    private bool? _isPm;
    private bool _isHour12;
    private int? _century;
    private int? _offsetHours;
    private int _offsetMinutes;

    /// <summary>The local timestamp, and the zone's offset in seconds when the text gave one.</summary>
    public (long Local, int? Offset) Parse()
    {
        for (int i = 0; i < tokens.Count && _at < text.Length; i++)
        {
            Read(tokens[i], IsFollowedByDigits(i));
        }

        long time = ((((Hour() * 60L) + (_minute ?? 0)) * 60) + (_second ?? 0)) * SqlCalendar.MicrosecondsPerSecond;
        if (_secondOfDay is { } seconds)
        {
            time = seconds * SqlCalendar.MicrosecondsPerSecond;
        }

        if (_minute is > 59 || _second is > 59 || _hour is > 23 && !_isHour12)
        {
            throw OutOfRange();
        }

        int? offset = _offsetHours is { } hours ? (Math.Sign(hours == 0 ? 1 : hours) * ((Math.Abs(hours) * 3600) + (_offsetMinutes * 60))) : null;
        return ((Day() * SqlCalendar.MicrosecondsPerDay) + time + _microsecond, offset);
    }

    private int Hour()
    {
        if (!_isHour12)
        {
            return _hour ?? 0;
        }

        if (_hour is < 1 or > 12)
        {
            throw new SqlException(SqlState.InvalidDatetimeFormat, $"hour \"{_hour}\" is invalid for the 12-hour clock")
            {
                Hint = "Use the 24-hour clock, or give an hour between 1 and 12.",
            };
        }

        return ((_hour ?? 0) % 12) + (_isPm == true ? 12 : 0);
    }

    private int Day()
    {
        if (_julian is { } julian)
        {
            return julian - 2_451_545;
        }

        if (_isoYear is { } isoYear && _isoWeek is { } week)
        {
            int fourth = SqlCalendar.ToDays(isoYear, 1, 4);
            return fourth - ((DateExtraction.DayOfWeek(fourth) + 6) % 7) + ((week - 1) * 7) + (_isoDay ?? 1) - 1;
        }

        int year = _year ?? (_century is { } century ? ((century - 1) * 100) + 1 : 0);
        year = _isBc ? 1 - year : year;
        if (_year is null && _century is null && _isoYear is null)
        {
            // Without a year PostgreSQL counts in 1 BC.
            year = 0;
        }

        if (_dayOfYear is { } dayOfYear && _month is null)
        {
            return SqlCalendar.ToDays(year, 1, 1) + dayOfYear - 1;
        }

        int month = _month ?? 1;
        int day = _day ?? 1;
        return month is >= 1 and <= 12 && day >= 1 && day <= SqlCalendar.DaysInMonth(year, month)
            ? SqlCalendar.ToDays(year, month, day)
            : throw OutOfRange();
    }

    private void Read(TemplateToken token, bool isFollowedByDigits)
    {
        if (token.Pattern is null)
        {
            ReadLiteral(token.Text);
            return;
        }

        while (_at < text.Length && char.IsWhiteSpace(text[_at]))
        {
            _at++;
        }

        switch (token.Pattern)
        {
            case "HH24": _hour = Number(2, token, isFollowedByDigits); break;
            case "HH12" or "HH": (_hour, _isHour12) = (Number(2, token, isFollowedByDigits), true); break;
            case "MI": _minute = Number(2, token, isFollowedByDigits); break;
            case "SS": _second = Number(2, token, isFollowedByDigits); break;
            case "SSSS" or "SSSSS": _secondOfDay = Number(5, token, isFollowedByDigits); break;
            case "MS" or "FF3": _microsecond += Fraction(3) * 1000; break;
            case "US" or "FF6": _microsecond += Fraction(6); break;
            case "FF1": _microsecond += Fraction(1) * 100_000; break;
            case "FF2": _microsecond += Fraction(2) * 10_000; break;
            case "FF4": _microsecond += Fraction(4) * 100; break;
            case "FF5": _microsecond += Fraction(5) * 10; break;
            case "YYYY": _year = Year(4, token, isFollowedByDigits); break;
            case "YYY" or "YY" or "Y": _year = ShortYear(Year(token.Pattern.Length, token, isFollowedByDigits)); break;
            case "Y,YYY": _year = YearWithComma(token); break;
            case "IYYY": _isoYear = Year(4, token, isFollowedByDigits); break;
            case "IYY" or "IY" or "I": _isoYear = ShortYear(Year(token.Pattern.Length, token, isFollowedByDigits)); break;
            case "MM": _month = Number(2, token, isFollowedByDigits); break;
            case "DD": _day = Number(2, token, isFollowedByDigits); break;
            case "DDD": _dayOfYear = Number(3, token, isFollowedByDigits); break;
            case "D": Number(1, token, isFollowedByDigits); break;
            case "ID": _isoDay = Number(1, token, isFollowedByDigits); break;
            case "IW": _isoWeek = Number(2, token, isFollowedByDigits); break;
            case "WW": _dayOfYear = ((Number(2, token, isFollowedByDigits) - 1) * 7) + 1; break;
            case "W": _day = ((Number(1, token, isFollowedByDigits) - 1) * 7) + 1; break;
            case "CC": _century = Number(2, token, isFollowedByDigits); break;
            case "J": _julian = Number(9, token, isFollowedByDigits); break;
            case "Q": Number(1, token, isFollowedByDigits); break;
            case "MONTH" or "Month" or "month": _month = Word(isMonth: true, token); break;
            case "MON" or "Mon" or "mon": _month = Word(isMonth: true, token); break;
            case "DAY" or "Day" or "day" or "DY" or "Dy" or "dy": Word(isMonth: false, token); break;
            case "RM" or "rm": ReadRoman(token); break;
            case "AM" or "PM" or "am" or "pm" or "A.M." or "P.M." or "a.m." or "p.m.": ReadMeridian(token); break;
            case "BC" or "AD" or "bc" or "ad" or "B.C." or "A.D." or "b.c." or "a.d.": ReadEra(token); break;
            case "TZH": ReadOffset(); break;
            case "TZM": _offsetMinutes = Number(2, token, isFollowedByDigits); break;
            default: throw new SqlException(SqlState.FeatureNotSupported, $"formatting field \"{token.Pattern}\" is only supported in to_char");
        }

        if (token.Ordinal is not null)
        {
            _at = Math.Min(_at + 2, text.Length);
        }
    }

    private void ReadLiteral(string literal)
    {
        foreach (char expected in literal)
        {
            if (char.IsLetterOrDigit(expected))
            {
                _at = Math.Min(_at + 1, text.Length);
                continue;
            }

            // Any separators in the text match any separator in the template.
            if (_at < text.Length && !char.IsLetterOrDigit(text[_at]) && text[_at] is not ('-' or '+')
                || _at < text.Length && text[_at] == expected)
            {
                _at++;
            }
        }
    }

    private bool IsFollowedByDigits(int index)
    {
        string? next = index + 1 < tokens.Count ? tokens[index + 1].Pattern : null;
        return next is not null && next is not ("MONTH" or "Month" or "month" or "MON" or "Mon" or "mon" or "DAY" or "Day" or "day"
            or "AM" or "PM" or "am" or "pm" or "BC" or "AD" or "TZ" or "TZH" or "RM" or "rm");
    }

    private int Number(int digits, TemplateToken token, bool isBounded)
    {
        int start = _at;
        int limit = isBounded ? start + digits : Math.Max(start + digits, text.Length);
        bool isNegative = _at < text.Length && text[_at] == '-';
        if (_at < text.Length && text[_at] is '-' or '+')
        {
            _at++;
        }

        long value = 0;
        int first = _at;
        while (_at < text.Length && _at < limit && char.IsAsciiDigit(text[_at]))
        {
            value = Math.Min((value * 10) + text[_at++] - '0', int.MaxValue);
        }

        if (_at == first)
        {
            throw new SqlException(SqlState.InvalidDatetimeFormat, $"invalid value \"{text[start..Math.Min(start + digits, text.Length)]}\" for \"{token.Pattern}\"")
            {
                Detail = "Value must be an integer.",
            };
        }

        return (int)(isNegative ? -value : value);
    }

    private int Year(int digits, TemplateToken token, bool isBounded)
    {
        int year = Number(digits, token, isBounded);
        if (year < 0)
        {
            _isBc = true;
            year = -year;
        }

        return year;
    }

    private static int ShortYear(int year) => year switch
    {
        < 70 => 2000 + year,
        < 100 => 1900 + year,
        < 520 => 2000 + year,
        < 1000 => 1000 + year,
        _ => year,
    };

    private int YearWithComma(TemplateToken token)
    {
        int thousands = Number(9, token, isBounded: false);
        if (_at < text.Length && text[_at] == ',')
        {
            _at++;
            return (thousands * 1000) + Number(3, token, isBounded: true);
        }

        return thousands;
    }

    private int Fraction(int digits)
    {
        int value = 0;
        int read = 0;
        while (_at < text.Length && char.IsAsciiDigit(text[_at]))
        {
            if (read < digits)
            {
                value = (value * 10) + text[_at] - '0';
                read++;
            }

            _at++;
        }

        for (; read < digits; read++)
        {
            value *= 10;
        }

        return value;
    }

    private int Word(bool isMonth, TemplateToken token)
    {
        int length = DateTimeWords.Match(text.AsSpan(_at), isMonth, isShort: false, out int number);
        if (length == 0)
        {
            length = DateTimeWords.Match(text.AsSpan(_at), isMonth, isShort: true, out number);
        }

        if (length == 0)
        {
            throw Invalid(token);
        }

        _at += length;
        return number;
    }

    private void ReadRoman(TemplateToken token)
    {
        int length = DateTimeWords.MatchRoman(text.AsSpan(_at), out int month);
        if (length == 0)
        {
            throw Invalid(token);
        }

        _month = month;
        _at += length;
    }

    private void ReadMeridian(TemplateToken token)
    {
        string word = text.Substring(_at, Math.Min(token.Pattern!.Length, text.Length - _at)).Replace(".", "", StringComparison.Ordinal).ToUpperInvariant();
        _isPm = word switch { "PM" => true, "AM" => false, _ => throw Invalid(token) };
        _isHour12 = true;
        _at += token.Pattern.Length;
    }

    private void ReadEra(TemplateToken token)
    {
        string word = text.Substring(_at, Math.Min(token.Pattern!.Length, text.Length - _at)).Replace(".", "", StringComparison.Ordinal).ToUpperInvariant();
        _isBc = word switch { "BC" => true, "AD" => false, _ => throw Invalid(token) };
        _at += token.Pattern.Length;
    }

    private void ReadOffset()
    {
        bool isNegative = _at < text.Length && text[_at] == '-';
        if (_at < text.Length && text[_at] is '-' or '+')
        {
            _at++;
        }

        int start = _at;
        int hours = 0;
        while (_at < text.Length && _at < start + 2 && char.IsAsciiDigit(text[_at]))
        {
            hours = (hours * 10) + text[_at++] - '0';
        }

        _offsetHours = isNegative ? -hours : hours;
    }

    private SqlException Invalid(TemplateToken token) =>
        new(SqlState.InvalidDatetimeFormat, $"invalid value \"{text[_at..Math.Min(_at + token.Pattern!.Length, text.Length)]}\" for \"{token.Pattern}\"")
        {
            Detail = "The given value did not match any of the allowed values for this field.",
        };

    private SqlException OutOfRange() =>
        new(SqlState.DatetimeFieldOverflow, $"date/time field value out of range: \"{text}\"");
}
