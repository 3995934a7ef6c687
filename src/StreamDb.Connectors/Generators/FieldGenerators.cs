using System.Globalization;
using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Generators;

/// <summary>Makes the generators of datagen's columns from their options.</summary>
/// <param name="options">The options; those of every field are taken.</param>
/// <param name="baseMicroseconds">The time the source was first opened at.</param>
internal sealed class FieldGenerators(OptionReader options, long baseMicroseconds)
{
    private const int TextBytesMax = 1 << 20;
    private const int ElementsMax = 100_000;
    private const decimal DefaultMax = short.MaxValue;

    /// <summary>The generator of a field.</summary>
    /// <param name="path">Its path below "fields.": the column's name, then names of nested fields, and _ for an array's elements.</param>
    /// <param name="type">Its type.</param>
    /// <exception cref="SqlException">22023: an option is wrong. 0A000: no values of that type are made.</exception>
    public FieldGenerator Make(string path, SqlType type)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Array:
                int length = (int)options.Integer(Name(path, "length"), 1, 0, ElementsMax);
                return new ArrayGenerator(type.Element!, length, Make(path + "._", type.Element!));
            case SqlTypeKind.Record:
                return new RecordGenerator([.. type.Fields.Select(field => Make($"{path}.{field.Name.ToLowerInvariant()}", field.Type))]);
        }

        string kindOption = Name(path, "kind");
        bool isSequence = options.Text(kindOption)?.Trim().ToLowerInvariant() switch
        {
            null or "random" => false,
            "sequence" => true,
            _ => throw options.Invalid(kindOption, "must be sequence or random"),
        };

        if (type.IsNumber)
        {
            return isSequence ? MakeSequence(path, type) : MakeRandomNumber(path, type);
        }

        if (isSequence)
        {
            throw options.Invalid(kindOption, $"must be random for a field of type {type}");
        }

        return type.Kind switch
        {
            SqlTypeKind.Text or SqlTypeKind.Varchar => MakeText(path, type),
            SqlTypeKind.Boolean => new RandomBooleanGenerator(Seed(path)),
            SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz => MakeTimestamp(path),
            _ => throw new SqlException(
                SqlState.FeatureNotSupported,
                $"connector \"{ConnectorRegistry.Datagen}\" cannot generate column \"{path}\" of type {type}"),
        };
    }

    private static string Name(string path, string parameter) => $"fields.{path}.{parameter}";

    private SequenceGenerator MakeSequence(string path, SqlType type)
    {
        decimal start = Number(Name(path, "start"), type, 0);
        decimal end = Number(Name(path, "end"), type, Math.Max(start, DefaultMax));
        options.Text(Name(path, "seed"));
        return end >= start
            ? new SequenceGenerator(type, start, end)
            : throw options.Invalid(Name(path, "end"), $"must not be below the start, {start}");
    }

    private FieldGenerator MakeRandomNumber(string path, SqlType type)
    {
        decimal min = Number(Name(path, "min"), type, 0);
        decimal max = Number(Name(path, "max"), type, Math.Max(min, DefaultMax));
        if (max < min)
        {
            throw options.Invalid(Name(path, "max"), $"must not be below the minimum, {min}");
        }

        return type.IsInteger
            ? new RandomIntegerGenerator(type, (long)min, (long)max, Seed(path))
            : new RandomRealGenerator(type, min, max, Seed(path));
    }

    private RandomTextGenerator MakeText(string path, SqlType type)
    {
        int lengthMax = type.Modifier >= 4 ? type.Modifier - 4 : TextBytesMax;
        return new RandomTextGenerator((int)options.Integer(Name(path, "length"), Math.Min(10, lengthMax), 0, lengthMax), Seed(path));
    }

    private RandomTimestampGenerator MakeTimestamp(string path)
    {
        long past = Past(path);
        string modeOption = Text(path, "max_past_mode", "max.past.mode");
        bool isRelative = options.Text(modeOption)?.Trim().ToLowerInvariant() switch
        {
            null or "absolute" => false,
            "relative" => true,
            _ => throw options.Invalid(modeOption, "must be absolute or relative"),
        };
        string baseOption = Name(path, "basetime");
        long? fixedBase = options.Text(baseOption) is { } text
            ? (long)Parse(SqlType.TimestampTz, baseOption, text)
            : isRelative ? null : baseMicroseconds;
        return new RandomTimestampGenerator(fixedBase, past, Seed(path));
    }

    private long Past(string path)
    {
        string option = Text(path, "max_past", "max.past");
        if (options.Text(option) is not { } text)
        {
            return SqlCalendar.MicrosecondsPerDay;
        }

        var interval = (Interval)Parse(SqlType.Interval, option, text);
        decimal microseconds = interval.Microseconds
            + ((interval.Days + (interval.Months * 30m)) * SqlCalendar.MicrosecondsPerDay);
        return microseconds is >= 0 and <= SqlCalendar.MicrosecondsPerDay * 365_000m
            ? (long)microseconds
            : throw options.Invalid(option, "must be an interval from 0 to 1000 years");
    }

    /// <summary>The name under which the option is given; both spellings are known.</summary>
    private string Text(string path, string parameter, string other) =>
        options.Text(Name(path, other)) is null ? Name(path, parameter) : Name(path, other);

    private object Parse(SqlType type, string option, string text)
    {
        try
        {
            return TextCodec.ParseDatum(type, Encoding.UTF8.GetBytes(text), TextFormat.Default).Value!;
        }
        catch (SqlException exception)
        {
            throw options.Invalid(option, $"is not a valid {type}: {exception.Message}");
        }
    }

    private decimal Number(string option, SqlType type, decimal absent)
    {
        (decimal min, decimal max) = NumberBytes.RangeOf(type);
        if (options.Text(option) is not { } text)
        {
            return Math.Clamp(absent, min, max);
        }

        bool isNumber = decimal.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value);
        return isNumber && value >= min && value <= max && (!type.IsInteger || value == decimal.Truncate(value))
            ? value
            : throw options.Invalid(option, $"must be a number of type {type}");
    }

    /// <summary>The field's seed: the one that is given, or one that its name makes, so that fields differ.</summary>
    private ulong Seed(string path)
    {
        string option = Name(path, "seed");
        ulong seed = 0;
        if (options.Text(option) is { } text)
        {
            if (!ulong.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out seed))
            {
                throw options.Invalid(option, "must be a positive integer");
            }
        }
        else
        {
            // FNV-1a.
            seed = 14695981039346656037;
            foreach (char c in path)
            {
                seed = (seed ^ c) * 1099511628211;
            }
        }

        // Mixed, so that neighbouring seeds do not give the same values in another order.
        return new SplitMix(seed).Next();
    }
}
