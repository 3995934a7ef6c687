using System.Buffers;
using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>Splits COPY's text format into rows and fields, from fragments cut anywhere. Not thread-safe.</summary>
/// <remarks>
/// Lines end with \n, \r\n or \r, all alike; a field's escapes (\b \f \n \r \t \v, octal, hex, backslash before anything)
/// are resolved; a field that reads as the NULL text before that is NULL. A line <c>\.</c> ends the data.
/// State: between rows, within a field, or within an escape of that field, which is kept until it is complete.
/// </remarks>
public sealed class CopyTextReader(CopyFormat format, ICopyRowHandler handler)
{
    private readonly CopyFields _fields = new();
    private readonly SearchValues<byte> _specials =
        SearchValues.Create([format.Delimiter, (byte)'\\', (byte)'\n', (byte)'\r']);

    private readonly byte[] _null = format.NullText.ToArray();
    private State _state = State.Field;
    private int _raw;
    private bool _mayBeNull = true;
    private bool _skipsHeader = format.HasHeader;
    private int _code;
    private int _digits;
    private LineEnd _lineEnd;

    private enum State : byte
    {
        Field,

        /// <summary>After a backslash.</summary>
        Escape,
        Octal,
        Hex,

        /// <summary>After \. at the start of a line: only the line end may follow.</summary>
        EndMarker,

        /// <summary>After \r: a \n belongs to it.</summary>
        CarriageReturn,
        Ended,
    }

    private enum LineEnd : byte
    {
        Unknown,
        Newline,
        CarriageReturn,
    }

    /// <summary>Line being read, 1-based.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Reads a fragment; complete rows go to the handler.</summary>
    /// <exception cref="SqlException">22P04, or what the handler throws.</exception>
    public void Feed(ReadOnlySpan<byte> fragment)
    {
        while (!fragment.IsEmpty)
        {
            if (_state == State.Field)
            {
                // Hot path: plain bytes are taken together.
                int plain = fragment.IndexOfAny(_specials);
                ReadOnlySpan<byte> run = plain < 0 ? fragment : fragment[..plain];
                Take(run);
                fragment = fragment[run.Length..];
                if (fragment.IsEmpty)
                {
                    return;
                }
            }

            if (_state == State.Ended)
            {
                return;
            }

            Step(fragment[0]);
            fragment = fragment[1..];
        }
    }

    /// <summary>Ends the data: a last line without a line end counts as a row.</summary>
    public void Complete()
    {
        if (_state is State.Octal or State.Hex)
        {
            EndCode();
        }

        if (_state == State.Escape)
        {
            Take("\\"u8);
            _state = State.Field;
        }

        if (_state == State.EndMarker || _state == State.CarriageReturn)
        {
            _state = State.Ended;
        }

        if (_state == State.Field && (_fields.Count > 0 || _raw > 0))
        {
            EndRow();
        }

        _state = State.Ended;
    }

    private void Step(byte c)
    {
        switch (_state)
        {
            case State.CarriageReturn:
                _state = State.Field;
                if (c == '\n')
                {
                    return;
                }

                StepAgain(c);
                return;
            case State.Field when c == '\\':
                _state = State.Escape;
                MatchNull("\\"u8);
                return;
            case State.Field when c == format.Delimiter:
                EndField();
                return;
            case State.Field when c is (byte)'\n' or (byte)'\r':
                EndLine(c);
                return;
            case State.Field:
                Take([c]);
                return;
            case State.Escape:
                StepEscape(c);
                return;
            case State.Octal or State.Hex:
                StepCode(c);
                return;
            case State.EndMarker:
                _state = c is (byte)'\n' or (byte)'\r'
                    ? State.Ended
                    : throw new SqlException(SqlState.BadCopyFileFormat, "end-of-copy marker corrupt");
                return;
        }
    }

    private void StepAgain(byte c)
    {
        if (_state == State.Field && c != format.Delimiter && c is not ((byte)'\\' or (byte)'\n' or (byte)'\r'))
        {
            Take([c]);
        }
        else
        {
            Step(c);
        }
    }

    private void StepEscape(byte c)
    {
        MatchNull([c]);
        _state = State.Field;
        switch (c)
        {
            case (byte)'.' when _fields.Count == 0 && _raw == 2:
                _state = State.EndMarker;
                return;
            case (byte)'x':
                _state = State.Hex;
                _code = 0;
                _digits = 0;
                return;
            case >= (byte)'0' and <= (byte)'7':
                _state = State.Octal;
                _code = c - '0';
                _digits = 1;
                return;
            case (byte)'\r':
                // An escaped line end is data.
                _fields.Append(c);
                return;
            case (byte)'\n':
                Line++;
                _fields.Append(c);
                return;
            default:
                _fields.Append(c switch
                {
                    (byte)'b' => (byte)'\b',
                    (byte)'f' => (byte)'\f',
                    (byte)'n' => (byte)'\n',
                    (byte)'r' => (byte)'\r',
                    (byte)'t' => (byte)'\t',
                    (byte)'v' => (byte)'\v',
                    _ => c,
                });
                return;
        }
    }

    private void StepCode(byte c)
    {
        bool isHex = _state == State.Hex;
        bool isDigit = isHex ? char.IsAsciiHexDigit((char)c) : c is >= (byte)'0' and <= (byte)'7';
        if (isDigit && _digits < (isHex ? 2 : 3))
        {
            MatchNull([c]);
            int digit = AsciiText.IsDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10;
            _code = (_code * (isHex ? 16 : 8)) + digit;
            _digits++;
            return;
        }

        EndCode();
        StepAgain(c);
    }

    /// <summary>\x without digits is an x.</summary>
    private void EndCode()
    {
        _fields.Append(_digits == 0 ? (byte)'x' : (byte)_code);
        _state = State.Field;
    }

    private void Take(ReadOnlySpan<byte> run)
    {
        _fields.Append(run);
        MatchNull(run);
    }

    /// <summary>Follows the raw field along the NULL text.</summary>
    private void MatchNull(ReadOnlySpan<byte> raw)
    {
        _mayBeNull = _mayBeNull && _raw + raw.Length <= _null.Length && raw.SequenceEqual(_null.AsSpan(_raw, raw.Length));
        _raw += raw.Length;
    }

    private void EndField()
    {
        _fields.EndField(_mayBeNull && _raw == _null.Length);
        _mayBeNull = true;
        _raw = 0;
    }

    private void EndLine(byte c)
    {
        CheckLineEnd(c);
        EndRow();
        _state = c == '\r' ? State.CarriageReturn : State.Field;
    }

    /// <summary>A carriage return within data that ends its lines otherwise is a mistake, as in PostgreSQL.</summary>
    private void CheckLineEnd(byte c)
    {
        if (c == '\r' && _lineEnd == LineEnd.Newline)
        {
            throw new SqlException(SqlState.BadCopyFileFormat, "literal carriage return found in data")
            {
                Hint = "Use \"\\r\" to represent carriage return.",
            };
        }

        _lineEnd = c == '\n' ? LineEnd.Newline : LineEnd.CarriageReturn;
    }

    private void EndRow()
    {
        EndField();
        if (_skipsHeader)
        {
            _skipsHeader = false;
        }
        else
        {
            handler.OnRow(_fields.Row(Line));
        }

        _fields.Clear();
        Line++;
    }
}
