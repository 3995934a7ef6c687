using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>Hashes and the text encodings of bytea.</summary>
internal static unsafe class Digests
{
#pragma warning disable CA5350, CA5351 // SQL's functions are called md5 and sha1; nothing here depends on their strength.
    public static ByteSlice Md5(ByteSlice value, EvaluationContext c) => Hex(MD5.HashData(value.Span), c);

    public static ByteSlice Digest(ByteSlice value, ByteSlice algorithm, EvaluationContext c) => c.Bytes(Name(algorithm) switch
    {
        "md5" => MD5.HashData(value.Span),
        "sha1" => SHA1.HashData(value.Span),
        "sha256" => SHA256.HashData(value.Span),
        "sha384" => SHA384.HashData(value.Span),
        "sha512" => SHA512.HashData(value.Span),
        "sha224" => Sha224.HashData(value.Span),
        _ => throw NoHash(algorithm),
    });

    public static ByteSlice Hmac(ByteSlice value, ByteSlice key, ByteSlice algorithm, EvaluationContext c) => c.Bytes(Name(algorithm) switch
    {
        "md5" => HMACMD5.HashData(key.Span, value.Span),
        "sha1" => HMACSHA1.HashData(key.Span, value.Span),
        "sha256" => HMACSHA256.HashData(key.Span, value.Span),
        "sha384" => HMACSHA384.HashData(key.Span, value.Span),
        "sha512" => HMACSHA512.HashData(key.Span, value.Span),
        _ => throw NoHash(algorithm),
    });

    public static ByteSlice Sha1(ByteSlice value, EvaluationContext c) => c.Bytes(SHA1.HashData(value.Span));
#pragma warning restore CA5350, CA5351

    public static ByteSlice Sha224Of(ByteSlice value, EvaluationContext c) => c.Bytes(Sha224.HashData(value.Span));

    public static ByteSlice Sha256Of(ByteSlice value, EvaluationContext c) => c.Bytes(SHA256.HashData(value.Span));

    public static ByteSlice Sha384Of(ByteSlice value, EvaluationContext c) => c.Bytes(SHA384.HashData(value.Span));

    public static ByteSlice Sha512Of(ByteSlice value, EvaluationContext c) => c.Bytes(SHA512.HashData(value.Span));

    public static ByteSlice Encode(ByteSlice value, ByteSlice format, EvaluationContext c)
    {
        switch (Name(format))
        {
            case "hex":
                return Hex(value.Span, c);
            case "base64":
                return c.Text(LineBroken(Convert.ToBase64String(value.Span)));
            case "escape":
                return EncodeEscape(value.Span, c);
            default:
                throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized encoding: \"{Utf8Text.Decode(format)}\"");
        }
    }

    public static ByteSlice Decode(ByteSlice text, ByteSlice format, EvaluationContext c)
    {
        switch (Name(format))
        {
            case "hex":
                return DecodeHex(text.Span, c);
            case "base64":
                return DecodeBase64(text.Span, c);
            case "escape":
                return DecodeEscape(text.Span, c);
            default:
                throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized encoding: \"{Utf8Text.Decode(format)}\"");
        }
    }

    public static int GetByte(ByteSlice bytes, int index) => bytes.Pointer[Check(bytes, index, bytes.Length)];

    public static ByteSlice SetByte(ByteSlice bytes, int index, int value, EvaluationContext c)
    {
        Check(bytes, index, bytes.Length);
        ByteSlice copy = c.Bytes(bytes.Span);
        copy.Pointer[index] = (byte)value;
        return copy;
    }

    public static int GetBit(ByteSlice bytes, long index) => (bytes.Pointer[Check(bytes, index, bytes.Length * 8L) / 8] >> (int)(index % 8)) & 1;

    public static ByteSlice SetBit(ByteSlice bytes, long index, int value, EvaluationContext c)
    {
        Check(bytes, index, bytes.Length * 8L);
        if (value is not (0 or 1))
        {
            throw new SqlException(SqlState.InvalidParameterValue, "new bit must be 0 or 1");
        }

        ByteSlice copy = c.Bytes(bytes.Span);
        byte mask = (byte)(1 << (int)(index % 8));
        copy.Pointer[index / 8] = (byte)(value == 1 ? copy.Pointer[index / 8] | mask : copy.Pointer[index / 8] & ~mask);
        return copy;
    }

    public static ByteSlice ConvertFrom(ByteSlice bytes, ByteSlice encoding)
    {
        RequireUtf8(encoding);
        TextCodec.CheckEncoding(bytes.Span);
        return bytes;
    }

    public static ByteSlice ConvertTo(ByteSlice text, ByteSlice encoding)
    {
        RequireUtf8(encoding);
        return text;
    }

    private static void RequireUtf8(ByteSlice encoding)
    {
        string name = Name(encoding).Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal);
        if (name is not ("utf8" or "unicode" or "sqlascii"))
        {
            throw new SqlException(SqlState.FeatureNotSupported, $"encoding \"{Utf8Text.Decode(encoding)}\" is not supported");
        }
    }

    private static long Check(ByteSlice bytes, long index, long length) => index >= 0 && index < length
        ? index
        : throw new SqlException(SqlState.ArraySubscriptError, string.Create(CultureInfo.InvariantCulture, $"index {index} out of valid range, 0..{length - 1}"));

    private static SqlException NoHash(ByteSlice algorithm) =>
        new(SqlState.InvalidParameterValue, $"Cannot use \"{Utf8Text.Decode(algorithm)}\": No such hash algorithm");

#pragma warning disable CA1308 // Names of algorithms and encodings are lower case.
    private static string Name(ByteSlice name) => Utf8Text.Decode(name).ToLowerInvariant();
#pragma warning restore CA1308

    private static ByteSlice Hex(ReadOnlySpan<byte> bytes, EvaluationContext c)
    {
        byte* target = c.Arena.Allocate(bytes.Length * 2L);
        ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
        for (int i = 0; i < bytes.Length; i++)
        {
            target[2 * i] = digits[bytes[i] >> 4];
            target[(2 * i) + 1] = digits[bytes[i] & 15];
        }

        return new ByteSlice(target, bytes.Length * 2);
    }

    /// <summary>PostgreSQL breaks base64 after 76 characters.</summary>
    private static string LineBroken(string text) =>
        text.Length <= 76 ? text : string.Join('\n', text.Chunk(76).Select(line => new string(line)));

    private static ByteSlice EncodeEscape(ReadOnlySpan<byte> bytes, EvaluationContext c)
    {
        using ByteWriter output = ByteWriter.Rent();
        foreach (byte b in bytes)
        {
            if (b is 0 or >= 0x80)
            {
                output.Append([(byte)'\\', (byte)('0' + (b >> 6)), (byte)('0' + ((b >> 3) & 7)), (byte)('0' + (b & 7))]);
            }
            else
            {
                output.Append(b);
                if (b == '\\')
                {
                    output.Append(b);
                }
            }
        }

        return c.Bytes(output.Written);
    }

    private static ByteSlice DecodeHex(ReadOnlySpan<byte> text, EvaluationContext c)
    {
        using ByteWriter output = ByteWriter.Rent();
        int high = -1;
        foreach (byte ch in text)
        {
            if (ch is (byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r')
            {
                continue;
            }

            if (!char.IsAsciiHexDigit((char)ch))
            {
                throw new SqlException(SqlState.InvalidParameterValue, $"invalid hexadecimal digit: \"{(char)ch}\"");
            }

            int digit = char.IsAsciiDigit((char)ch) ? ch - '0' : (ch | 0x20) - 'a' + 10;
            if (high < 0)
            {
                high = digit;
            }
            else
            {
                output.Append((byte)((high << 4) | digit));
                high = -1;
            }
        }

        return high < 0
            ? c.Bytes(output.Written)
            : throw new SqlException(SqlState.InvalidParameterValue, "invalid hexadecimal data: odd number of digits");
    }

    private static ByteSlice DecodeBase64(ReadOnlySpan<byte> text, EvaluationContext c)
    {
        byte[] clean = [.. text.ToArray().Where(ch => ch is not ((byte)' ' or (byte)'\n' or (byte)'\t' or (byte)'\r'))];
        byte[] result = new byte[Base64.GetMaxDecodedFromUtf8Length(clean.Length)];
        return Base64.DecodeFromUtf8(clean, result, out _, out int written) == System.Buffers.OperationStatus.Done
            ? c.Bytes(result.AsSpan(0, written))
            : throw new SqlException(SqlState.InvalidParameterValue, "invalid base64 end sequence");
    }

    private static ByteSlice DecodeEscape(ReadOnlySpan<byte> text, EvaluationContext c)
    {
        using ByteWriter output = ByteWriter.Rent();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                output.Append(text[i]);
            }
            else if (i + 1 < text.Length && text[i + 1] == '\\')
            {
                output.Append((byte)'\\');
                i++;
            }
            else if (i + 3 < text.Length && text[i + 1] is >= (byte)'0' and <= (byte)'3'
                && text[i + 2] is >= (byte)'0' and <= (byte)'7' && text[i + 3] is >= (byte)'0' and <= (byte)'7')
            {
                output.Append((byte)(((text[i + 1] - '0') << 6) | ((text[i + 2] - '0') << 3) | (text[i + 3] - '0')));
                i += 3;
            }
            else
            {
                throw new SqlException(SqlState.InvalidTextRepresentation, "invalid input syntax for type bytea");
            }
        }

        return c.Bytes(output.Written);
    }
}
