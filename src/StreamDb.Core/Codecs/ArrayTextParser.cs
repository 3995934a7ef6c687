using System.Globalization;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Reads an array literal: nested braces of equal lengths, quotes, backslashes, NULL.</summary>
internal ref struct ArrayTextParser
{
    private readonly SqlType _element;
    private readonly ReadOnlySpan<byte> _text;
    private readonly TextFormat _format;
    private readonly ArrayWriter _writer;
    private readonly int[] _lengths = new int[ArrayWriter.DimensionsMax];
    private int _at;
    private int _dimensions;

    public ArrayTextParser(SqlType element, ReadOnlySpan<byte> text, TextFormat format)
    {
        _element = element;
        _text = text;
        _format = format;
        _writer = new ArrayWriter().Begin(element);
        _lengths.AsSpan().Fill(-1);
    }

    public void Run(ByteWriter output)
    {
        SkipSpace();
        int[]? bounds = Current == '[' ? ReadBounds() : null;
        if (Current != '{')
        {
            throw Malformed("Array value must start with \"{\" or dimension information.");
        }

        ReadLevel(0);
        SkipSpace();
        if (_at < _text.Length)
        {
            throw Malformed("Junk after closing right brace.");
        }

        if (bounds is not null && !bounds.AsSpan().SequenceEqual(_lengths.AsSpan(0, _dimensions)))
        {
            throw Malformed("Specified array dimensions do not match array contents.");
        }

        _writer.Finish(_lengths.AsSpan(0, _dimensions), output);
    }

    private readonly byte Current => _at < _text.Length ? _text[_at] : (byte)0;

    private void SkipSpace()
    {
        while (AsciiText.IsSpace(Current))
        {
            _at++;
        }
    }

    /// <summary>[1:2][1:3]=, with lower bounds of 1 only.</summary>
    private int[] ReadBounds()
    {
        var lengths = new List<int>();
        while (Current == '[')
        {
            int close = _text[_at..].IndexOf((byte)']');
            if (close < 0 || lengths.Count == ArrayWriter.DimensionsMax)
            {
                throw Malformed("Missing \"]\" after array dimensions.");
            }

            ReadOnlySpan<byte> bounds = _text.Slice(_at + 1, close - 1);
            int colon = bounds.IndexOf((byte)':');
            ReadOnlySpan<byte> lowerText = colon < 0 ? "1"u8 : bounds[..colon];
            if (!int.TryParse(lowerText, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int lower)
                || !int.TryParse(bounds[(colon + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int upper))
            {
                throw Malformed("\"[\" must introduce explicitly-specified array dimensions.");
            }

            if (lower != 1)
            {
                throw new SqlException(SqlState.FeatureNotSupported, "array lower bounds other than 1 are not supported");
            }

            if (upper < lower)
            {
                throw new SqlException(SqlState.ArraySubscriptError, "upper bound cannot be less than lower bound");
            }

            lengths.Add(upper);
            _at += close + 1;
            SkipSpace();
        }

        if (Current != '=')
        {
            throw Malformed("Missing \"=\" after array dimensions.");
        }

        _at++;
        SkipSpace();
        return [.. lengths];
    }

    /// <summary>Reads one pair of braces and what is in it.</summary>
    private void ReadLevel(int depth)
    {
        if (depth >= ArrayWriter.DimensionsMax)
        {
            throw new SqlException(
                SqlState.ProgramLimitExceeded,
                $"number of array dimensions ({depth + 1}) exceeds the maximum allowed ({ArrayWriter.DimensionsMax})");
        }

        _at++;
        int count = 0;
        SkipSpace();
        while (Current != '}' || count > 0 || depth > 0)
        {
            if (Current == '{')
            {
                Check(_dimensions == 0 || depth + 1 < _dimensions, "Unexpected \"{\" character.");
                ReadLevel(depth + 1);
            }
            else
            {
                Check(_dimensions == 0 || _dimensions == depth + 1, "Unexpected array element.");
                ReadElement();
                _dimensions = depth + 1;
            }

            count++;
            SkipSpace();
            if (Current == '}')
            {
                break;
            }

            if (Current != ',')
            {
                throw _at >= _text.Length ? Malformed("Unexpected end of input.") : Malformed("Unexpected array element.");
            }

            _at++;
            SkipSpace();
        }

        _at++;
        Check(
            _lengths[depth] < 0 || _lengths[depth] == count,
            "Multidimensional arrays must have sub-arrays with matching dimensions.");
        _lengths[depth] = count;
    }

    private readonly void Check(bool condition, string detail)
    {
        if (!condition)
        {
            throw Malformed(detail);
        }
    }

    private void ReadElement()
    {
        using ByteWriter item = ByteWriter.Rent();
        bool isQuoted = Current == '"';
        if (isQuoted)
        {
            ReadQuoted(item);
        }
        else if (!ReadPlain(item) && AsciiText.EqualsIgnoreCase(item.Written, "null"u8))
        {
            _writer.AppendNull();
            return;
        }

        TextCodec.Parse(_element, item.Written, _format, _writer.Element);
        _writer.EndElement();
    }

    private void ReadQuoted(ByteWriter item)
    {
        for (_at++; Current != '"'; _at++)
        {
            if (Current == '\\')
            {
                _at++;
            }

            if (_at >= _text.Length)
            {
                throw Malformed("Unexpected end of input.");
            }

            item.Append(Current);
        }

        _at++;
    }

    /// <summary>Reads an element without quotes; true when it had a backslash, so that it cannot be NULL.</summary>
    private bool ReadPlain(ByteWriter item)
    {
        bool isEscaped = false;
        int keptLength = 0;
        for (; Current is not ((byte)',' or (byte)'}'); _at++)
        {
            if (_at >= _text.Length)
            {
                throw Malformed("Unexpected end of input.");
            }

            if (Current is (byte)'{' or (byte)'"')
            {
                throw Malformed(Current == '{' ? "Unexpected \"{\" character." : "Unexpected array element.");
            }

            bool isSpace = AsciiText.IsSpace(Current);
            if (Current == '\\')
            {
                isEscaped = true;
                _at++;
                if (_at >= _text.Length)
                {
                    throw Malformed("Unexpected end of input.");
                }
            }

            item.Append(Current);
            keptLength = isSpace ? keptLength : item.Length;
        }

        if (keptLength == 0)
        {
            throw Malformed(Current == ',' ? "Unexpected \",\" character." : "Unexpected \"}\" character.");
        }

        item.Truncate(keptLength);
        return isEscaped;
    }

    private readonly SqlException Malformed(string detail) => CodecErrors.MalformedArray(_text, detail);
}
