using Antlr4.Runtime;
using StreamDb.Core.Errors;
using StreamDb.Sql.Generated;

namespace StreamDb.Sql.Parsing;

/// <summary>Turns text into tokens and settles, from neighbouring tokens, what the grammar could only find by long lookahead.</summary>
/// <remarks>
/// <list type="number">
/// <item>A parenthesis opens a query when SELECT, VALUES, WITH or TABLE follows, or a parenthesis that itself opens a
/// query and is followed by what may continue a query: <c>((SELECT 1) UNION SELECT 2)</c> against <c>((SELECT 1) + 1)</c>.
/// Such a one becomes OPEN_QUERY.</item>
/// <item>A dot behind a closing parenthesis or bracket selects a field: FIELD_DOT.</item>
/// <item>LIST before a bracket and MAP before a bracket or brace make a value: LIST_CONSTRUCTOR, MAP_CONSTRUCTOR.</item>
/// <item><c>&gt;&gt;</c> that closes two levels of <c>struct&lt;…&gt;</c> is split.</item>
/// <item>Strings with a line break between them are one string.</item>
/// </list>
/// </remarks>
internal sealed class TokenReader
{
    /// <summary>How deep parentheses, brackets and braces may nest; deeper text fails with 54001.</summary>
    public const int NestingMax = 1_000;

    private readonly string _source;
    private readonly List<CommonToken> _tokens = [];
    private readonly Stack<int> _open = new();

    /// <summary>For an opening parenthesis the index of its closing one; 0 when there is none.</summary>
    private readonly List<int> _match = [];

    private int _structDepth;

    private TokenReader(string source)
    {
        _source = source;
    }

    /// <summary>All tokens of the text, without the end of file.</summary>
    /// <exception cref="SqlException">42601 for what is no token, 54001 for too deep nesting.</exception>
    public static List<CommonToken> Read(string source)
    {
        TokenReader reader = new(source);
        reader.ReadAll();
        reader.FindQueries();
        return reader._tokens;
    }

    private void ReadAll()
    {
        StreamDbLexer lexer = new(new AntlrInputStream(_source), TextWriter.Null, TextWriter.Null) { Source = _source };
        lexer.RemoveErrorListeners();
        for (IToken token = lexer.NextToken(); token.Type != TokenConstants.EOF; token = lexer.NextToken())
        {
            Accept((CommonToken)token);
        }
    }

    private void Accept(CommonToken token)
    {
        CommonToken? previous = _tokens.Count > 0 ? _tokens[^1] : null;
        switch (token.Type)
        {
            case StreamDbLexer.STRING when previous is not null && Continues(previous, token):
                previous.StopIndex = token.StopIndex;
                return;

            case StreamDbLexer.DOT when previous?.Type is StreamDbLexer.CLOSE_PAREN or StreamDbLexer.CLOSE_BRACKET
                or StreamDbLexer.PARAMETER:
                token.Type = StreamDbLexer.FIELD_DOT;
                break;

            case StreamDbLexer.OPEN_BRACKET or StreamDbLexer.OPEN_BRACE when previous?.Type is StreamDbLexer.MAP:
                previous.Type = StreamDbLexer.MAP_CONSTRUCTOR;
                break;

            case StreamDbLexer.OPEN_BRACKET when previous?.Type is StreamDbLexer.LIST:
                previous.Type = StreamDbLexer.LIST_CONSTRUCTOR;
                break;

            case StreamDbLexer.LESS when previous?.Type is StreamDbLexer.STRUCT:
                _structDepth++;
                break;

            case StreamDbLexer.GREATER when _structDepth > 0:
                _structDepth--;
                break;

            case StreamDbLexer.SHIFT_RIGHT when _structDepth > 1:
                Split(token);
                return;

            case StreamDbLexer.SEMICOLON:
                _structDepth = 0;
                break;

            case StreamDbLexer.UNTERMINATED_IDENTIFIER:
                throw Unreadable(token, token.Text is "\"\"" ? "zero-length delimited identifier" : "unterminated quoted identifier");

            case StreamDbLexer.UNTERMINATED_STRING or StreamDbLexer.UNTERMINATED_ESCAPE_STRING:
                throw Unreadable(token, "unterminated quoted string");

            case StreamDbLexer.UNEXPECTED when token.Text is "\"":
                throw Unreadable(token, "unterminated quoted identifier");

            case StreamDbLexer.UNEXPECTED:
                throw SyntaxErrors.AtToken(token, _source);

            default:
                break;
        }

        Nest(token);
        Add(token);
    }

    private void Add(CommonToken token)
    {
        _tokens.Add(token);
        _match.Add(0);
    }

    private bool Continues(CommonToken previous, CommonToken token) =>
        previous.Type is StreamDbLexer.STRING or StreamDbLexer.ESCAPE_STRING
        && _source.AsSpan((previous.StopIndex + 1)..token.StartIndex).ContainsAny('\n', '\r');

    private void Split(CommonToken token)
    {
        _structDepth -= 2;
        Add(new CommonToken(token) { Type = StreamDbLexer.GREATER, StopIndex = token.StartIndex });
        Add(new CommonToken(token) { Type = StreamDbLexer.GREATER, StartIndex = token.StopIndex });
    }

    private void Nest(CommonToken token)
    {
        switch (token.Type)
        {
            case StreamDbLexer.OPEN_PAREN or StreamDbLexer.OPEN_BRACKET or StreamDbLexer.OPEN_BRACE:
                if (_open.Count == NestingMax)
                {
                    throw SyntaxErrors.TooComplex();
                }

                _open.Push(_tokens.Count);
                break;

            case StreamDbLexer.CLOSE_PAREN or StreamDbLexer.CLOSE_BRACKET or StreamDbLexer.CLOSE_BRACE:
                // A wrong pair is the parser's to report.
                if (_open.TryPop(out int open))
                {
                    _match[open] = _tokens.Count;
                }

                break;

            default:
                break;
        }
    }

    // From right to left, so that an inner parenthesis is settled before those around it.
    private void FindQueries()
    {
        for (int index = _tokens.Count - 1; index >= 0; index--)
        {
            if (_tokens[index].Type == StreamDbLexer.OPEN_PAREN && OpensQuery(index))
            {
                _tokens[index].Type = StreamDbLexer.OPEN_QUERY;
            }
        }
    }

    private bool OpensQuery(int open) => TypeAt(open + 1) switch
    {
        StreamDbLexer.SELECT or StreamDbLexer.WITH => true,
        StreamDbLexer.VALUES => TypeAt(open + 2) is StreamDbLexer.OPEN_PAREN or StreamDbLexer.OPEN_QUERY,
        StreamDbLexer.TABLE or StreamDbLexer.SHOW => TypeAt(open + 2) is not (StreamDbLexer.COMMA or StreamDbLexer.CLOSE_PAREN),
        StreamDbLexer.OPEN_QUERY => _match[open + 1] > 0 && ContinuesQuery(open, TypeAt(_match[open + 1] + 1)),
        _ => false,
    };

    private bool ContinuesQuery(int open, int next) => next switch
    {
        StreamDbLexer.CLOSE_PAREN or StreamDbLexer.UNION or StreamDbLexer.EXCEPT or StreamDbLexer.INTERSECT
            or StreamDbLexer.LIMIT or StreamDbLexer.OFFSET or StreamDbLexer.FETCH => true,

        // In array_agg((SELECT …) ORDER BY x) the parenthesis is that of a call.
        StreamDbLexer.ORDER => TypeAt(open - 1) is not (StreamDbLexer.WORD or StreamDbLexer.QUOTED_IDENTIFIER),
        _ => false,
    };

    private int TypeAt(int index) => (uint)index < (uint)_tokens.Count ? _tokens[index].Type : TokenConstants.EOF;

    private SqlException Unreadable(CommonToken token, string message) =>
        SyntaxErrors.Create($"{message} at or near \"{_source[token.StartIndex..(token.StopIndex + 1)]}\"", _source, token.StartIndex);
}
