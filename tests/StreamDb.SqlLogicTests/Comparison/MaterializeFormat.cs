using System.Globalization;
using System.Numerics;
using System.Text;
using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>Materialize's coercions: they depend on the column's type, the type letter and the script's mode.</summary>
public sealed class MaterializeFormat : IValueFormat
{
    private static readonly UTF8Encoding _strictUtf8 = new(false, throwOnInvalidBytes: true);

    public string Format(string? text, uint typeOid, char letter, ScriptMode mode)
    {
        if (text is null)
        {
            return "NULL";
        }

        bool isStandard = mode == ScriptMode.Standard;
        return typeOid switch
        {
            TypeOids.Bool when letter == 'I' => text == "t" ? "1" : "0",
            TypeOids.Bool => text == "t" ? "true" : "false",
            TypeOids.Float4 or TypeOids.Float8 => letter switch
            {
                'I' => Truncated(text),
                'R' when !isStandard => DecimalText.WithoutExponent(FloatWord(text)),
                _ => ThreeDecimals(text),
            },
            TypeOids.Numeric => letter switch
            {
                'I' => DecimalText.ToInteger(text, roundsHalfUp: !isStandard),
                'R' when isStandard => DecimalText.AtMostThreeDecimals(text),
                _ => text,
            },
            TypeOids.Bytea => Bytes(text),
            _ when letter == 'I' && TypeOids.IsText(typeOid) => "0",
            _ => text.Length == 0 ? "(empty)" : text,
        };
    }

    private static string FloatWord(string text) => text switch
    {
        "Infinity" => "inf",
        "-Infinity" => "-inf",
        _ => text,
    };

    private static string ThreeDecimals(string text)
    {
        double number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? DecimalText.Fixed(number, 3) : FloatWord(text);
    }

    private static string Truncated(string text)
    {
        double number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return double.IsNaN(number) ? "0" : ((long)Math.Clamp(number, long.MinValue, 9.2233720368547748e18)).ToString(CultureInfo.InvariantCulture);
    }

    private static string Bytes(string text)
    {
        if (!text.StartsWith("\\x", StringComparison.Ordinal))
        {
            return text;
        }

        byte[] bytes = Convert.FromHexString(text.AsSpan(2));
        try
        {
            return _strictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return $"[{string.Join(", ", bytes)}]";
        }
    }
}
