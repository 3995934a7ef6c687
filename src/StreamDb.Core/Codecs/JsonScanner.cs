using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

internal enum JsonToken : byte
{
    End,
    ObjectStart,
    ObjectEnd,
    ArrayStart,
    ArrayEnd,
    Comma,
    Colon,
    String,
    Number,
    True,
    False,
    Null,
}

/// <summary>Splits JSON text into tokens, and says what is wrong with it in PostgreSQL's words.</summary>
internal ref struct JsonScanner(ReadOnlySpan<byte> text)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _end;

    /// <summary>The token that <see cref="Next"/> found.</summary>
    public JsonToken Token { get; private set; }

    public int Start { get; private set; }

    public readonly ReadOnlySpan<byte> Text => _text[Start.._end];

    public void Next()
    {
        int at = _end;
        while (at < _text.Length && _text[at] is (byte)' ' or (byte)'\t' or (byte)'\n' or (byte)'\r')
        {
            at++;
        }

        Start = at;
        _end = Math.Min(at + 1, _text.Length);
        Token = at == _text.Length ? JsonToken.End : _text[at] switch
        {
            (byte)'{' => JsonToken.ObjectStart,
            (byte)'}' => JsonToken.ObjectEnd,
            (byte)'[' => JsonToken.ArrayStart,
            (byte)']' => JsonToken.ArrayEnd,
            (byte)',' => JsonToken.Comma,
            (byte)':' => JsonToken.Colon,
            (byte)'"' => ReadString(),
            (byte)'-' or (>= (byte)'0' and <= (byte)'9') => ReadNumber(),
            _ => ReadWord(),
        };
    }

    /// <summary>The error for a token that may not stand here.</summary>
    /// <param name="expected">What may: <c>JSON value</c>, <c>"," or "]"</c>.</param>
    public readonly SqlException Unexpected(string expected) => Token == JsonToken.End
        ? Error("The input string ended unexpectedly.")
        : Error($"Expected {expected}, but found \"{CodecErrors.Text(Text)}\".");

    public static SqlException Error(string detail) =>
        new(SqlState.InvalidTextRepresentation, "invalid input syntax for type json") { Detail = detail };

    private JsonToken ReadString()
    {
        int at = Start + 1;
        while (true)
        {
            int special = _text[at..].IndexOfAny((byte)'"', (byte)'\\');
            int control = _text[at..(special < 0 ? _text.Length : at + special)].IndexOfAnyInRange((byte)0, (byte)0x1F);
            if (control >= 0)
            {
                throw Error($"Character with value 0x{_text[at + control]:x2} must be escaped.");
            }

            if (special < 0)
            {
                int valid = Math.Min(_text.Length, Start + 200);
                throw Error($"Token \"{CodecErrors.Text(_text[Start..valid])}\" is invalid.");
            }

            at += special;
            if (_text[at] == '"')
            {
                _end = at + 1;
                return JsonToken.String;
            }

            at = ReadEscape(at + 1);
        }
    }

    /// <summary>Checks the escape whose character is at <paramref name="at"/> and returns where it ends.</summary>
    private readonly int ReadEscape(int at)
    {
        if (at >= _text.Length)
        {
            throw Error($"Token \"{CodecErrors.Text(_text[Start..])}\" is invalid.");
        }

        if (_text[at] == 'u')
        {
            for (int i = 1; i <= 4; i++)
            {
                if (at + i >= _text.Length || !char.IsAsciiHexDigit((char)_text[at + i]))
                {
                    throw Error("\"\\u\" must be followed by four hexadecimal digits.");
                }
            }

            return at + 5;
        }

        if ("\"\\/bfnrt"u8.IndexOf(_text[at]) < 0)
        {
            System.Text.Rune.DecodeFromUtf8(_text[at..], out System.Text.Rune rune, out _);
            throw Error($"Escape sequence \"\\{rune}\" is invalid.");
        }

        return at + 1;
    }

    private JsonToken ReadNumber()
    {
        int at = Start;
        if (_text[at] == '-')
        {
            at++;
        }

        bool isValid = at < _text.Length && AsciiText.IsDigit(_text[at]);
        if (isValid && _text[at] == '0')
        {
            at++;
        }
        else
        {
            at = SkipDigits(at);
        }

        if (isValid && at < _text.Length && _text[at] == '.')
        {
            int fraction = at + 1;
            at = SkipDigits(fraction);
            isValid = at > fraction;
        }

        if (isValid && at < _text.Length && _text[at] is (byte)'e' or (byte)'E')
        {
            int exponent = at + 1;
            if (exponent < _text.Length && _text[exponent] is (byte)'+' or (byte)'-')
            {
                exponent++;
            }

            at = SkipDigits(exponent);
            isValid = at > exponent;
        }

        _end = WordEnd(at);
        return isValid && _end == at ? JsonToken.Number : throw Error($"Token \"{CodecErrors.Text(Text)}\" is invalid.");
    }

    private JsonToken ReadWord()
    {
        _end = Math.Max(WordEnd(Start), Start + 1);
        if (Text.SequenceEqual("true"u8))
        {
            return JsonToken.True;
        }

        if (Text.SequenceEqual("false"u8))
        {
            return JsonToken.False;
        }

        return Text.SequenceEqual("null"u8) ? JsonToken.Null : throw Error($"Token \"{CodecErrors.Text(Text)}\" is invalid.");
    }

    private readonly int SkipDigits(int at)
    {
        while (at < _text.Length && AsciiText.IsDigit(_text[at]))
        {
            at++;
        }

        return at;
    }

    /// <summary>End of the run of characters that belong to one wrong token.</summary>
    private readonly int WordEnd(int at)
    {
        while (at < _text.Length && (AsciiText.IsLetterOrDigit(_text[at]) || _text[at] == '_' || _text[at] >= 0x80))
        {
            at++;
        }

        return at;
    }
}
