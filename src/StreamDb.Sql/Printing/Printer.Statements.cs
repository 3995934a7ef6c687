using StreamDb.Sql.Syntax;

namespace StreamDb.Sql.Printing;

// Statements that read and write rows, and those about the session.
internal sealed partial class Printer
{
    private void Statement(StatementSyntax statement)
    {
        switch (statement)
        {
            case QueryStatementSyntax query:
                Query(query.Query);
                break;
            case InsertSyntax insert:
                Insert(insert);
                break;
            case UpdateSyntax update:
                Update(update);
                break;
            case DeleteSyntax delete:
                Delete(delete);
                break;
            case CopySyntax copy:
                Copy(copy);
                break;
            case SubscribeSyntax subscribe:
                Subscribe(subscribe);
                break;
            case ExplainSyntax explain:
                Explain(explain);
                break;
            case OtherStatementSyntax other:
                Write(other.Text);
                break;
            default:
                if (!Definition(statement) && !CatalogStatement(statement) && !SessionStatement(statement) && !CursorStatement(statement)
                    && !SmallStatement(statement))
                {
                    throw Unknown(statement);
                }

                break;
        }
    }

    private void LeadingWith(WithSyntax? with)
    {
        if (with is not null)
        {
            With(with);
            Write(" ");
        }
    }

    private void TargetAlias(string? alias)
    {
        if (alias is not null)
        {
            Write(" AS ");
            Identifier(alias);
        }
    }

    private void Returning(SyntaxList<SelectItemSyntax> items)
    {
        if (!items.IsEmpty)
        {
            Write(" RETURNING ");
            Separated(items, SelectItem);
        }
    }

    private void Insert(InsertSyntax insert)
    {
        LeadingWith(insert.With);
        Write("INSERT INTO ");
        Name(insert.Target);
        TargetAlias(insert.Alias);
        ColumnNames(insert.Columns);
        if (insert.Source is null)
        {
            Write(" DEFAULT VALUES");
        }
        else
        {
            Write(" ");
            Query(insert.Source);
        }

        if (insert.OnConflict is not null)
        {
            OnConflict(insert.OnConflict);
        }

        Returning(insert.Returning);
    }

    private void OnConflict(OnConflictSyntax conflict)
    {
        Write(" ON CONFLICT");
        if (!conflict.Target.IsEmpty)
        {
            Write(" ");
            InParentheses(conflict.Target, Expression);
            Where(conflict.TargetWhere);
        }
        else if (conflict.Constraint is not null)
        {
            Write(" ON CONSTRAINT ");
            Identifier(conflict.Constraint);
        }

        if (conflict.DoesNothing)
        {
            Write(" DO NOTHING");
            return;
        }

        Write(" DO UPDATE SET ");
        Separated(conflict.Assignments, Assignment);
        Where(conflict.Where);
    }

    private void Assignment(AssignmentSyntax assignment)
    {
        if (assignment.IsRow)
        {
            InParentheses(assignment.Columns, Identifier);
        }
        else
        {
            Identifier(assignment.Columns[0]);
        }

        Write(" = ");
        Expression(assignment.Value);
    }

    private void Update(UpdateSyntax update)
    {
        LeadingWith(update.With);
        Write("UPDATE ");
        Name(update.Target);
        TargetAlias(update.Alias);
        Write(" SET ");
        Separated(update.Assignments, Assignment);
        From(" FROM ", update.From);
        Where(update.Where);
        Returning(update.Returning);
    }

    private void Delete(DeleteSyntax delete)
    {
        LeadingWith(delete.With);
        Write("DELETE FROM ");
        Name(delete.Target);
        TargetAlias(delete.Alias);
        From(" USING ", delete.Using);
        Where(delete.Where);
        Returning(delete.Returning);
    }

    private void Copy(CopySyntax copy)
    {
        Write("COPY ");
        if (copy.Query is not null)
        {
            Nested(copy.Query);
        }
        else
        {
            Name(copy.Relation!);
            ColumnNames(copy.Columns);
        }

        bool isFrom = copy.Direction == CopyDirection.From;
        Write(isFrom ? " FROM " : " TO ");
        if (copy.Path is null)
        {
            Write(isFrom ? "STDIN" : "STDOUT");
        }
        else
        {
            String(copy.Path);
        }

        WithOptions(copy.Options);
        Where(copy.Where);
    }

    private void Subscribe(SubscribeSyntax subscribe)
    {
        Write("SUBSCRIBE TO ");
        if (subscribe.Query is not null)
        {
            Nested(subscribe.Query);
        }
        else
        {
            Name(subscribe.Relation!);
        }

        if (subscribe.Envelope is not null)
        {
            Write($" ENVELOPE {subscribe.Envelope.ToUpperInvariant()} (KEY ");
            InParentheses(subscribe.EnvelopeKey, Identifier);
            Write(")");
        }

        OrderBy(subscribe.WithinTimestampOrderBy, " WITHIN TIMESTAMP ORDER BY ");
        WithOptions(subscribe.Options);
        AsOf(subscribe.AsOf);
        if (subscribe.UpTo is not null)
        {
            Write(" UP TO ");
            Expression(subscribe.UpTo);
        }
    }

    private void Explain(ExplainSyntax explain)
    {
        Write("EXPLAIN ");
        Write(explain.IsAnalyze, "ANALYZE ");
        Write(explain.Stage is not null, explain.Stage?.ToUpperInvariant() + " ");
        Write(explain.IsVerbose, "VERBOSE ");
        if (!explain.Options.IsEmpty)
        {
            InParentheses(explain.Options, Option);
            Write(" ");
        }

        Write(explain.Stage is not null, "FOR ");
        if (explain.Statement is not null)
        {
            Statement(explain.Statement);
        }
        else
        {
            Write(Kind(explain.ItemKind!.Value) + " ");
            Name(explain.ItemName!);
        }
    }

    private bool SessionStatement(StatementSyntax statement)
    {
        switch (statement)
        {
            case SetSyntax set:
                Write(set.Scope switch
                {
                    SetScope.Session => "SET SESSION ",
                    SetScope.Local => "SET LOCAL ",
                    SetScope.System => "ALTER SYSTEM SET ",
                    _ => "SET ",
                });
                Values(set.Name, set.Values);
                return true;
            case SetTransactionSyntax set:
                Write(set.IsSession ? "SET SESSION CHARACTERISTICS AS TRANSACTION " : "SET TRANSACTION ");
                Modes(set.Modes);
                return true;
            case ResetSyntax reset:
                Write(reset.IsSystem ? "ALTER SYSTEM RESET " : "RESET ");
                OptionName(reset.Name, hasValue: false);
                return true;
            case ShowParameterSyntax show:
                Write("SHOW ");
                ParameterName(show.Name);
                return true;
            case ShowCreateSyntax show:
                Write($"SHOW CREATE {Kind(show.Kind)} ");
                Name(show.Name);
                return true;
            case ShowItemsSyntax show:
                ShowItems(show);
                return true;
            case BeginSyntax begin:
                Write("BEGIN");
                Write(!begin.Modes.IsEmpty, " ");
                Modes(begin.Modes);
                return true;
            case CommitSyntax commit:
                Write(commit.AndChain ? "COMMIT AND CHAIN" : "COMMIT");
                return true;
            case RollbackSyntax rollback:
                Write(rollback.AndChain ? "ROLLBACK AND CHAIN" : "ROLLBACK");
                WordAndName(" TO SAVEPOINT ", rollback.Savepoint);
                return true;
            case SavepointSyntax savepoint:
                WordAndName("SAVEPOINT ", savepoint.Name);
                return true;
            case ReleaseSyntax release:
                WordAndName("RELEASE SAVEPOINT ", release.Name);
                return true;
            default:
                return false;
        }
    }

    /// <summary>A word and, where there is one, a name behind it.</summary>
    private void WordAndName(string word, string? name, string otherwise = "")
    {
        if (name is null)
        {
            Write(otherwise);
            return;
        }

        Write(word);
        Identifier(name);
    }

    private void Modes(SyntaxList<string> modes) => Separated(modes, mode => Write(mode.ToUpperInvariant()));

    /// <summary><c>name = value, …</c> or <c>name = DEFAULT</c>.</summary>
    private void Values(string name, SyntaxList<ExpressionSyntax> values)
    {
        ParameterName(name);
        Write(" = ");
        Write(values.IsEmpty, "DEFAULT");
        Separated(values, Expression);
    }

    // Some parameters' names begin other forms of SET and SHOW.
    private void ParameterName(string name) => Write(name switch
    {
        "all" => "ALL",
        "time" or "role" or "names" or "schema" or "session" or "local" or "transaction" or "create" => $"\"{name}\"",
        _ => string.Join('.', name.Split('.').Select(part => part.Length == 0 ? "" : Names.Quote(part))),
    });

    private void ShowItems(ShowItemsSyntax show)
    {
        Write("SHOW ");
        Write(show.Modifier is not null, show.Modifier?.ToUpperInvariant() + " ");
        Write(show.What.ToUpperInvariant());
        if (show.From is not null)
        {
            Write(" FROM ");
            Name(show.From);
        }

        WordAndName(" IN CLUSTER ", show.Cluster);
        if (show.Like is not null)
        {
            Write(" LIKE ");
            String(show.Like);
        }

        Where(show.Where);
    }

    private bool CursorStatement(StatementSyntax statement)
    {
        switch (statement)
        {
            case PrepareSyntax prepare:
                WordAndName("PREPARE ", prepare.Name);
                if (!prepare.Types.IsEmpty)
                {
                    Write(" ");
                    InParentheses(prepare.Types, Type);
                }

                Write(" AS ");
                Statement(prepare.Statement);
                return true;
            case ExecuteSyntax execute:
                WordAndName("EXECUTE ", execute.Name);
                if (!execute.Arguments.IsEmpty)
                {
                    Write(" ");
                    InParentheses(execute.Arguments, Expression);
                }

                return true;
            case DeallocateSyntax deallocate:
                WordAndName("DEALLOCATE ", deallocate.Name, "DEALLOCATE ALL");
                return true;
            case DeclareCursorSyntax declare:
                DeclareCursor(declare);
                return true;
            case DeclareSubscriptionCursorSyntax declare:
                WordAndName("DECLARE ", declare.Name);
                Write(" SUBSCRIPTION CURSOR FOR ");
                Name(declare.Subscription);
                Write(declare.IsFull, " FULL");
                if (declare.Since is not null)
                {
                    Write(" SINCE ");
                    Expression(declare.Since);
                }

                return true;
            case FetchSyntax fetch:
                Fetch(fetch);
                return true;
            case CloseCursorSyntax close:
                WordAndName("CLOSE ", close.Cursor, "CLOSE ALL");
                return true;
            default:
                return false;
        }
    }

    private void DeclareCursor(DeclareCursorSyntax declare)
    {
        WordAndName("DECLARE ", declare.Name);
        foreach (string option in declare.Options)
        {
            Write(!option.EndsWith("hold", StringComparison.Ordinal), $" {option.ToUpperInvariant()}");
        }

        Write(" CURSOR");
        foreach (string option in declare.Options)
        {
            Write(option.EndsWith("hold", StringComparison.Ordinal), $" {option.ToUpperInvariant()}");
        }

        Write(" FOR ");
        Statement(declare.Statement);
    }

    private void Fetch(FetchSyntax fetch)
    {
        Write(fetch.IsMove ? "MOVE " : "FETCH ");
        Write(fetch.Direction.ToUpperInvariant());
        Write(fetch.Count is not null, fetch.Count == long.MaxValue ? " ALL" : $" {fetch.Count}");
        WordAndName(" FROM ", fetch.Cursor);
        WithOptions(fetch.Options);
    }

    private bool SmallStatement(StatementSyntax statement)
    {
        switch (statement)
        {
            case FlushSyntax:
                Write("FLUSH");
                return true;
            case WaitSyntax:
                Write("WAIT");
                return true;
            case RecoverSyntax:
                Write("RECOVER");
                return true;
            case CheckpointSyntax:
                Write("CHECKPOINT");
                return true;
            case DiscardSyntax discard:
                Write("DISCARD " + discard.Target.ToUpperInvariant());
                return true;
            case TruncateSyntax truncate:
                Write("TRUNCATE TABLE ");
                Separated(truncate.Relations, Name);
                Write(truncate.IsCascade, " CASCADE");
                return true;
            case MaintenanceSyntax maintenance:
                Write(maintenance.IsVacuum ? "VACUUM" : "ANALYZE");
                foreach (string option in maintenance.Options)
                {
                    Write($" {option.ToUpperInvariant()}");
                }

                Write(!maintenance.Relations.IsEmpty, " ");
                Separated(maintenance.Relations, Name);
                return true;
            case ListenSyntax listen:
                WordAndName("LISTEN ", listen.Channel);
                return true;
            case UnlistenSyntax unlisten:
                WordAndName("UNLISTEN ", unlisten.Channel, "UNLISTEN *");
                return true;
            case NotifySyntax notify:
                WordAndName("NOTIFY ", notify.Channel);
                Write(notify.Payload is not null, ", " + Names.QuoteString(notify.Payload ?? ""));
                return true;
            case LockSyntax @lock:
                Write("LOCK TABLE ");
                Separated(@lock.Relations, Name);
                Write(@lock.Mode is not null, $" IN {@lock.Mode?.ToUpperInvariant()} MODE");
                Write(@lock.IsNoWait, " NOWAIT");
                return true;
            case CallSyntax call:
                Write("CALL ");
                Expression(call.Call);
                return true;
            case DoSyntax @do:
                Write("DO ");
                String(@do.Code);
                WordAndName(" LANGUAGE ", @do.Language);
                return true;
            case CancelJobsSyntax cancel:
                Write("CANCEL JOBS ");
                Separated(cancel.Jobs, Expression);
                return true;
            case DescribeSyntax describe:
                Write("DESCRIBE ");
                Name(describe.Name);
                return true;
            default:
                return false;
        }
    }
}
