namespace StreamDb.Core.Codecs;

/// <summary>One element of an array (the key is empty) or one field of an object.</summary>
public readonly ref struct JsonbItem(ReadOnlySpan<byte> escapedKey, JsonbReader value)
{
    /// <summary>The key as it stands between its quotes.</summary>
    public ReadOnlySpan<byte> EscapedKey { get; } = escapedKey;

    public JsonbReader Value { get; } = value;

    /// <summary>Appends the key without escapes.</summary>
    public void WriteKey(ByteWriter output) => JsonText.Unescape(EscapedKey, output);
}

/// <summary>Walks over the items of a jsonb array or object in normal form.</summary>
public ref struct JsonbEnumerator
{
    private readonly ReadOnlySpan<byte> _text;
    private readonly bool _isObject;
    private int _at;
    private int _keyStart;
    private int _keyEnd;
    private int _valueStart;

    internal JsonbEnumerator(ReadOnlySpan<byte> text)
    {
        _text = text;
        _isObject = text[0] == '{';
        _at = _isObject || text[0] == '[' ? 1 : text.Length;
    }

    public readonly JsonbItem Current => new(_text[_keyStart.._keyEnd], new JsonbReader(_text[_valueStart.._at]));

    public bool MoveNext()
    {
        // Between items stands ", "; the last one is followed by the closing bracket.
        if (_at < _text.Length && _text[_at] == ',')
        {
            _at += 2;
        }

        if (_at >= _text.Length - 1)
        {
            return false;
        }

        if (_isObject)
        {
            _keyStart = _at + 1;
            _at = SkipString(_at);
            _keyEnd = _at - 1;
            _at += 2;
        }

        _valueStart = _at;
        _at = SkipValue(_at);
        return true;
    }

    private readonly int SkipValue(int at)
    {
        switch (_text[at])
        {
            case (byte)'"':
                return SkipString(at);
            case (byte)'{' or (byte)'[':
                int depth = 0;
                do
                {
                    byte c = _text[at];
                    if (c == '"')
                    {
                        at = SkipString(at);
                        continue;
                    }

                    depth += c is (byte)'{' or (byte)'[' ? 1 : c is (byte)'}' or (byte)']' ? -1 : 0;
                    at++;
                }
                while (depth > 0);
                return at;
            default:
                return at + _text[at..].IndexOfAny((byte)',', (byte)'}', (byte)']');
        }
    }

    /// <summary>End of the string that starts at a quote.</summary>
    private readonly int SkipString(int at)
    {
        at++;
        while (true)
        {
            at += _text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (_text[at] == '"')
            {
                return at + 1;
            }

            at += 2;
        }
    }
}
