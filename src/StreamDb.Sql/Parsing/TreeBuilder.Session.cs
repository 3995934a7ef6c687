using System.Globalization;
using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using StreamDb.Sql.Syntax;
using static StreamDb.Sql.Generated.StreamDbParser;

namespace StreamDb.Sql.Parsing;

// EXPLAIN, SHOW, SET, transactions, cursors and the small statements.
internal sealed partial class TreeBuilder
{
    private StatementSyntax Explain(ExplainStatementContext context)
    {
        int position = At(context);
        if (context.explainTarget() is not { } target)
        {
            return new DescribeSyntax(Name(context.qualifiedName())) { Position = position };
        }

        bool isVerbose = false;
        List<OptionSyntax> options = [];
        foreach (ExplainOptionContext option in context.explainOption())
        {
            isVerbose |= option.VERBOSE() is not null;
            options.AddRange(Options(option.optionGroup() ?? option.optionList()?.optionGroup()));
            if (option.label() is { } format)
            {
                options.Add(new OptionSyntax("format", Word(format)) { Position = At(option) });
            }
        }

        return new ExplainSyntax(
            context.ANALYZE() is not null,
            context.explainStage() is { } stage ? Words(stage) : null,
            options.ToSyntaxList(),
            target.statement() is { } statement ? Statement(statement) : null)
        {
            Position = position,
            IsVerbose = isVerbose,
            ItemKind = target.itemKind() is { } kind ? Kind(kind) : null,
            ItemName = OptionalName(target.qualifiedName()),
        };
    }

    private StatementSyntax Show(ShowStatementContext context)
    {
        int position = At(context);
        if (context.CREATE() is not null)
        {
            return new ShowCreateSyntax(Kind(context.itemKind()), Name(context.qualifiedName())) { Position = position };
        }

        if (context.showWhat() is not { } what)
        {
            string name = context.optionLabel() is { } label ? DottedLabel(label)
                : context.ALL() is not null ? "all"
                : context.TIME() is not null ? "timezone"
                : "transaction_isolation";
            return new ShowParameterSyntax(name) { Position = position };
        }

        ShowFromContext[] origins = context.showFrom();
        QualifiedNameContext? from = origins.Select(origin => origin.qualifiedName()).FirstOrDefault(name => name is not null);
        IdentifierContext? cluster = origins.Select(origin => origin.identifier()).FirstOrDefault(name => name is not null);
        return new ShowItemsSyntax(
            Words(what),
            OptionalName(from),
            OptionalString(context.stringLiteral()),
            context.expression() is { } condition ? Expression(condition) : null)
        {
            Position = position,
            Modifier = context.showModifier() is { } modifier ? Words(modifier) : null,
            Cluster = OptionalIdentifier(cluster),
        };
    }

    private StatementSyntax Set(SetStatementContext context)
    {
        int position = At(context);
        if (context.RESET() is not null)
        {
            string name = context.optionLabel() is { } label ? DottedLabel(label) : context.ALL() is not null ? "all" : "timezone";
            return new ResetSyntax(name) { Position = position };
        }

        SetScope scope = context.LOCAL() is not null ? SetScope.Local : context.SESSION().Length > 0 ? SetScope.Session : SetScope.Default;
        if (context.transactionMode() is { Length: > 0 } modes)
        {
            return new SetTransactionSyntax(context.CHARACTERISTICS() is not null, List(modes, Words)) { Position = position };
        }

        if (context.USE() is not null)
        {
            return new SetSyntax(scope, "database", [Word(context.identifier())]) { Position = position };
        }

        if (context.setValues() is { } values)
        {
            return new SetSyntax(scope, DottedLabel(context.optionLabel()), SetValues(values)) { Position = position };
        }

        (string Name, SetScope Scope) parameter = context switch
        {
            _ when context.TIME() is not null => ("timezone", scope),
            _ when context.NAMES() is not null => ("client_encoding", scope),
            _ when context.SCHEMA() is not null => ("search_path", scope),
            _ when context.ROLE() is not null => ("role", scope),

            // The first SESSION belongs to SESSION AUTHORIZATION unless there are two.
            _ => ("session_authorization", context.SESSION().Length > 1 ? SetScope.Session : scope == SetScope.Local ? scope : SetScope.Default),
        };
        return new SetSyntax(parameter.Scope, parameter.Name, SetValues(context.setValue())) { Position = position };
    }

    private static StatementSyntax Transaction(TransactionStatementContext context)
    {
        int position = At(context);
        bool andChain = context.CHAIN() is not null && context.NO() is null;
        switch (FirstType(context))
        {
            case BEGIN or START:
                return new BeginSyntax(List(context.transactionMode(), Words)) { Position = position };
            case COMMIT or END:
                return new CommitSyntax(andChain) { Position = position };
            case ROLLBACK or ABORT:
                return new RollbackSyntax(andChain, OptionalIdentifier(context.identifier())) { Position = position };
            case SAVEPOINT:
                return new SavepointSyntax(Identifier(context.identifier())) { Position = position };
            default:
                return new ReleaseSyntax(Identifier(context.identifier())) { Position = position };
        }
    }

    private StatementSyntax Cursor(CursorStatementContext context)
    {
        int position = At(context);
        switch (FirstType(context))
        {
            case CLOSE:
                return new CloseCursorSyntax(OptionalIdentifier(context.identifier())) { Position = position };

            case FETCH or MOVE:
                (string direction, long? count) = Direction(context.fetchDirection());
                return new FetchSyntax(
                    context.MOVE() is not null,
                    direction,
                    count,
                    Identifier(context.identifier()),
                    Options(context.optionList()))
                { Position = position };

            case DECLARE when context.SUBSCRIPTION() is not null:
                return new DeclareSubscriptionCursorSyntax(
                    Identifier(context.identifier()),
                    Name(context.qualifiedName()),
                    context.expression() is { } since ? Expression(since) : null,
                    context.FULL() is not null)
                { Position = position };

            default:
                List<string> options = [.. context.cursorOption().Select(Words)];
                if (context.HOLD() is not null)
                {
                    options.Add(context.WITH() is null ? "without hold" : "with hold");
                }

                StatementSyntax statement = context.subscribeStatement() is { } subscribe
                    ? Subscribe(subscribe)
                    : new QueryStatementSyntax(Query(context.queryStatement().query())) { Position = At(context.queryStatement()) };
                return new DeclareCursorSyntax(Identifier(context.identifier()), options.ToSyntaxList(), statement) { Position = position };
        }
    }

    private (string Direction, long? Count) Direction(FetchDirectionContext? context)
    {
        if (context is null)
        {
            return ("next", null);
        }

        string direction = FirstType(context) is INTEGER or MINUS or ALL ? "forward" : context.Start.Text.ToLowerInvariant();
        if (context.ALL() is not null)
        {
            return (direction, long.MaxValue);
        }

        if (context.INTEGER() is not { } digits)
        {
            return (direction, null);
        }

        if (!long.TryParse(digits.GetText(), NumberStyles.None, CultureInfo.InvariantCulture, out long count))
        {
            throw ErrorAt(digits.Symbol);
        }

        return (direction, context.MINUS() is null ? count : -count);
    }

    private StatementSyntax Session(SessionStatementContext context)
    {
        StatementSyntax statement = context switch
        {
            PrepareStatementContext prepare => new PrepareSyntax(
                Identifier(prepare.identifier()),
                List(prepare.typeName(), Type),
                Statement(prepare.statement())),
            ExecuteStatementContext execute => new ExecuteSyntax(Identifier(execute.identifier()), Expressions(execute.expressionList())),
            DeallocateStatementContext deallocate => new DeallocateSyntax(OptionalIdentifier(deallocate.identifier())),
            DiscardStatementContext discard => new DiscardSyntax(discard.Stop.Type == TEMPORARY ? "temp" : discard.Stop.Text.ToLowerInvariant()),
            TruncateStatementContext truncate => new TruncateSyntax(List(truncate.qualifiedName(), Name), truncate.CASCADE() is not null),
            FlushStatementContext => new FlushSyntax(),
            WaitStatementContext => new WaitSyntax(),
            RecoverStatementContext => new RecoverSyntax(),
            CheckpointStatementContext => new CheckpointSyntax(),
            MaintenanceStatementContext maintenance => Maintenance(maintenance),
            ListenStatementContext listen => new ListenSyntax(Identifier(listen.identifier())),
            UnlistenStatementContext unlisten => new UnlistenSyntax(OptionalIdentifier(unlisten.identifier())),
            NotifyStatementContext notify => new NotifySyntax(Identifier(notify.identifier()), OptionalString(notify.stringLiteral())),
            LockStatementContext @lock => new LockSyntax(
                List(@lock.qualifiedName(), Name),
                @lock.lockMode() is { } mode ? Words(mode) : null,
                @lock.NOWAIT() is not null),
            CallStatementContext call => new CallSyntax((FunctionCallSyntax)Call(Name(call.qualifiedName()), call.callArguments(), null, At(call))),
            DoStatementContext @do => new DoSyntax(String(@do.stringLiteral()), OptionalIdentifier(@do.identifier().FirstOrDefault())),
            CommentStatementContext comment => new CommentSyntax(
                Kind(comment.itemKind()),
                Name(comment.qualifiedName()),
                OptionalString(comment.stringLiteral())),
            CancelStatementContext cancel => new CancelJobsSyntax(
                cancel.literal() is { } id ? [Literal(id)] : Expressions(cancel.expressionList())),
            _ => throw new InvalidOperationException(context.GetType().Name),
        };
        return statement with { Position = At(context) };
    }

    private static MaintenanceSyntax Maintenance(MaintenanceStatementContext context)
    {
        IEnumerable<string> options = Enumerable.Range(1, context.ChildCount - 1)
            .Select(context.GetChild)
            .OfType<ITerminalNode>()
            .Where(token => token.Symbol.Type != COMMA)
            .Select(token => token.GetText().ToLowerInvariant());
        return new MaintenanceSyntax(FirstType(context) == VACUUM, options.ToSyntaxList(), List(context.qualifiedName(), Name));
    }
}
