namespace StreamDb.Core.Codecs;

/// <summary>What kind of piece of a date, time or interval a token looks like. Meaning comes later, from its neighbours.</summary>
internal enum DateTimeTokenKind : byte
{
    /// <summary>Digits, perhaps with a decimal point.</summary>
    Number,

    /// <summary>Letters.</summary>
    Word,

    /// <summary>Parts joined by - / or .; or a zone name.</summary>
    Date,

    /// <summary>Digits with colons.</summary>
    Time,

    /// <summary>A sign and digits: a zone offset, or a signed number of an interval.</summary>
    Signed,

    /// <summary>A sign and letters: -infinity.</summary>
    SignedWord,
}

/// <summary>A token: where it lies in the tokenizer's lower-case copy of the text.</summary>
internal readonly record struct DateTimeToken(DateTimeTokenKind Kind, int Start, int Length);

/// <summary>Splits date, time and interval input into tokens by the same rules as PostgreSQL's ParseDateTime.</summary>
internal ref struct DateTimeTokenizer(ReadOnlySpan<byte> text, Span<byte> copy, Span<DateTimeToken> tokens)
{
    /// <summary>Longer input is refused, as in PostgreSQL.</summary>
    public const int BytesMax = 128;
    public const int TokensMax = 25;

    private readonly ReadOnlySpan<byte> _text = text;
    private readonly Span<byte> _copy = copy;
    private readonly Span<DateTimeToken> _tokens = tokens;
    private int _at;
    private int _written;

    /// <summary>Tokens found; -1 when the text cannot be a date, time or interval.</summary>
    public int Run()
    {
        if (_text.Length > BytesMax)
        {
            return -1;
        }

        int count = 0;
        while (_at < _text.Length)
        {
            if (AsciiText.IsSpace(_text[_at]))
            {
                _at++;
                continue;
            }

            int start = _written;
            if (!TryReadToken(out DateTimeTokenKind kind))
            {
                return -1;
            }

            if (_written == start)
            {
                continue;
            }

            if (count == TokensMax)
            {
                return -1;
            }

            _tokens[count++] = new DateTimeToken(kind, start, _written - start);
        }

        return count;
    }

    private readonly byte Current => _at < _text.Length ? _text[_at] : (byte)0;

    /// <summary>Reads one token, or skips one byte of punctuation.</summary>
    private bool TryReadToken(out DateTimeTokenKind kind)
    {
        byte c = Current;
        kind = DateTimeTokenKind.Number;
        if (AsciiText.IsDigit(c))
        {
            kind = ReadDigits();
            return true;
        }

        if (c == '.')
        {
            Take();
            TakeDigits();
            return true;
        }

        if (AsciiText.IsLetter(c))
        {
            kind = ReadWord();
            return true;
        }

        if (c is (byte)'+' or (byte)'-')
        {
            return TryReadSigned(out kind);
        }

        _at++;
        return AsciiText.IsPunctuation(c);
    }

    private DateTimeTokenKind ReadDigits()
    {
        TakeDigits();
        byte separator = Current;
        if (separator == ':')
        {
            while (AsciiText.IsDigit(Current) || Current is (byte)':' or (byte)'.')
            {
                Take();
            }

            return DateTimeTokenKind.Time;
        }

        if (separator is not ((byte)'-' or (byte)'/' or (byte)'.'))
        {
            return DateTimeTokenKind.Number;
        }

        Take();
        if (!AsciiText.IsDigit(Current))
        {
            // A month in letters: 20-nov-2026.
            while (AsciiText.IsLetterOrDigit(Current) || Current == separator)
            {
                Take();
            }

            return DateTimeTokenKind.Date;
        }

        TakeDigits();
        if (Current != separator)
        {
            return separator == '.' ? DateTimeTokenKind.Number : DateTimeTokenKind.Date;
        }

        while (AsciiText.IsDigit(Current) || Current == separator)
        {
            Take();
        }

        return DateTimeTokenKind.Date;
    }

    private DateTimeTokenKind ReadWord()
    {
        int start = _written;
        while (AsciiText.IsLetter(Current))
        {
            Take();
        }

        // A date that starts with its month (nov-20-2026), or a zone name (america/new_york, etc/gmt+3, est5edt).
        byte next = Current;
        bool isDate = next is (byte)'-' or (byte)'/' or (byte)'.'
            || ((next == '+' || AsciiText.IsDigit(next)) && !DateTimeWords.TryFind(_copy[start.._written], out _));
        if (!isDate)
        {
            return DateTimeTokenKind.Word;
        }

        while (AsciiText.IsLetterOrDigit(Current) || Current is (byte)'+' or (byte)'-' or (byte)'/' or (byte)'_' or (byte)'.' or (byte)':')
        {
            Take();
        }

        return DateTimeTokenKind.Date;
    }

    private bool TryReadSigned(out DateTimeTokenKind kind)
    {
        Take();
        while (AsciiText.IsSpace(Current))
        {
            _at++;
        }

        if (AsciiText.IsDigit(Current))
        {
            kind = DateTimeTokenKind.Signed;
            while (AsciiText.IsDigit(Current) || Current is (byte)':' or (byte)'.' or (byte)'-')
            {
                Take();
            }

            return true;
        }

        kind = DateTimeTokenKind.SignedWord;
        bool isWord = AsciiText.IsLetter(Current);
        while (AsciiText.IsLetter(Current))
        {
            Take();
        }

        return isWord;
    }

    private void Take() => _copy[_written++] = AsciiText.ToLower(_text[_at++]);

    private void TakeDigits()
    {
        while (AsciiText.IsDigit(Current))
        {
            Take();
        }
    }
}
