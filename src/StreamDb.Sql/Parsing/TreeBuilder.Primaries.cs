using System.Globalization;
using Antlr4.Runtime;
using StreamDb.Core.Errors;
using StreamDb.Sql.Syntax;
using static StreamDb.Sql.Generated.StreamDbParser;

namespace StreamDb.Sql.Parsing;

// Operands: names, calls, constructors, CASE, subqueries.
internal sealed partial class TreeBuilder
{
    private ExpressionSyntax Primary(PrimaryContext context)
    {
        switch (context.GetChild(0))
        {
            case LiteralContext literal:
                return Literal(literal);
            case NameOrCallContext name:
                return NameOrCall(name);
            case SpecialFunctionContext special:
                return SpecialFunction(special);
            case CaseExpressionContext @case:
                return Case(@case);
            case IntervalLiteralContext interval:
                return Interval(interval);
            case WordyTypeLiteralContext wordy:
                return new TypedLiteralSyntax(WordyType(wordy.wordyType()), String(wordy.stringLiteral())) { Position = At(context) };
            default:
                return KeywordPrimary(context);
        }
    }

    private ExpressionSyntax KeywordPrimary(PrimaryContext context)
    {
        int position = At(context);
        switch (FirstType(context))
        {
            case PARAMETER:
                return new ParameterSyntax(ParameterNumber(context.Start)) { Position = position };

            case DEFAULT:
                return new DefaultSyntax { Position = position };

            case OPEN_PAREN:
                SyntaxList<ExpressionSyntax> items = Expressions(context.expressionList());
                return items.Count == 1 ? items[0] : new RowSyntax(items, IsExplicit: false) { Position = position };

            case OPEN_QUERY:
                return Subquery(context.query(), position);

            case ROW when context.query() is { } query:
                return new RowSyntax([Subquery(query, position)], IsExplicit: true) { Position = position };

            case ROW:
                return new RowSyntax(Expressions(context.expressionList()), IsExplicit: true) { Position = position };

            case EXISTS:
                return new ExistsSyntax(Query(context.query())) { Position = position };

            case ARRAY or LIST or MAP when context.query() is { } query:
                CollectionKind kind = FirstType(context) switch
                {
                    ARRAY => CollectionKind.Array,
                    LIST => CollectionKind.List,
                    _ => CollectionKind.Map,
                };
                return new CollectionSubquerySyntax(kind, Query(query)) { Position = position };

            case ARRAY:
                return new ArraySyntax(Elements(context.collectionElements(), isList: false)) { Position = position };

            case LIST_CONSTRUCTOR:
                return new ListSyntax(Elements(context.collectionElements(), isList: true)) { Position = position };

            case MAP_CONSTRUCTOR:
                return new MapSyntax(List(context.mapEntry(), MapEntry)) { Position = position };

            case CAST:
                return new CastSyntax(Expression(context.expression()), Type(context.typeName())) { Position = position };

            default:
                // ANY and ALL are the right side of an operator and nothing else.
                throw ErrorAt(context.Start);
        }
    }

    private int ParameterNumber(IToken token) =>
        int.TryParse(token.Text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is > 0 and <= 65_535
            ? number
            : throw new SqlException(SqlState.UndefinedParameter, $"there is no parameter {token.Text}")
            {
                Position = SyntaxErrors.AtToken(token, source).Position,
            };

    private SyntaxList<ExpressionSyntax> Elements(CollectionElementsContext context, bool isList) =>
        List(context.collectionElement(), element => Element(element, isList));

    private ExpressionSyntax Element(CollectionElementContext context, bool isList)
    {
        if (context.expression() is { } expression)
        {
            return Expression(expression);
        }

        SyntaxList<ExpressionSyntax> inner = Elements(context.collectionElements(), isList);
        return isList ? new ListSyntax(inner) { Position = At(context) } : new ArraySyntax(inner) { Position = At(context) };
    }

    private MapEntrySyntax MapEntry(MapEntryContext context) =>
        new(Expression(context.expression(0)), Expression(context.expression(1))) { Position = At(context) };

    private CaseSyntax Case(CaseExpressionContext context)
    {
        ExpressionContext[] parts = context.expression();
        int whenCount = context.WHEN().Length;
        bool hasElse = context.ELSE() is not null;
        int first = parts.Length - (2 * whenCount) - (hasElse ? 1 : 0);
        CaseWhenSyntax[] whens = new CaseWhenSyntax[whenCount];
        for (int index = 0; index < whenCount; index++)
        {
            whens[index] = new CaseWhenSyntax(Expression(parts[first + (2 * index)]), Expression(parts[first + (2 * index) + 1]))
            {
                Position = At(context.WHEN(index)),
            };
        }

        return new CaseSyntax(
            first == 1 ? Expression(parts[0]) : null,
            new SyntaxList<CaseWhenSyntax>(whens),
            hasElse ? Expression(parts[^1]) : null)
        { Position = At(context) };
    }

    private static TypedLiteralSyntax Interval(IntervalLiteralContext context) => new(
        IntervalType(At(context), context.INTEGER()?.Symbol, context.intervalFields()),
        String(context.stringLiteral()))
    { Position = At(context) };

    private ExpressionSyntax NameOrCall(NameOrCallContext context)
    {
        int position = At(context);
        QualifiedNameSyntax name = context.plainName() is { } plain
            ? Name(plain)
            : Name((ParserRuleContext)context.GetChild(0), context.label(), context);
        if (context.callArguments() is { } arguments)
        {
            ExpressionSyntax call = Call(name, arguments, context.callSuffix(), position);
            return context.AGGREGATE() is null ? call : call is FunctionCallSyntax function
                ? function with { IsAggregateOfScalar = true }
                : throw ErrorAt(context.Start);
        }

        if (context.stringLiteral() is { } text)
        {
            QualifiedNameSyntax type = context.plainName() is { } typeName ? TypeName(typeName) : name;
            return new TypedLiteralSyntax(new NamedTypeSyntax(type, default) { Position = position }, String(text)) { Position = position };
        }

        return context.STAR() is null
            ? new ColumnReferenceSyntax(name) { Position = position }
            : new WildcardSyntax(name, Except(context.wildcardExcept())) { Position = position };
    }

    private static SyntaxList<QualifiedNameSyntax> Except(WildcardExceptContext? context) =>
        context is null ? default : List(context.qualifiedName(), Name);

    private ExpressionSyntax Call(QualifiedNameSyntax name, CallArgumentsContext arguments, CallSuffixContext? suffix, int position)
    {
        if (suffix?.stringLiteral() is { } text)
        {
            // numeric(10, 2) '1.5'
            if (arguments.functionArgument().Any(argument => argument.expression().Start != argument.Start) || arguments.functionArgument().Length == 0)
            {
                throw ErrorAt(text.Start);
            }

            SyntaxList<ExpressionSyntax> modifiers = List(arguments.functionArgument(), argument => Expression(argument.expression()));
            return new TypedLiteralSyntax(new NamedTypeSyntax(name, modifiers) { Position = position }, String(text)) { Position = position };
        }

        FunctionCallSyntax call = new(name, Arguments(arguments))
        {
            Position = position,
            IsStar = arguments.STAR() is not null,
            IsDistinct = arguments.DISTINCT() is not null,
            OrderBy = OrderBy(arguments.orderByClause()),

            // first_value(x IGNORE NULLS) means first_value(x) IGNORE NULLS.
            IgnoresNulls = arguments.functionArgument().FirstOrDefault(argument => argument.NULLS() is not null) is { } first
                ? first.IGNORE() is not null
                : null,
        };
        return suffix is null || suffix.ChildCount == 0 ? call : WithSuffix(call, suffix);
    }

    private FunctionCallSyntax WithSuffix(FunctionCallSyntax call, CallSuffixContext suffix) => call with
    {
        WithinGroup = OrderBy(suffix.orderByClause()),
        Filter = suffix.FILTER() is null ? null : Expression(suffix.expression()),
        IgnoresNulls = suffix.NULLS() is null ? call.IgnoresNulls : suffix.IGNORE() is not null,
        Over = suffix.OVER() is null
            ? null
            : suffix.windowSpecification() is { } window
                ? Window(window)
                : new WindowReferenceSyntax(Identifier(suffix.identifier())) { Position = At(suffix.identifier()) },
    };

    private SyntaxList<FunctionArgumentSyntax> Arguments(CallArgumentsContext context) =>
        context.query() is { } query
            ? [new FunctionArgumentSyntax(null, Subquery(query, At(context))) { Position = At(context) }]
            : List(context.functionArgument(), Argument);

    private FunctionArgumentSyntax Argument(FunctionArgumentContext context)
    {
        ExpressionSyntax value = context.expression() is { } expression ? Expression(expression) : throw ErrorAt(context.Start);
        if (context.identifierList() is { } parameters)
        {
            value = new LambdaSyntax(Identifiers(parameters), value) { Position = At(context) };
        }

        return new FunctionArgumentSyntax(OptionalIdentifier(context.label()), value, context.VARIADIC() is not null) { Position = At(context) };
    }

    private ExpressionSyntax SpecialFunction(SpecialFunctionContext context)
    {
        int position = At(context);
        switch (context)
        {
            case ExtractFunctionContext extract:
                string field = extract.label() is { } label ? Identifier(label) : String(extract.stringLiteral());
                return Simple("extract", position, new LiteralSyntax(LiteralKind.String, field), Expression(extract.expression()));

            case PositionFunctionContext find:
                ExpressionSyntax first = Value(find.value(0));
                ExpressionSyntax second = Value(find.value(1));
                return find.IN() is null ? Simple("position", position, first, second) : Simple("position", position, second, first);

            case OverlayFunctionContext overlay:
                return Simple("overlay", position, [.. overlay.value().Select(Value), .. overlay.expression().Select(Expression)]);

            case SubstringFunctionContext substring:
                return Substring(substring, position);

            case TrimFunctionContext trim:
                return Trim(trim, position);

            case QueryFunctionContext query:
                string name = FirstType(query) == TRIM ? "btrim" : query.Start.Text.ToLowerInvariant();
                return Simple(name, position, Subquery(query.query(), query.OPEN_QUERY().Symbol.StartIndex));

            case ExtremeFunctionContext extreme:
                SyntaxList<ExpressionSyntax> arguments = Expressions(extreme.expressionGroup());
                return FirstType(extreme) switch
                {
                    COALESCE => new CoalesceSyntax(arguments) { Position = position },
                    GREATEST => new GreatestSyntax(arguments) { Position = position },
                    _ => new LeastSyntax(arguments) { Position = position },
                };

            case NullIfFunctionContext nullIf:
                return new NullIfSyntax(Expression(nullIf.expression(0)), Expression(nullIf.expression(1))) { Position = position };

            default:
                int? precision = context.GetToken(INTEGER, 0) is { } digits ? SmallInteger(digits.Symbol) : null;
                string word = context.Start.Text.ToLowerInvariant();
                return new KeywordFunctionSyntax(word == "user" ? "current_user" : word, precision) { Position = position };
        }
    }

    private static FunctionCallSyntax Simple(string name, int position, params ReadOnlySpan<ExpressionSyntax> arguments)
    {
        FunctionArgumentSyntax[] items = new FunctionArgumentSyntax[arguments.Length];
        for (int index = 0; index < items.Length; index++)
        {
            items[index] = new FunctionArgumentSyntax(null, arguments[index]) { Position = arguments[index].Position };
        }

        return new FunctionCallSyntax(QualifiedNameSyntax.Of(name) with { Position = position }, new SyntaxList<FunctionArgumentSyntax>(items))
        {
            Position = position,
        };
    }

    private FunctionCallSyntax Substring(SubstringFunctionContext context, int position)
    {
        ExpressionSyntax[] values = [.. context.value().Select(Value), .. context.expression().Select(Expression)];
        if (context.FOR() is not { } @for)
        {
            return Simple("substring", position, values);
        }

        if (context.FROM() is not { } from)
        {
            return Simple("substring", position, values[0], new LiteralSyntax(LiteralKind.Integer, "1"), values[1]);
        }

        return At(from) < At(@for)
            ? Simple("substring", position, values)
            : Simple("substring", position, values[0], values[2], values[1]);
    }

    private FunctionCallSyntax Trim(TrimFunctionContext context, int position)
    {
        string name = context.LEADING() is not null ? "ltrim" : context.TRAILING() is not null ? "rtrim" : "btrim";
        ExpressionSyntax[] before = [.. context.expression().Select(Expression)];
        return Simple(name, position, [.. Expressions(context.expressionList()), .. before]);
    }
}
