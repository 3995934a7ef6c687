using System.Globalization;
using System.Numerics;
using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using StreamDb.Sql.Syntax;
using static StreamDb.Sql.Generated.StreamDbParser;

namespace StreamDb.Sql.Parsing;

// Operators. Chains lean left without nesting the parser's rules, so they are walked in loops, not by recursion.
internal sealed partial class TreeBuilder
{
    /// <summary>Left links of the tree other than binary operators: nobody walks these in a loop, so they are bounded.</summary>
    private const int ChainMax = 1_000;

    public ExpressionSyntax Expression(ExpressionContext context)
    {
        if (context is ValueExpressionContext only)
        {
            return Value(only.value());
        }

        Stack<ExpressionContext> chain = new();
        while (context is not (ValueExpressionContext or NotExpressionContext))
        {
            chain.Push(context);
            context = (ExpressionContext)context.GetChild(0);
        }

        ExpressionSyntax result = context is NotExpressionContext not
            ? new NotSyntax(Expression(not.expression())) { Position = At(not) }
            : Value(((ValueExpressionContext)context).value());
        int length = 0;
        while (chain.TryPop(out ExpressionContext? link))
        {
            switch (link)
            {
                case AndExpressionContext and:
                    result = new AndSyntax(Operands(result, and, chain)) { Position = At(and.AND()) };
                    break;
                case OrExpressionContext or:
                    result = new OrSyntax(Operands(result, or, chain)) { Position = At(or.OR()) };
                    break;
                default:
                    result = Link(result, link);
                    break;
            }

            CheckChain(ref length, result);
        }

        return result;
    }

    private SyntaxList<ExpressionSyntax> Expressions(ExpressionListContext? context) =>
        context is null ? default : List(context.expression(), Expression);

    private SyntaxList<ExpressionSyntax> Expressions(ExpressionGroupContext? context)
    {
        if (context is null)
        {
            return default;
        }

        return context.query() is { } query ? [Subquery(query, At(context))] : Expressions(context.expressionList());
    }

    private ScalarSubquerySyntax Subquery(QueryContext context, int position) => new(Query(context)) { Position = position };

    private static void CheckChain(ref int length, ExpressionSyntax result)
    {
        if (result is not BinarySyntax && ++length > ChainMax)
        {
            throw SyntaxErrors.TooComplex();
        }
    }

    /// <summary>All operands of a run of the same connective.</summary>
    private SyntaxList<ExpressionSyntax> Operands(ExpressionSyntax first, ExpressionContext link, Stack<ExpressionContext> chain)
    {
        List<ExpressionSyntax> operands = [first, RightOperand(link)];
        while (chain.TryPeek(out ExpressionContext? next) && next.GetType() == link.GetType())
        {
            operands.Add(RightOperand(chain.Pop()));
        }

        return operands.ToSyntaxList();
    }

    private ExpressionSyntax RightOperand(ExpressionContext link) => Expression((ExpressionContext)link.GetChild(2));

    private ExpressionSyntax Link(ExpressionSyntax left, ExpressionContext link)
    {
        switch (link)
        {
            case ComparisonExpressionContext comparison:
                return Comparison(left, comparison);

            case LikeExpressionContext like:
                return Like(left, like);

            case BetweenExpressionContext between:
                return new BetweenSyntax(
                    left,
                    Value(between.value(0)),
                    Value(between.value(1)),
                    between.NOT() is not null,
                    between.SYMMETRIC() is not null)
                { Position = At(between.BETWEEN()) };

            case InExpressionContext @in:
                ExpressionsOrQueryContext items = @in.expressionsOrQuery();
                bool isNegated = @in.NOT() is not null;
                return items.query() is { } query
                    ? new InSubquerySyntax(left, Query(query), isNegated) { Position = At(@in.IN()) }
                    : new InListSyntax(left, Expressions(items.expressionList()), isNegated) { Position = At(@in.IN()) };

            case IsExpressionContext test:
                return IsTest(left, test);

            case IsNullExpressionContext isNull:
                return new IsNullSyntax(left, isNull.NOTNULL() is not null) { Position = ((ITerminalNode)isNull.GetChild(1)).Symbol.StartIndex };

            case OverlapsExpressionContext overlaps:
                return new OverlapsSyntax(left, Expression(overlaps.expression(1))) { Position = At(overlaps.OVERLAPS()) };

            default:
                throw new InvalidOperationException(link.GetType().Name);
        }
    }

    private ExpressionSyntax Comparison(ExpressionSyntax left, ComparisonExpressionContext context)
    {
        ComparisonOperatorContext symbol = context.comparisonOperator();

        // Comparisons do not chain: 1 < 2 < 3 is an error.
        if (context.expression(0) is ComparisonExpressionContext)
        {
            throw ErrorAt(symbol.Start);
        }

        ExpressionContext right = context.expression(1);
        OperatorSyntax @operator = new(null, symbol.NOT_EQUAL() is null ? symbol.Start.Text : "<>") { Position = At(symbol) };
        return right is ValueExpressionContext value && AsQuantified(value.value()) is { } quantified
            ? Quantified(left, @operator, quantified)
            : new BinarySyntax(@operator, left, Expression(right)) { Position = At(symbol) };
    }

    private ExpressionSyntax Like(ExpressionSyntax left, LikeExpressionContext context)
    {
        LikeOperatorContext word = context.likeOperator();
        bool isNegated = context.NOT() is not null;
        LikeKind kind = word.LIKE() is not null ? LikeKind.Like : word.ILIKE() is not null ? LikeKind.ILike : LikeKind.SimilarTo;
        if (AsQuantified(context.value(0)) is { } quantified)
        {
            if (kind == LikeKind.SimilarTo || context.ESCAPE() is not null)
            {
                throw ErrorAt(quantified.Start);
            }

            string symbol = (isNegated ? "!~~" : "~~") + (kind == LikeKind.ILike ? "*" : "");
            return Quantified(left, new OperatorSyntax(null, symbol) { Position = At(word) }, quantified);
        }

        ExpressionSyntax? escape = context.ESCAPE() is null ? null : Value(context.value(1));
        return new LikeSyntax(kind, left, Value(context.value(0)), escape, isNegated) { Position = At(word) };
    }

    private ExpressionSyntax IsTest(ExpressionSyntax left, IsExpressionContext context)
    {
        bool isNegated = context.NOT() is not null;
        IsTestContext test = context.isTest();
        int position = At(context.IS());
        return FirstType(test) switch
        {
            NULL => new IsNullSyntax(left, isNegated) { Position = position },
            TRUE => new IsTruthSyntax(left, TruthValue.True, isNegated) { Position = position },
            FALSE => new IsTruthSyntax(left, TruthValue.False, isNegated) { Position = position },
            UNKNOWN => new IsTruthSyntax(left, TruthValue.Unknown, isNegated) { Position = position },
            DISTINCT => new IsDistinctSyntax(left, Value(test.value()), isNegated) { Position = position },
            _ => new IsJsonSyntax(
                left,
                test.Stop.Type switch
                {
                    SCALAR => JsonKind.Scalar,
                    ARRAY => JsonKind.Array,
                    OBJECT => JsonKind.Object,
                    _ => JsonKind.Value,
                },
                isNegated)
            { Position = position },
        };
    }

    private ExpressionSyntax Value(ValueContext context)
    {
        if (context is PrimaryValueContext only)
        {
            return Primary(only.primary());
        }

        Stack<ValueContext> chain = new();
        while (context is not (PrimaryValueContext or SignValueContext or PrefixValueContext))
        {
            chain.Push(context);
            context = (ValueContext)context.GetChild(0);
        }

        ExpressionSyntax result = context switch
        {
            SignValueContext sign => new UnarySyntax(
                new OperatorSyntax(null, sign.Start.Text) { Position = At(sign) },
                Value(sign.value()))
            { Position = At(sign) },
            PrefixValueContext prefix => new UnarySyntax(Symbol(prefix.symbol()), Value(prefix.value())) { Position = At(prefix) },
            _ => Primary(((PrimaryValueContext)context).primary()),
        };
        int length = 0;
        while (chain.TryPop(out ValueContext? link))
        {
            result = Link(result, link);
            CheckChain(ref length, result);
        }

        return result;
    }

    private ExpressionSyntax Link(ExpressionSyntax left, ValueContext link)
    {
        switch (link)
        {
            case BinaryValueContext binary:
                IToken symbol = ((ITerminalNode)binary.GetChild(1)).Symbol;
                OperatorSyntax @operator = new(null, symbol.Text) { Position = symbol.StartIndex };
                return Binary(left, @operator, binary.value(1));

            case SymbolValueContext general:
                return Binary(left, Symbol(general.symbol()), general.value(1));

            case CastValueContext cast:
                return new CastSyntax(left, Type(cast.typeName())) { Position = At(cast.TYPECAST()) };

            case SubscriptValueContext subscript:
                return Subscript(left, subscript.subscript(), At(subscript.OPEN_BRACKET()));

            case FieldValueContext field:
                return Field(left, field);

            case CollateValueContext collate:
                return new CollateSyntax(left, Name(collate.qualifiedName())) { Position = At(collate.COLLATE()) };

            case TimeZoneValueContext zone:
                return new AtTimeZoneSyntax(left, Value(zone.value(1))) { Position = At(zone.AT()) };

            case LocalZoneValueContext local:
                // As PostgreSQL: the zone of the session.
                FunctionArgumentSyntax name = new(null, new LiteralSyntax(LiteralKind.String, "timezone"));
                return new AtTimeZoneSyntax(left, new FunctionCallSyntax(QualifiedNameSyntax.Of("current_setting"), [name])) { Position = At(local.AT()) };

            default:
                throw new InvalidOperationException(link.GetType().Name);
        }
    }

    private ExpressionSyntax Binary(ExpressionSyntax left, OperatorSyntax @operator, ValueContext right) =>
        AsQuantified(right) is { } quantified
            ? Quantified(left, @operator, quantified)
            : new BinarySyntax(@operator, left, Value(right)) { Position = @operator.Position };

    private ExpressionSyntax Subscript(ExpressionSyntax operand, SubscriptContext context, int position)
    {
        if (context.COLON() is null)
        {
            return new SubscriptSyntax(operand, Expression(context.expression())) { Position = position };
        }

        ExpressionSyntax? lower = context.expression() is { } first ? Expression(first) : null;
        ExpressionSyntax? upper = context.value() is { } last ? Value(last) : null;
        return new SliceSyntax(operand, lower, upper) { Position = position };
    }

    private ExpressionSyntax Field(ExpressionSyntax operand, FieldValueContext context)
    {
        ExpressionSyntax result = operand;
        foreach (LabelContext label in context.label())
        {
            result = new FieldSelectionSyntax(result, Identifier(label)) { Position = At(label) };
        }

        return context.STAR() is { } star ? new FieldWildcardSyntax(result) { Position = At(star) } : result;
    }

    private OperatorSyntax Symbol(SymbolContext context)
    {
        if (context.OPERATOR() is null)
        {
            return new OperatorSyntax(null, context.Start.Text) { Position = At(context) };
        }

        LabelContext[] path = context.label();
        if (path.Length > 1)
        {
            throw ErrorAt(path[1].Start);
        }

        string text = context.anyOperator().Start.Text;
        return new OperatorSyntax(path.Length == 0 ? null : Identifier(path[0]), text == "!=" ? "<>" : text) { Position = At(context) };
    }

    /// <summary>The operand as <c>ANY (…)</c> or <c>ALL (…)</c>, or null.</summary>
    private static PrimaryContext? AsQuantified(ValueContext context) =>
        context is PrimaryValueContext { Start.Type: ANY or SOME or ALL } value ? value.primary() : null;

    private ExpressionSyntax Quantified(ExpressionSyntax left, OperatorSyntax @operator, PrimaryContext context)
    {
        Quantifier quantifier = FirstType(context) == ALL ? Quantifier.All : Quantifier.Any;
        ExpressionOrQueryContext right = context.expressionOrQuery();
        return right.query() is { } query
            ? new QuantifiedSubquerySyntax(left, @operator, quantifier, Query(query)) { Position = @operator.Position }
            : new QuantifiedArraySyntax(left, @operator, quantifier, Expression(right.expression())) { Position = @operator.Position };
    }

    private LiteralSyntax Literal(LiteralContext context)
    {
        (LiteralKind kind, string text) = context.Start.Type switch
        {
            NULL => (LiteralKind.Null, "null"),
            TRUE => (LiteralKind.Boolean, "true"),
            FALSE => (LiteralKind.Boolean, "false"),
            INTEGER => (LiteralKind.Integer, context.Start.Text.Replace("_", "", StringComparison.Ordinal)),
            RADIX_INTEGER => (LiteralKind.Integer, FromRadix(context.Start.Text)),
            NUMBER => (LiteralKind.Number, context.Start.Text.Replace("_", "", StringComparison.Ordinal).ToLowerInvariant()),
            BIT_STRING => (LiteralKind.BitString, context.Start.Text[2..^1]),
            HEX_STRING => (LiteralKind.HexString, context.Start.Text[2..^1]),
            _ => (LiteralKind.String, String(context.stringLiteral())),
        };
        return new LiteralSyntax(kind, text) { Position = At(context) };
    }

    private static string FromRadix(string text)
    {
        int radix = text[1] switch
        {
            'x' or 'X' => 16,
            'o' or 'O' => 8,
            _ => 2,
        };
        BigInteger value = 0;
        foreach (char digit in text.AsSpan(2))
        {
            if (digit != '_')
            {
                value = (value * radix) + Convert.ToInt32(digit.ToString(), 16);
            }
        }

        return value.ToString(CultureInfo.InvariantCulture);
    }
}
