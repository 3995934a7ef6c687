using System.Globalization;
using System.Text;
using StreamDb.Core.Errors;

namespace StreamDb.Sql.Parsing;

/// <summary>The values of string and identifier tokens (PostgreSQL's manual, section 4.1).</summary>
internal static class StringDecoding
{
    /// <summary>Decodes <c>'…'</c>, <c>E'…'</c>, <c>U&amp;'…'</c> and <c>$tag$…$tag$</c>.</summary>
    public static string DecodeString(string token, char unicodeEscape = '\\')
    {
        switch (token[0])
        {
            case '$':
                int length = token.IndexOf('$', 1) + 1;
                return token[length..^length];

            case 'e' or 'E':
                return DecodeEscapes(token);

            case 'u' or 'U':
                return DecodeUnicode(Unquote(token, 2), unicodeEscape);

            default:
                return Unquote(token, 0);
        }
    }

    /// <summary>The name that an identifier token stands for: folded, or without its quotes.</summary>
    public static string DecodeIdentifier(string token, char unicodeEscape = '\\') => token switch
    {
        ['"', ..] => Unquote(token, 0),
        ['u' or 'U', '&', '"', ..] => DecodeUnicode(Unquote(token, 2), unicodeEscape),
        _ => token.ToLowerInvariant(),
    };

    // A string may be several quoted pieces with white space between.
    private static string Unquote(string token, int start)
    {
        char quote = token[start];
        ReadOnlySpan<char> inner = token.AsSpan((start + 1)..^1);
        if (!inner.Contains(quote))
        {
            return inner.ToString();
        }

        StringBuilder text = new(token.Length);
        bool inside = false;
        for (int index = start; index < token.Length; index++)
        {
            if (token[index] != quote)
            {
                if (inside)
                {
                    text.Append(token[index]);
                }
            }
            else if (inside && index + 1 < token.Length && token[index + 1] == quote)
            {
                text.Append(quote);
                index++;
            }
            else
            {
                inside = !inside;
            }
        }

        return text.ToString();
    }

    // \x and \ooo give bytes of UTF-8, so everything goes through bytes.
    private static string DecodeEscapes(string token)
    {
        using MemoryStream bytes = new(token.Length);
        bool inside = false;
        for (int index = 1; index < token.Length;)
        {
            char character = token[index];
            if (character == '\'')
            {
                if (inside && index + 1 < token.Length && token[index + 1] == '\'')
                {
                    bytes.WriteByte((byte)'\'');
                    index += 2;
                }
                else
                {
                    inside = !inside;
                    index++;
                }
            }
            else if (!inside)
            {
                index++;
            }
            else if (character == '\\')
            {
                index = DecodeEscape(token, index + 1, bytes);
            }
            else
            {
                int length = char.IsHighSurrogate(character) && index + 1 < token.Length ? 2 : 1;
                bytes.Write(Encoding.UTF8.GetBytes(token.Substring(index, length)));
                index += length;
            }
        }

        try
        {
            return new UTF8Encoding(false, true).GetString(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
        }
        catch (ArgumentException)
        {
            throw new SqlException(SqlState.CharacterNotInRepertoire, "invalid byte sequence for encoding \"UTF8\"");
        }
    }

    /// <returns>The index behind the escape whose backslash stands before <paramref name="index"/>.</returns>
    private static int DecodeEscape(string token, int index, MemoryStream bytes)
    {
        char kind = token[index];
        switch (kind)
        {
            case 'b':
                bytes.WriteByte(8);
                return index + 1;
            case 'f':
                bytes.WriteByte(12);
                return index + 1;
            case 'n':
                bytes.WriteByte(10);
                return index + 1;
            case 'r':
                bytes.WriteByte(13);
                return index + 1;
            case 't':
                bytes.WriteByte(9);
                return index + 1;
            case 'x' when char.IsAsciiHexDigit(token[index + 1]):
                int digits = char.IsAsciiHexDigit(token[index + 2]) ? 2 : 1;
                bytes.WriteByte(byte.Parse(token.AsSpan(index + 1, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture));
                return index + 1 + digits;
            case >= '0' and <= '7':
                int value = 0;
                int end = index;
                while (end < index + 3 && token[end] is >= '0' and <= '7')
                {
                    value = (value * 8) + (token[end++] - '0');
                }

                bytes.WriteByte((byte)value);
                return end;
            case 'u' or 'U':
                int length = kind == 'u' ? 4 : 8;
                string hex = index + 1 + length < token.Length ? token.Substring(index + 1, length) : "";
                string text = CodePoint(hex, "invalid Unicode escape");
                int next = index + 1 + length;
                if (char.IsHighSurrogate(text[0]) && kind == 'u' && next + 6 < token.Length && token[next] == '\\' && token[next + 1] == 'u')
                {
                    text += CodePoint(token.Substring(next + 2, 4), "invalid Unicode escape");
                    next += 6;
                }

                bytes.Write(Encoding.UTF8.GetBytes(text));
                return next;
            default:
                int width = char.IsHighSurrogate(kind) ? 2 : 1;
                bytes.Write(Encoding.UTF8.GetBytes(token.Substring(index, width)));
                return index + width;
        }
    }

    private static string DecodeUnicode(string text, char escape)
    {
        if (!text.Contains(escape, StringComparison.Ordinal))
        {
            return text;
        }

        StringBuilder result = new(text.Length);
        for (int index = 0; index < text.Length;)
        {
            if (text[index] != escape)
            {
                result.Append(text[index++]);
            }
            else if (index + 1 < text.Length && text[index + 1] == escape)
            {
                result.Append(escape);
                index += 2;
            }
            else
            {
                bool isLong = index + 1 < text.Length && text[index + 1] == '+';
                int start = index + (isLong ? 2 : 1);
                int length = isLong ? 6 : 4;
                result.Append(CodePoint(start + length <= text.Length ? text.Substring(start, length) : "", "invalid Unicode escape"));
                index = start + length;
            }
        }

        return result.ToString();
    }

    private static string CodePoint(string hex, string message)
    {
        if (!int.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value) || value is <= 0 or > 0x10FFFF)
        {
            throw new SqlException(SqlState.SyntaxError, message)
            {
                Hint = "Unicode escapes must be \\XXXX or \\+XXXXXX, in E strings \\uXXXX or \\UXXXXXXXX.",
            };
        }

        // A surrogate may be half of a pair of escapes.
        return value is >= 0xD800 and <= 0xDFFF ? ((char)value).ToString() : char.ConvertFromUtf32(value);
    }
}
