using System.Buffers;
using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>Splits COPY's CSV format into rows and fields, from fragments cut anywhere; quoted fields may span lines. Not thread-safe.</summary>
/// <remarks>
/// Quotes may start anywhere in a field, as in PostgreSQL. A field without any quote that equals the NULL text is NULL.
/// Outside quotes a line ends with \n, \r\n or \r; a line <c>\.</c> ends the data.
/// </remarks>
public sealed class CopyCsvReader(CopyFormat format, ICopyRowHandler handler)
{
    private readonly CopyFields _fields = new();
    private readonly SearchValues<byte> _specials =
        SearchValues.Create([format.Delimiter, format.Quote, (byte)'\n', (byte)'\r']);

    private readonly byte[] _null = format.NullText.ToArray();
    private State _state = State.Plain;
    private bool _hasQuote;
    private bool _skipsHeader = format.HasHeader;
    private long _rowLine = 1;

    private enum State : byte
    {
        Plain,
        Quoted,

        /// <summary>After the escape within quotes; where that is the quote, the field may have ended.</summary>
        QuotedEscape,

        /// <summary>After \r outside quotes: a \n belongs to it.</summary>
        CarriageReturn,
        Ended,
    }

    /// <summary>Line being read, 1-based.</summary>
    public long Line { get; private set; } = 1;

    /// <summary>Reads a fragment; complete rows go to the handler.</summary>
    /// <exception cref="SqlException">22P04, or what the handler throws.</exception>
    public void Feed(ReadOnlySpan<byte> fragment)
    {
        while (!fragment.IsEmpty)
        {
            // Hot path: plain bytes are taken together.
            int special = _state switch
            {
                State.Plain => fragment.IndexOfAny(_specials),
                State.Quoted => fragment.IndexOfAny(format.Quote, format.Escape, (byte)'\n'),
                State.Ended => -1,
                _ => 0,
            };
            ReadOnlySpan<byte> run = special < 0 ? fragment : fragment[..special];
            if (_state is State.Plain or State.Quoted)
            {
                _fields.Append(run);
            }

            fragment = fragment[run.Length..];
            if (fragment.IsEmpty)
            {
                return;
            }

            Step(fragment[0]);
            fragment = fragment[1..];
        }
    }

    /// <summary>Ends the data: a last line without a line end counts as a row.</summary>
    /// <exception cref="SqlException">22P04 within quotes.</exception>
    public void Complete()
    {
        if (_state == State.Quoted || (_state == State.QuotedEscape && format.Escape != format.Quote))
        {
            throw new SqlException(SqlState.BadCopyFileFormat, "unterminated CSV quoted field");
        }

        if (_state is State.Plain or State.QuotedEscape && (_fields.Count > 0 || _hasQuote || _fields.Current.Length > 0))
        {
            EndRow();
        }

        _state = State.Ended;
    }

    private void Step(byte c)
    {
        switch (_state)
        {
            case State.Quoted:
                StepQuoted(c);
                break;
            case State.QuotedEscape:
                StepQuotedEscape(c);
                break;
            case State.CarriageReturn:
                _state = State.Plain;
                if (c != '\n')
                {
                    StepPlain(c);
                }

                break;
            case State.Plain:
                StepPlain(c);
                break;
        }
    }

    private void StepPlain(byte c)
    {
        if (c == format.Quote)
        {
            _state = State.Quoted;
            _hasQuote = true;
        }
        else if (c == format.Delimiter)
        {
            EndField();
        }
        else if (c is (byte)'\n' or (byte)'\r')
        {
            if (_fields.Count == 0 && !_hasQuote && _fields.Current.SequenceEqual("\\."u8))
            {
                _state = State.Ended;
                return;
            }

            EndRow();
            Line++;
            _rowLine = Line;
            _state = c == '\r' ? State.CarriageReturn : State.Plain;
        }
        else
        {
            _fields.Append(c);
        }
    }

    private void StepQuoted(byte c)
    {
        if (c == format.Escape)
        {
            _state = State.QuotedEscape;
        }
        else if (c == format.Quote)
        {
            _state = State.Plain;
        }
        else
        {
            Line += c == '\n' ? 1 : 0;
            _fields.Append(c);
        }
    }

    private void StepQuotedEscape(byte c)
    {
        if (c == format.Quote || c == format.Escape)
        {
            _fields.Append(c);
            _state = State.Quoted;
        }
        else if (format.Escape == format.Quote)
        {
            // It was the closing quote.
            _state = State.Plain;
            StepPlain(c);
        }
        else
        {
            // An escape before anything else stands for itself.
            _fields.Append(format.Escape);
            _state = State.Quoted;
            StepQuoted(c);
        }
    }

    private void EndField()
    {
        bool isNull = !_hasQuote
            && _fields.Current.SequenceEqual(_null)
            && !(format.ForceNotNull is { } forced && _fields.Count < forced.Count && forced[_fields.Count]);
        _fields.EndField(isNull);
        _hasQuote = false;
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
            handler.OnRow(_fields.Row(_rowLine));
        }

        _fields.Clear();
    }
}
