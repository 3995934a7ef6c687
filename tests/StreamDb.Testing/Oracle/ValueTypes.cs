using System.Globalization;

namespace StreamDb.Testing.Oracle;

/// <summary>Names and literals of the types.</summary>
internal static class ValueTypes
{
    private static readonly string[] _texts = ["''", "'a'", "'b'", "'ab'", "'Z'", "'x y'", "'ä'", "'it''s'", "'%a'"];

    /// <summary>What a column of a table may have.</summary>
    public static IReadOnlyList<ValueType> OfColumns { get; } =
    [
        ValueType.Int4, ValueType.Int4, ValueType.Int8, ValueType.Text, ValueType.Text, ValueType.Numeric, ValueType.Float8,
        ValueType.Bool, ValueType.TimestampTz, ValueType.Date,
    ];

    public static bool IsNumber(ValueType type) =>
        type is ValueType.Int4 or ValueType.Int8 or ValueType.Numeric or ValueType.Float8;

    public static string NameOf(ValueType type) => type switch
    {
        ValueType.Int4 => "int",
        ValueType.Int8 => "bigint",
        ValueType.Text => "text",
        ValueType.Numeric => "numeric(12,2)",
        ValueType.Float8 => "float8",
        ValueType.Bool => "boolean",
        ValueType.TimestampTz => "timestamptz",
        ValueType.Date => "date",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>A column name that tells the type, so that equal names in two tables can be joined USING.</summary>
    public static string ColumnName(ValueType type, int number) => type switch
    {
        ValueType.Int4 => "i",
        ValueType.Int8 => "l",
        ValueType.Text => "t",
        ValueType.Numeric => "n",
        ValueType.Float8 => "f",
        ValueType.Bool => "b",
        ValueType.TimestampTz => "z",
        ValueType.Date => "d",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    } + number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A literal of exactly this type. One value is hot, so that groups and joins meet many rows of a key.</summary>
    public static string Literal(Dice dice, ValueType type) => type switch
    {
        ValueType.Int4 => Integer(dice),
        ValueType.Int8 => $"{Integer(dice)}::bigint",
        ValueType.Text => dice.Pick(_texts),
        ValueType.Numeric => Fixed(dice, dice.Pick("0.00", "1.00", "1.50", "-2.25", "10.10", "99.99", "0.01")),
        ValueType.Float8 => $"'{dice.Pick("0", "1", "1.5", "-2.25", "100", "0.25", "3")}'::float8",
        ValueType.Bool => dice.Pick("true", "false"),
        ValueType.TimestampTz => $"'2026-01-{dice.Between(1, 3):00} {dice.Pick("00:00:00", "12:30:00", "23:59:59.5")}+00'::timestamptz",
        ValueType.Date => $"'2026-{dice.Pick("01-31", "02-01", "02-28", "03-01")}'::date",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>A literal as it stands in VALUES of an INSERT, often without a cast.</summary>
    public static string Inserted(Dice dice, ValueType type, bool isNullable)
    {
        if (isNullable && dice.Chance(18))
        {
            return "NULL";
        }

        string literal = Literal(dice, type);
        int cast = literal.IndexOf("::", StringComparison.Ordinal);
        return cast > 0 && dice.Chance(85) ? literal[..cast] : literal;
    }

    private static string Integer(Dice dice) =>
        (dice.Chance(40) ? 1 : dice.Between(-2, 9)).ToString(CultureInfo.InvariantCulture);

    private static string Fixed(Dice dice, string digits) => dice.Chance(50) ? digits : $"'{digits}'::numeric(12,2)";
}
