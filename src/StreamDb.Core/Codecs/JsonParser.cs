using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>Recursive descent over JSON text; with an output it writes jsonb's normal form, without one it only checks.</summary>
internal ref struct JsonParser
{
    private readonly ByteWriter? _output;
    private JsonScanner _scanner;
    private int _depth;

    public JsonParser(ReadOnlySpan<byte> text, ByteWriter? output)
    {
        _scanner = new JsonScanner(text);
        _output = output;
    }

    public void Run()
    {
        _scanner.Next();
        ReadValue();
        if (_scanner.Token != JsonToken.End)
        {
            throw _scanner.Unexpected("end of input");
        }
    }

    /// <summary>Reads the value that starts at the current token and moves to the token after it.</summary>
    private void ReadValue()
    {
        switch (_scanner.Token)
        {
            case JsonToken.ObjectStart:
                Enter();
                ReadObject();
                _depth--;
                break;
            case JsonToken.ArrayStart:
                Enter();
                ReadArray();
                _depth--;
                break;
            case JsonToken.String:
                WriteString();
                break;
            case JsonToken.Number:
                if (_output is not null)
                {
                    JsonNumber.Normalize(_scanner.Text, _output);
                }

                break;
            case JsonToken.True or JsonToken.False or JsonToken.Null:
                _output?.Append(_scanner.Text);
                break;
            default:
                throw _scanner.Unexpected("JSON value");
        }

        _scanner.Next();
    }

    private void Enter()
    {
        if (++_depth > JsonText.DepthMax)
        {
            throw new SqlException(SqlState.StatementTooComplex, "stack depth limit exceeded")
            {
                Detail = $"JSON may be nested {JsonText.DepthMax} levels deep.",
            };
        }

        _scanner.Next();
    }

    private readonly void WriteString()
    {
        if (_output is null)
        {
            return;
        }

        ReadOnlySpan<byte> content = _scanner.Text[1..^1];
        if (!content.Contains((byte)'\\'))
        {
            _output.Append(_scanner.Text);
            return;
        }

        using ByteWriter plain = ByteWriter.Rent();
        JsonText.Unescape(content, plain);
        JsonText.WriteString(plain.Written, _output);
    }

    private void ReadArray()
    {
        _output?.Append((byte)'[');
        for (bool isFirst = true; _scanner.Token != JsonToken.ArrayEnd || !isFirst; isFirst = false)
        {
            if (!isFirst)
            {
                _output?.Append(", "u8);
            }

            ReadValue();
            if (_scanner.Token == JsonToken.ArrayEnd)
            {
                break;
            }

            if (_scanner.Token != JsonToken.Comma)
            {
                throw _scanner.Unexpected("\",\" or \"]\"");
            }

            _scanner.Next();
        }

        _output?.Append((byte)']');
    }

    private void ReadObject()
    {
        _output?.Append((byte)'{');
        var members = new JsonMembers(_output);
        for (bool isFirst = true; _scanner.Token != JsonToken.ObjectEnd || !isFirst; isFirst = false)
        {
            if (_scanner.Token != JsonToken.String)
            {
                throw _scanner.Unexpected(isFirst ? "string or \"}\"" : "string");
            }

            members.BeginMember();
            WriteString();
            members.EndKey();
            _scanner.Next();
            if (_scanner.Token != JsonToken.Colon)
            {
                throw _scanner.Unexpected("\":\"");
            }

            _scanner.Next();
            _output?.Append(": "u8);
            ReadValue();
            members.EndMember();
            if (_scanner.Token == JsonToken.ObjectEnd)
            {
                break;
            }

            if (_scanner.Token != JsonToken.Comma)
            {
                throw _scanner.Unexpected("\",\" or \"}\"");
            }

            _scanner.Next();
        }

        members.Finish();
        _output?.Append((byte)'}');
    }
}
