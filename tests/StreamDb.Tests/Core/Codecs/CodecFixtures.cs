using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Tests.Core.Codecs;

/// <summary>Common to the codec tests: tables recorded from PostgreSQL 15, types by name, values in and out as text.</summary>
internal static class CodecFixtures
{
    /// <summary>Rows of tab-separated cells.</summary>
    public static List<string[]> Table(string name)
    {
        using Stream stream = typeof(CodecFixtures).Assembly.GetManifestResourceStream($"StreamDb.Tests.Core.Codecs.{name}")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().TrimEnd('\n').Split('\n').Select(line => line.Split('\t'))];
    }

    /// <summary><c>numeric(5,2)</c>, <c>interval day to second</c>, <c>text[]</c>, ….</summary>
    public static SqlType Type(string name)
    {
        if (name.EndsWith("[]", StringComparison.Ordinal))
        {
            return SqlType.ArrayOf(Type(name[..^2]));
        }

        List<int> modifiers = [];
        int open = name.IndexOf('(', StringComparison.Ordinal);
        if (open > 0)
        {
            modifiers = [.. name[(open + 1)..^1].Split(',').Select(int.Parse)];
            name = name[..open];
        }

        if (name.StartsWith("interval ", StringComparison.Ordinal))
        {
            return SqlType.Interval.WithModifier(IntervalFields.Modifier(name[9..], modifiers.Count > 0 ? modifiers[0] : -1));
        }

        return SqlTypeNames.TryResolve(name, modifiers, out SqlType? type) ? type : throw new ArgumentException(name);
    }

    /// <summary>Settings as in <c>timezone=UTC,intervalstyle=iso_8601</c>.</summary>
    public static TextFormat Format(string settings)
    {
        TextFormat format = TextFormat.Default;
        foreach (string setting in settings.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = setting.Split('=');
            format = parts[0] switch
            {
                "timezone" => TimeZones.TryFind(parts[1], out TimeZoneInfo? zone) ? format with { TimeZone = zone } : throw new ArgumentException(setting),
                "intervalstyle" => format with { IntervalStyle = parts[1] },
                "extra_float_digits" => format with { ExtraFloatDigits = int.Parse(parts[1]) },
                "bytea_output" => format with { IsByteaEscape = parts[1] == "escape" },
                _ => throw new ArgumentException(setting),
            };
        }

        return format;
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>The value as it lies in a column.</summary>
    public static byte[] Value(SqlType type, string text, TextFormat? format = null)
    {
        using ByteWriter parsed = ByteWriter.Rent();
        TextCodec.Parse(type, Bytes(text), format ?? TextFormat.Default, parsed);
        return parsed.Written.ToArray();
    }

    public static string Text(SqlType type, ReadOnlySpan<byte> value, TextFormat? format = null)
    {
        using ByteWriter text = ByteWriter.Rent();
        TextCodec.Write(type, value, text, format ?? TextFormat.Default);
        return Encoding.UTF8.GetString(text.Written);
    }

    /// <summary>Text in, explicit cast, text out; or the error with its state and detail.</summary>
    public static string Cast(SqlType type, string text, TextFormat format)
    {
        try
        {
            using ByteWriter cast = ByteWriter.Rent();
            TypeModifiers.Apply(type, Value(type, text, format), isExplicit: true, cast);
            return TextCodec.Format(type, ValueBytes.ToDatum(type.Physical, cast.Written), format);
        }
        catch (SqlException error)
        {
            return $"ERR {error.State} {error.Message}{(error.Detail is null ? "" : " DETAIL " + error.Detail)}";
        }
    }

    public static byte[] Wire(SqlType type, ReadOnlySpan<byte> value)
    {
        using ByteWriter wire = ByteWriter.Rent();
        BinaryCodec.Write(type, value, wire);
        return wire.Written.ToArray();
    }
}
