using StreamDb.Sql.Generated;

namespace StreamDb.Sql.Parsing;

/// <summary>Recognises <c>INSERT INTO name [(columns)] VALUES (literal, …), …</c> without tokens or a tree.</summary>
/// <remarks>
/// The literals are numbers with an optional sign, plain strings, NULL, TRUE and FALSE, each with at most one
/// <c>::type</c> of one word behind it; <c>type 'string'</c> of one word counts as a string with that type. Whatever
/// else a statement has (comments, expressions, RETURNING, rows of different lengths, errors) makes
/// <see cref="TryParse"/> return false, and <see cref="SqlParser"/> decides. So this parser need not report anything;
/// it must only never accept what the grammar would read differently. One pass, no allocation for each value.
/// </remarks>
public ref struct LiteralInsertParser
{
    private readonly string _source;
    private int _index;

    private LiteralInsertParser(string source)
    {
        _source = source;
    }

    private readonly char Current => _index < _source.Length ? _source[_index] : '\0';

    /// <returns>False when the statement is not of this form; it may be valid all the same.</returns>
    public static bool TryParse(string sql, out LiteralInsert? insert)
    {
        LiteralInsertParser parser = new(sql);
        insert = parser.Parse();
        return insert is not null;
    }

    private LiteralInsert? Parse()
    {
        if (!Word("insert") || !Word("into"))
        {
            return null;
        }

        List<string> target = [];
        do
        {
            if (target.Count == 3 || !Name(target))
            {
                return null;
            }
        }
        while (Symbol('.'));

        List<string> columns = [];
        if (Symbol('(') && !ColumnNames(columns))
        {
            return null;
        }

        return Word("values") ? Rows(target, columns) : null;
    }

    private bool ColumnNames(List<string> columns)
    {
        do
        {
            if (!Name(columns))
            {
                return false;
            }
        }
        while (Symbol(','));
        return Symbol(')');
    }

    private LiteralInsert? Rows(List<string> target, List<string> columns)
    {
        List<LiteralToken> values = [];
        int columnCount = 0;
        do
        {
            int before = values.Count;
            if (!Row(values))
            {
                return null;
            }

            columnCount = columnCount == 0 ? values.Count : columnCount;
            if (values.Count - before != columnCount)
            {
                return null;
            }
        }
        while (Symbol(','));

        while (Symbol(';'))
        {
        }

        SkipSpace();
        return _index == _source.Length ? new LiteralInsert(_source, [.. target], [.. columns], [.. values], columnCount) : null;
    }

    private bool Row(List<LiteralToken> values)
    {
        if (!Symbol('('))
        {
            return false;
        }

        do
        {
            SkipSpace();
            if (!Value(out LiteralToken value) || !Cast(ref value))
            {
                return false;
            }

            values.Add(value);
        }
        while (Symbol(','));
        return Symbol(')');
    }

    private bool Value(out LiteralToken value)
    {
        value = default;
        char first = Current;
        if (first == '\'')
        {
            return String(-1, 0, out value);
        }

        if (first is '-' or '+' or '.' || char.IsAsciiDigit(first))
        {
            return Number(out value);
        }

        int start = _index;
        int length = WordLength();
        if (length == 0)
        {
            return false;
        }

        ReadOnlySpan<char> word = _source.AsSpan(start, length);
        LiteralTokenKind kind;
        if (word.Equals("null", StringComparison.OrdinalIgnoreCase))
        {
            kind = LiteralTokenKind.Null;
        }
        else if (word.Equals("true", StringComparison.OrdinalIgnoreCase) || word.Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            kind = LiteralTokenKind.Boolean;
        }
        else
        {
            // date '2024-01-01', but not e'…', x'…' or interval '1' day.
            _index += length;
            SkipSpace();
            return length > 1 && Current == '\'' && !IsReserved(word) && String(start, length, out value);
        }

        _index += length;
        value = new LiteralToken(kind, start, length, false, -1, 0);
        return true;
    }

    private bool String(int typeStart, int typeLength, out LiteralToken value)
    {
        int start = ++_index;
        bool hasQuotes = false;
        value = default;
        while (true)
        {
            int quote = _source.AsSpan(_index).IndexOf('\'');
            if (quote < 0)
            {
                return false;
            }

            _index += quote + 1;
            if (Current != '\'')
            {
                break;
            }

            hasQuotes = true;
            _index++;
        }

        value = new LiteralToken(LiteralTokenKind.String, start, _index - 1 - start, hasQuotes, typeStart, typeLength);
        return true;
    }

    private bool Number(out LiteralToken value)
    {
        int start = _index;
        value = default;
        if (Current is '-' or '+')
        {
            _index++;
        }

        int digits = Digits();
        bool isInteger = true;
        if (Current == '.')
        {
            isInteger = false;
            _index++;
            digits += Digits();
        }

        if (digits == 0)
        {
            return false;
        }

        if (Current is 'e' or 'E')
        {
            isInteger = false;
            _index++;
            if (Current is '-' or '+')
            {
                _index++;
            }

            if (Digits() == 0)
            {
                return false;
            }
        }

        // 1_000, 0x1F and 1abc are the grammar's.
        if (IsWordCharacter(Current))
        {
            return false;
        }

        value = new LiteralToken(isInteger ? LiteralTokenKind.Integer : LiteralTokenKind.Number, start, _index - start, false, -1, 0);
        return true;
    }

    private int Digits()
    {
        int start = _index;
        while (char.IsAsciiDigit(Current))
        {
            _index++;
        }

        return _index - start;
    }

    // A sign binds less tightly than a cast: -1::text is -(1::text).
    private bool Cast(ref LiteralToken value)
    {
        SkipSpace();
        if (Current != ':')
        {
            return true;
        }

        bool isSigned = value.Kind != LiteralTokenKind.String && _source[value.Start] is ('-' or '+');
        if (value.TypeStart >= 0 || isSigned || !_source.AsSpan(_index).StartsWith("::", StringComparison.Ordinal))
        {
            return false;
        }

        _index += 2;
        SkipSpace();
        int length = WordLength();
        if (length == 0 || IsReserved(_source.AsSpan(_index, length)))
        {
            return false;
        }

        value = value with { TypeStart = _index, TypeLength = length };
        _index += length;
        return true;
    }

    // Keywords that begin types of several words, or are no names of types at all.
    private static bool IsReserved(ReadOnlySpan<char> word)
    {
        int type = Keywords.TypeOf(word);
        return type is not (StreamDbLexer.WORD or StreamDbLexer.TEXT or StreamDbLexer.TIMESTAMP or StreamDbLexer.TIME);
    }

    private bool Name(List<string> names)
    {
        SkipSpace();
        if (Current == '"')
        {
            int end = _source.IndexOf('"', _index + 1);
            if (end <= _index + 1 || (end + 1 < _source.Length && _source[end + 1] == '"'))
            {
                return false;
            }

            names.Add(_source[(_index + 1)..end]);
            _index = end + 1;
            return true;
        }

        int length = WordLength();
        if (length == 0 || Keywords.TypeOf(_source.AsSpan(_index, length)) != StreamDbLexer.WORD)
        {
            return false;
        }

        names.Add(_source.Substring(_index, length).ToLowerInvariant());
        _index += length;
        return true;
    }

    private bool Word(string word)
    {
        SkipSpace();
        if (WordLength() != word.Length || !_source.AsSpan(_index, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        _index += word.Length;
        return true;
    }

    private bool Symbol(char symbol)
    {
        SkipSpace();
        if (Current != symbol)
        {
            return false;
        }

        _index++;
        return true;
    }

    private readonly int WordLength()
    {
        int index = _index;
        if (index < _source.Length && (char.IsAsciiLetter(_source[index]) || _source[index] == '_'))
        {
            while (index < _source.Length && IsWordCharacter(_source[index]))
            {
                index++;
            }
        }

        return index - _index;
    }

    private static bool IsWordCharacter(char character) =>
        char.IsAsciiLetterOrDigit(character) || character is '_' or '$' or >= '\u0080';

    private void SkipSpace()
    {
        while (Current is ' ' or '\t' or '\r' or '\n' or '\f' or '\v')
        {
            _index++;
        }
    }
}
