using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>A field that extract, date_part and date_trunc may name.</summary>
internal enum DateField : byte
{
    Microseconds,
    Milliseconds,
    Second,
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    Year,
    Decade,
    Century,
    Millennium,
    DayOfWeek,
    IsoDayOfWeek,
    DayOfYear,
    IsoYear,
    Julian,
    Epoch,
    TimeZone,
    TimeZoneHour,
    TimeZoneMinute,
}

/// <summary>Reads field names, with PostgreSQL's abbreviations.</summary>
internal static class DateFields
{
    private static readonly Dictionary<string, DateField> _names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["microseconds"] = DateField.Microseconds,
        ["microsecond"] = DateField.Microseconds,
        ["us"] = DateField.Microseconds,
        ["usec"] = DateField.Microseconds,
        ["usecs"] = DateField.Microseconds,
        ["milliseconds"] = DateField.Milliseconds,
        ["millisecond"] = DateField.Milliseconds,
        ["ms"] = DateField.Milliseconds,
        ["msec"] = DateField.Milliseconds,
        ["msecs"] = DateField.Milliseconds,
        ["second"] = DateField.Second,
        ["seconds"] = DateField.Second,
        ["sec"] = DateField.Second,
        ["secs"] = DateField.Second,
        ["s"] = DateField.Second,
        ["minute"] = DateField.Minute,
        ["minutes"] = DateField.Minute,
        ["min"] = DateField.Minute,
        ["mins"] = DateField.Minute,
        ["m"] = DateField.Minute,
        ["hour"] = DateField.Hour,
        ["hours"] = DateField.Hour,
        ["hr"] = DateField.Hour,
        ["hrs"] = DateField.Hour,
        ["h"] = DateField.Hour,
        ["day"] = DateField.Day,
        ["days"] = DateField.Day,
        ["d"] = DateField.Day,
        ["week"] = DateField.Week,
        ["weeks"] = DateField.Week,
        ["w"] = DateField.Week,
        ["month"] = DateField.Month,
        ["months"] = DateField.Month,
        ["mon"] = DateField.Month,
        ["mons"] = DateField.Month,
        ["quarter"] = DateField.Quarter,
        ["qtr"] = DateField.Quarter,
        ["year"] = DateField.Year,
        ["years"] = DateField.Year,
        ["yr"] = DateField.Year,
        ["yrs"] = DateField.Year,
        ["y"] = DateField.Year,
        ["decade"] = DateField.Decade,
        ["decades"] = DateField.Decade,
        ["dec"] = DateField.Decade,
        ["century"] = DateField.Century,
        ["centuries"] = DateField.Century,
        ["cent"] = DateField.Century,
        ["c"] = DateField.Century,
        ["millennium"] = DateField.Millennium,
        ["millennia"] = DateField.Millennium,
        ["mil"] = DateField.Millennium,
        ["mils"] = DateField.Millennium,
        ["dow"] = DateField.DayOfWeek,
        ["isodow"] = DateField.IsoDayOfWeek,
        ["doy"] = DateField.DayOfYear,
        ["isoyear"] = DateField.IsoYear,
        ["julian"] = DateField.Julian,
        ["epoch"] = DateField.Epoch,
        ["timezone"] = DateField.TimeZone,
        ["timezone_hour"] = DateField.TimeZoneHour,
        ["timezone_h"] = DateField.TimeZoneHour,
        ["timezone_minute"] = DateField.TimeZoneMinute,
        ["timezone_m"] = DateField.TimeZoneMinute,
    };

    public static DateField Parse(string name, SqlType type) => _names.TryGetValue(name.Trim(), out DateField field)
        ? field
        : throw new SqlException(SqlState.InvalidParameterValue, $"unit \"{name}\" not recognized for type {type}");

    public static SqlException NotSupported(string name, SqlType type) =>
        new(SqlState.FeatureNotSupported, $"unit \"{name}\" not supported for type {type}");
}
