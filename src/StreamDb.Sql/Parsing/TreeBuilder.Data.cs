using Antlr4.Runtime;
using StreamDb.Sql.Syntax;
using static StreamDb.Sql.Generated.StreamDbParser;

namespace StreamDb.Sql.Parsing;

// Statements: dispatch, and those that read or write rows.
internal sealed partial class TreeBuilder
{
    public StatementSyntax Statement(StatementContext context) => context.GetChild(0) switch
    {
        DataStatementContext data => Data(data),
        CreateStatementContext create => Create(create),
        DropStatementContext drop => Drop(drop),
        AlterStatementContext alter => Alter(alter),
        ExplainStatementContext explain => Explain(explain),
        ShowStatementContext show => Show(show),
        SetStatementContext set => Set(set),
        TransactionStatementContext transaction => Transaction(transaction),
        CursorStatementContext cursor => Cursor(cursor),
        SubscribeStatementContext subscribe => Subscribe(subscribe),
        CopyStatementContext copy => Copy(copy),
        GrantStatementContext grant => Grant(grant),
        SessionStatementContext session => Session(session),
        OtherStatementContext other => Other(other),
        _ => throw new InvalidOperationException(context.GetChild(0).GetType().Name),
    };

    private StatementSyntax Data(DataStatementContext context)
    {
        WithSyntax? with = With(context.withClause());
        int position = At(context);
        if (context.insertBody() is { } insert)
        {
            return Insert(insert) with { With = with, Position = position };
        }

        if (context.updateBody() is { } update)
        {
            return Update(update) with { With = with, Position = position };
        }

        if (context.deleteBody() is { } delete)
        {
            return Delete(delete) with { With = with, Position = position };
        }

        return new QueryStatementSyntax(Query(context.withClause(), context.queryBody(), context.queryTail(), position)) { Position = position };
    }

    private InsertSyntax Insert(InsertBodyContext context) => new(
        Name(context.qualifiedName()),
        OptionalIdentifier(context.identifier()),
        Identifiers(context.columnNames()),
        context.query() is { } query ? Query(query) : null)
    {
        OnConflict = OnConflict(context.onConflict()),
        Returning = Returning(context.returningClause()),
    };

    private OnConflictSyntax? OnConflict(OnConflictContext? context)
    {
        if (context is null)
        {
            return null;
        }

        // WHERE may stand behind the target and behind the assignments.
        int @do = At(context.DO());
        ExpressionSyntax? Condition(bool ofTarget) =>
            Array.Find(context.expression(), condition => At(condition) < @do == ofTarget) is { } found ? Expression(found) : null;
        return new OnConflictSyntax(
            Expressions(context.expressionList()),
            Condition(ofTarget: true),
            OptionalIdentifier(context.identifier()),
            List(context.assignment(), Assignment),
            Condition(ofTarget: false))
        { Position = At(context) };
    }

    private AssignmentSyntax Assignment(AssignmentContext context)
    {
        SyntaxList<string> columns = context.identifier() is { } column ? [Identifier(column)] : Identifiers(context.identifierList());
        return new AssignmentSyntax(columns, context.identifier() is null, Expression(context.expression())) { Position = At(context) };
    }

    private SyntaxList<SelectItemSyntax> Returning(ReturningClauseContext? context) =>
        context is null ? default : List(context.selectItem(), SelectItem);

    private UpdateSyntax Update(UpdateBodyContext context) => new(
        Name(context.qualifiedName()),
        OptionalIdentifier(context.identifier()),
        List(context.assignment(), Assignment))
    {
        From = List(context.tableExpression(), TableExpression),
        Where = context.expression() is { } condition ? Expression(condition) : null,
        Returning = Returning(context.returningClause()),
    };

    private DeleteSyntax Delete(DeleteBodyContext context) => new(
        Name(context.qualifiedName()),
        OptionalIdentifier(context.identifier()))
    {
        Using = List(context.tableExpression(), TableExpression),
        Where = context.expression() is { } condition ? Expression(condition) : null,
        Returning = Returning(context.returningClause()),
    };

    private SubscribeSyntax Subscribe(SubscribeStatementContext context)
    {
        SubscribeEnvelopeContext? envelope = context.subscribeEnvelope().FirstOrDefault();
        string? kind = envelope is null ? null
            : envelope.UPSERT() is not null ? "upsert"
            : envelope.DEBEZIUM() is not null ? "debezium"
            : null;
        return new SubscribeSyntax(OptionalName(context.qualifiedName()), context.query() is { } query ? Query(query) : null)
        {
            Position = At(context),
            Options = Options(context.optionList()),
            AsOf = context.asOfClause() is { } asOf ? AsOf(asOf) : null,
            UpTo = context.expression() is { } upTo ? Expression(upTo) : null,
            Envelope = kind,
            EnvelopeKey = Identifiers(envelope?.identifierList()),
            WithinTimestampOrderBy = OrderBy(envelope?.orderByClause()),
        };
    }

    private CopySyntax Copy(CopyStatementContext context) => new(
        OptionalName(context.qualifiedName()),
        Identifiers(context.identifierList()),
        context.query() is { } query ? Query(query) : null,
        context.FROM() is not null ? CopyDirection.From : CopyDirection.To,
        OptionalString(context.stringLiteral()),
        context.optionGroup() is { } options ? Options(options) : List(context.copyOption(), CopyOption),
        context.expression() is { } condition ? Expression(condition) : null)
    { Position = At(context) };

    private static OptionSyntax CopyOption(CopyOptionContext context)
    {
        int position = At(context);
        return FirstType(context) switch
        {
            CSV or BINARY when context.stringLiteral() is null =>
                new OptionSyntax("format", Word(context)) { Position = position },
            _ => new OptionSyntax(
                context.label() is { } name ? Identifier(name) : Words(context),
                context.stringLiteral() is { } text ? new LiteralSyntax(LiteralKind.String, String(text)) { Position = At(text) } : null)
            {
                Position = position,
            },
        };
    }
}
