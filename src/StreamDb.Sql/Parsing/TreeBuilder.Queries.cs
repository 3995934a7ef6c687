using Antlr4.Runtime;
using StreamDb.Core.Errors;
using StreamDb.Sql.Syntax;
using static StreamDb.Sql.Generated.StreamDbParser;

namespace StreamDb.Sql.Parsing;

// Queries, FROM and windows.
internal sealed partial class TreeBuilder
{
    private QuerySyntax Query(QueryContext context) =>
        Query(context.withClause(), context.queryBody(), context.queryTail(), At(context));

    private QuerySyntax Query(WithClauseContext? with, QueryBodyContext body, QueryTailContext tail, int position)
    {
        QuerySyntax query = new(Body(body)) { Position = position, With = With(with) };
        if (tail.ChildCount == 0)
        {
            // (SELECT …) in parentheses, alone, is that query.
            return query is { With: null, Body: NestedQuerySyntax nested } ? nested.Query : query;
        }

        (ExpressionSyntax? limit, ExpressionSyntax? offset, bool withTies) = Limits(tail.limitPart());
        return query with
        {
            OrderBy = OrderBy(tail.orderByClause()),
            Limit = limit,
            Offset = offset,
            WithTies = withTies,
            Locking = List(tail.lockingClause(), Locking),
            AsOf = tail.asOfClause() is { } asOf ? AsOf(asOf) : null,
            Options = Options(tail.optionGroup()),
        };
    }

    private (ExpressionSyntax? Limit, ExpressionSyntax? Offset, bool WithTies) Limits(LimitPartContext[] parts)
    {
        ExpressionSyntax? limit = null;
        ExpressionSyntax? offset = null;
        bool withTies = false;
        bool hasLimit = false;
        foreach (LimitPartContext part in parts)
        {
            bool isOffset = FirstType(part) == OFFSET;
            if (isOffset ? offset is not null : hasLimit)
            {
                throw new SqlException(SqlState.SyntaxError, isOffset ? "multiple OFFSET clauses not allowed" : "multiple LIMIT clauses not allowed")
                {
                    Position = At(part) + 1,
                };
            }

            if (isOffset)
            {
                offset = Expression(part.expression());
                continue;
            }

            hasLimit = true;
            withTies = part.TIES() is not null;
            limit = FirstType(part) == FETCH ? FetchCount(part) : part.expression() is { } count ? Expression(count) : null;
        }

        return (limit, offset, withTies);
    }

    private ExpressionSyntax FetchCount(LimitPartContext context)
    {
        if (context.expression() is { } expression)
        {
            return Expression(expression);
        }

        if (context.PARAMETER() is { } parameter)
        {
            return new ParameterSyntax(ParameterNumber(parameter.Symbol)) { Position = At(parameter) };
        }

        return new LiteralSyntax(LiteralKind.Integer, context.INTEGER()?.GetText() ?? "1") { Position = At(context) };
    }

    private static LockingSyntax Locking(LockingClauseContext context)
    {
        string strength = context.NO() is not null ? "no key update"
            : context.UPDATE() is not null ? "update"
            : context.KEY() is not null ? "key share"
            : "share";
        string? wait = context.NOWAIT() is not null ? "nowait" : context.LOCKED() is not null ? "skip locked" : null;
        return new LockingSyntax(strength, List(context.qualifiedName(), Name), wait) { Position = At(context) };
    }

    private AsOfSyntax AsOf(AsOfClauseContext context) =>
        new(Expression(context.expression()), context.LEAST() is not null) { Position = At(context) };

    private WithSyntax? With(WithClauseContext? context)
    {
        if (context is null)
        {
            return null;
        }

        WithKind kind = context.MUTUALLY() is not null ? WithKind.MutuallyRecursive
            : context.RECURSIVE() is not null ? WithKind.Recursive
            : WithKind.Plain;
        return new WithSyntax(kind, List(context.recursionOption(), RecursionOption), List(context.commonTable(), CommonTable))
        {
            Position = At(context),
        };
    }

    private static OptionSyntax RecursionOption(RecursionOptionContext context)
    {
        string prefix = context.RETURN() is not null ? "return at " : context.ERROR() is not null ? "error at " : "";
        LiteralSyntax limit = new(LiteralKind.Integer, context.INTEGER().GetText()) { Position = At(context.INTEGER()) };
        return new OptionSyntax(prefix + "recursion limit", limit) { Position = At(context) };
    }

    private CommonTableSyntax CommonTable(CommonTableContext context) => new(
        Identifier(context.identifier()),
        Identifiers(context.identifierList()),
        List(context.nameAndType(), NameAndType),
        context.query() is { } query ? Query(query) : Changelog(context),
        context.MATERIALIZED() is null ? null : context.NOT() is null)
    { Position = At(context) };

    private static QuerySyntax Changelog(CommonTableContext context)
    {
        int position = At(context.CHANGELOG());
        return new QuerySyntax(new ChangelogBodySyntax(Name(context.qualifiedName())) { Position = position }) { Position = position };
    }

    private QueryBodySyntax Body(QueryBodyContext context)
    {
        QueryTermContext[] terms = context.queryTerm();
        QueryBodySyntax body = Term(terms[0]);
        for (int index = 1; index < terms.Length; index++)
        {
            QueryBodyOperatorContext @operator = context.queryBodyOperator(index - 1);
            SetOperator kind = @operator.UNION() is not null ? SetOperator.Union : SetOperator.Except;
            body = SetOperation(kind, @operator.ALL() is not null, body, Term(terms[index]), @operator.corresponding(), At(@operator));
        }

        return body;
    }

    private QueryBodySyntax Term(QueryTermContext context)
    {
        QueryPrimaryContext[] primaries = context.queryPrimary();
        QueryBodySyntax body = QueryPrimary(primaries[0]);
        for (int index = 1; index < primaries.Length; index++)
        {
            QueryTermOperatorContext @operator = context.queryTermOperator(index - 1);
            body = SetOperation(
                SetOperator.Intersect,
                @operator.ALL() is not null,
                body,
                QueryPrimary(primaries[index]),
                @operator.corresponding(),
                At(@operator));
        }

        return body;
    }

    private static SetOperationSyntax SetOperation(
        SetOperator kind,
        bool isAll,
        QueryBodySyntax left,
        QueryBodySyntax right,
        CorrespondingContext? corresponding,
        int position) => new(kind, isAll, left, right)
        {
            Position = position,
            IsCorresponding = corresponding is not null,
            CorrespondingBy = Identifiers(corresponding?.identifierList()),
        };

    private QueryBodySyntax QueryPrimary(QueryPrimaryContext context)
    {
        if (context.selectBody() is { } select)
        {
            return Select(select);
        }

        if (context.VALUES() is not null)
        {
            return new ValuesSyntax(List(context.valuesRow(), ValuesRow)) { Position = At(context) };
        }

        if (context.TABLE() is not null)
        {
            return new TableBodySyntax(Name(context.qualifiedName())) { Position = At(context) };
        }

        // Parentheses around a mere body leave no node.
        QuerySyntax query = Query(context.query());
        return IsBare(query) ? query.Body : new NestedQuerySyntax(query) { Position = At(context) };
    }

    private static bool IsBare(QuerySyntax query) => query is { With: null, Limit: null, Offset: null, AsOf: null }
        && query.OrderBy.IsEmpty && query.Locking.IsEmpty && query.Options.IsEmpty;

    private SyntaxList<ExpressionSyntax> ValuesRow(ValuesRowContext context) =>
        context.query() is { } query ? [Subquery(query, At(context))] : Expressions(context.expressionList());

    private SelectBodySyntax Select(SelectBodyContext context)
    {
        // WHERE and HAVING both have an expression, in this order.
        ExpressionContext[] conditions = context.expression();
        return new SelectBodySyntax(List(context.selectItem(), SelectItem))
        {
            Position = At(context),
            Distinct = Distinct(context.selectQuantifier()),
            From = List(context.tableExpression(), TableExpression),
            Where = context.WHERE() is null ? null : Expression(conditions[0]),
            GroupBy = context.groupByClause() is { } groupBy ? GroupBy(groupBy) : null,
            Having = context.HAVING() is null ? null : Expression(conditions[^1]),
            Windows = List(context.namedWindow(), NamedWindow),
        };
    }

    private DistinctSyntax? Distinct(SelectQuantifierContext? context) => context?.DISTINCT() is null
        ? null
        : new DistinctSyntax(Expressions(context.expressionGroup())) { Position = At(context) };

    private SelectItemSyntax SelectItem(SelectItemContext context)
    {
        if (context.STAR() is not null)
        {
            WildcardSyntax wildcard = new(null, Except(context.wildcardExcept())) { Position = At(context) };
            return new SelectItemSyntax(wildcard, null) { Position = At(context) };
        }

        ParserRuleContext? alias = (ParserRuleContext?)context.label() ?? context.bareLabel();
        return new SelectItemSyntax(Expression(context.expression()), OptionalIdentifier(alias)) { Position = At(context) };
    }

    private GroupBySyntax GroupBy(GroupByClauseContext context) =>
        new(context.DISTINCT() is not null, List(context.groupingElement(), GroupingElement)) { Position = At(context) };

    private GroupingElementSyntax GroupingElement(GroupingElementContext context)
    {
        int position = At(context);
        if (context.SETS() is not null)
        {
            return new GroupingSetsSyntax(List(context.groupingElement(), GroupingElement)) { Position = position };
        }

        if (context.ROLLUP() is not null)
        {
            return new RollupSyntax(Expressions(context.expressionGroup())) { Position = position };
        }

        if (context.CUBE() is not null)
        {
            return new CubeSyntax(Expressions(context.expressionGroup())) { Position = position };
        }

        return context.expression() is { } expression
            ? new GroupingExpressionSyntax(Expression(expression)) { Position = position }
            : new EmptyGroupingSyntax { Position = position };
    }

    private SyntaxList<OrderItemSyntax> OrderBy(OrderByClauseContext? context) =>
        context is null ? default : List(context.orderItem(), OrderItem);

    private OrderItemSyntax OrderItem(OrderItemContext context)
    {
        bool isDescending = context.DESC() is not null || context.GREATER() is not null;
        NullsOrder? nulls = context.NULLS() is null ? null : context.FIRST() is not null ? NullsOrder.First : NullsOrder.Last;
        return new OrderItemSyntax(Expression(context.expression()), isDescending, nulls) { Position = At(context) };
    }

    private TableExpressionSyntax TableExpression(TableExpressionContext context)
    {
        TableExpressionSyntax result = TablePrimary(context.tablePrimary());
        int length = 0;
        foreach (JoinPartContext part in context.joinPart())
        {
            result = Join(result, part);
            if (++length > ChainMax)
            {
                throw SyntaxErrors.TooComplex();
            }
        }

        return result;
    }

    private JoinSyntax Join(TableExpressionSyntax left, JoinPartContext context)
    {
        JoinKind kind = context.CROSS() is not null ? JoinKind.Cross : context.joinKind() is not { } word ? JoinKind.Inner : FirstType(word) switch
        {
            LEFT => JoinKind.Left,
            RIGHT => JoinKind.Right,
            FULL => JoinKind.Full,
            _ => JoinKind.Inner,
        };
        TableExpressionSyntax right = context.tablePrimary() is { } primary ? TablePrimary(primary) : TableExpression(context.tableExpression());
        JoinQualifierContext? qualifier = context.joinQualifier();
        return new JoinSyntax(kind, left, right)
        {
            Position = At(context),
            IsNatural = context.NATURAL() is not null,
            IsAsOf = context.ASOF() is not null,
            On = qualifier?.expression() is { } condition ? Expression(condition) : null,
            Using = Identifiers(qualifier?.identifierList()),
            UsingAlias = OptionalIdentifier(qualifier?.identifier()),
        };
    }

    private TableExpressionSyntax TablePrimary(TablePrimaryContext context)
    {
        int position = At(context);
        bool isLateral = context.LATERAL() is not null;
        if (context.OPEN_QUERY() is not null)
        {
            QuerySyntax query = context.query() is { } inner
                ? Query(inner)
                : new QuerySyntax(new ShowBodySyntax(Show(context.showStatement()))) { Position = position };
            return new DerivedTableSyntax(query, isLateral, Alias(context.tableAlias())) { Position = position };
        }

        if (context.tableExpression() is { } nested)
        {
            return Aliased(TableExpression(nested), context.tableAlias());
        }

        bool withOrdinality = Has(context, ORDINALITY);
        TableAliasSyntax? alias = Alias(context.functionAlias());
        if (context.ROWS() is not null)
        {
            return new RowsFromSyntax(List(context.tableFunction(), TableFunction), isLateral, withOrdinality, alias) { Position = position };
        }

        if (context.tableFunction() is [var function])
        {
            return new TableFunctionSyntax(TableFunction(function), isLateral, withOrdinality, alias) { Position = position };
        }

        SystemTimeContext[] systemTime = context.systemTime();
        if (systemTime.Length > 1)
        {
            throw ErrorAt(systemTime[1].Start);
        }

        return new TableReferenceSyntax(
            Name(context.qualifiedName()),
            Alias(context.tableAlias()),
            systemTime.Length == 0 ? null : SystemTime(systemTime[0]))
        { Position = position };
    }

    /// <summary>Parentheses around a join may carry an alias; around a single table they vanish.</summary>
    private TableExpressionSyntax Aliased(TableExpressionSyntax inner, TableAliasContext? alias)
    {
        if (alias is null)
        {
            return inner;
        }

        return inner is JoinSyntax { Alias: null } join ? join with { Alias = Alias(alias) } : throw ErrorAt(alias.Start);
    }

    private ExpressionSyntax TableFunction(TableFunctionContext context) => context.specialFunction() is { } special
        ? SpecialFunction(special)
        : Call(Name(context.functionName()), context.callArguments(), null, At(context));

    // now() - '5' SECOND: the unit stands behind the string without the word INTERVAL before it.
    private ExpressionSyntax SystemTime(SystemTimeContext context)
    {
        ExpressionSyntax time = Expression(context.expression());
        if (context.intervalFields() is not { } fields)
        {
            return time;
        }

        return time is BinarySyntax { Right: LiteralSyntax { Kind: LiteralKind.String } text } offset
            ? offset with { Right = new TypedLiteralSyntax(IntervalType(text.Position, null, fields), text.Text) { Position = text.Position } }
            : throw ErrorAt(fields.Start);
    }

    private static TableAliasSyntax? Alias(TableAliasContext? context) => context is null
        ? null
        : new TableAliasSyntax(Identifier((ParserRuleContext?)context.identifier() ?? context.bareAlias()), Identifiers(context.identifierList()), default)
        {
            Position = At(context),
        };

    private TableAliasSyntax? Alias(FunctionAliasContext? context)
    {
        if (context is null)
        {
            return null;
        }

        ParserRuleContext? name = (ParserRuleContext?)context.identifier() ?? context.bareAlias();
        return new TableAliasSyntax(OptionalIdentifier(name), Identifiers(context.identifierList()), List(context.nameAndType(), NameAndType))
        {
            Position = At(context),
        };
    }

    private NamedWindowSyntax NamedWindow(NamedWindowContext context) =>
        new(Identifier(context.identifier()), Window(context.windowSpecification())) { Position = At(context) };

    private WindowSpecificationSyntax Window(WindowSpecificationContext context) => new(
        OptionalIdentifier(context.windowBase()),
        Expressions(context.expressionList()),
        OrderBy(context.orderByClause()),
        context.frameClause() is { } frame ? Frame(frame) : null)
    { Position = At(context) };

    private FrameSyntax Frame(FrameClauseContext context)
    {
        int position = At(context);
        if (context.SESSION() is not null)
        {
            return new FrameSyntax(FrameUnit.Session, null, null, FrameExclusion.None, Expression(context.expression())) { Position = position };
        }

        FrameUnit unit = FirstType(context) switch
        {
            ROWS => FrameUnit.Rows,
            RANGE => FrameUnit.Range,
            _ => FrameUnit.Groups,
        };
        FrameBoundContext[] bounds = context.frameBound();
        FrameBoundSyntax end = bounds.Length == 2
            ? FrameBound(bounds[1])
            : new FrameBoundSyntax(FrameBoundKind.CurrentRow, null) { Position = position };
        FrameExclusion exclusion = context.EXCLUDE() is null || context.OTHERS() is not null ? FrameExclusion.None
            : context.CURRENT() is not null ? FrameExclusion.CurrentRow
            : context.GROUP() is not null ? FrameExclusion.Group
            : FrameExclusion.Ties;
        return new FrameSyntax(unit, FrameBound(bounds[0]), end, exclusion, null) { Position = position };
    }

    private FrameBoundSyntax FrameBound(FrameBoundContext context)
    {
        bool isPreceding = context.PRECEDING() is not null;
        FrameBoundKind kind = context.CURRENT() is not null ? FrameBoundKind.CurrentRow
            : context.UNBOUNDED() is not null ? (isPreceding ? FrameBoundKind.UnboundedPreceding : FrameBoundKind.UnboundedFollowing)
            : isPreceding ? FrameBoundKind.Preceding
            : FrameBoundKind.Following;
        return new FrameBoundSyntax(kind, context.value() is { } offset ? Value(offset) : null) { Position = At(context) };
    }
}
