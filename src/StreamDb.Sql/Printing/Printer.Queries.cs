using StreamDb.Sql.Syntax;

namespace StreamDb.Sql.Printing;

// Queries, FROM and windows.
internal sealed partial class Printer
{
    private void Query(QuerySyntax query)
    {
        if (query.With is not null)
        {
            With(query.With);
            Write(" ");
        }

        Body(query.Body);
        OrderBy(query.OrderBy);
        if (query.WithTies)
        {
            Offset(query.Offset);
            Write(" FETCH FIRST (");
            Expression(query.Limit!);
            Write(") ROWS WITH TIES");
        }
        else
        {
            if (query.Limit is not null)
            {
                Write(" LIMIT ");
                Expression(query.Limit);
            }

            Offset(query.Offset);
        }

        foreach (LockingSyntax locking in query.Locking)
        {
            Write($" FOR {locking.Strength.ToUpperInvariant()}");
            if (!locking.Relations.IsEmpty)
            {
                Write(" OF ");
                Separated(locking.Relations, Name);
            }

            Write(locking.Wait is not null, " " + locking.Wait?.ToUpperInvariant());
        }

        AsOf(query.AsOf);
        if (!query.Options.IsEmpty)
        {
            Write(" OPTIONS ");
            InParentheses(query.Options, Option);
        }
    }

    private void Offset(ExpressionSyntax? offset)
    {
        if (offset is not null)
        {
            Write(" OFFSET ");
            Expression(offset);
        }
    }

    private void AsOf(AsOfSyntax? asOf)
    {
        if (asOf is not null)
        {
            Write(asOf.IsAtLeast ? " AS OF AT LEAST " : " AS OF ");
            Expression(asOf.Time);
        }
    }

    private void With(WithSyntax with)
    {
        Write(with.Kind switch
        {
            WithKind.Recursive => "WITH RECURSIVE ",
            WithKind.MutuallyRecursive => "WITH MUTUALLY RECURSIVE ",
            _ => "WITH ",
        });
        if (!with.Options.IsEmpty)
        {
            InParentheses(with.Options, option =>
            {
                Write(option.Name.ToUpperInvariant() + " ");
                Expression(option.Value!);
            });
            Write(" ");
        }

        Separated(with.Tables, CommonTable);
    }

    private void CommonTable(CommonTableSyntax table)
    {
        Identifier(table.Name);
        ColumnNames(table.ColumnNames);
        if (!table.Columns.IsEmpty)
        {
            Write(" ");
            InParentheses(table.Columns, NameAndType);
        }

        Write(" AS ");
        Write(table.IsMaterialized == true, "MATERIALIZED ");
        Write(table.IsMaterialized == false, "NOT MATERIALIZED ");
        if (table.Query.Body is ChangelogBodySyntax)
        {
            Body(table.Query.Body);
        }
        else
        {
            Nested(table.Query);
        }
    }

    private void Body(QueryBodySyntax body)
    {
        switch (body)
        {
            case SelectBodySyntax select:
                Select(select);
                break;
            case SetOperationSyntax operation:
                SetOperation(operation);
                break;
            case ValuesSyntax values:
                Write("VALUES ");
                Separated(values.Rows, row => InParentheses(row, Expression));
                break;
            case TableBodySyntax table:
                Write("TABLE ");
                Name(table.Name);
                break;
            case NestedQuerySyntax nested:
                Nested(nested.Query);
                break;
            case ShowBodySyntax show:
                Statement(show.Show);
                break;
            case ChangelogBodySyntax changelog:
                Write("CHANGELOG FROM ");
                Name(changelog.Relation);
                break;
            default:
                throw Unknown(body);
        }
    }

    // As with binary operators, chains may be deeper than the stack.
    private void SetOperation(SetOperationSyntax operation)
    {
        Stack<SetOperationSyntax> spine = new();
        Stack<bool> closing = new();
        QueryBodySyntax left = operation;
        bool bindsTightly = false;
        while (left is SetOperationSyntax node)
        {
            bool needsParentheses = bindsTightly && node.Operator != SetOperator.Intersect;
            Write(needsParentheses, "(");
            spine.Push(node);
            closing.Push(needsParentheses);
            bindsTightly = node.Operator == SetOperator.Intersect;
            left = node.Left;
        }

        Body(left);
        while (spine.TryPop(out SetOperationSyntax? node))
        {
            Write($" {node.Operator.ToString().ToUpperInvariant()} ");
            Write(node.IsAll, "ALL ");
            Write(node.IsCorresponding, "CORRESPONDING ");
            if (!node.CorrespondingBy.IsEmpty)
            {
                Write("BY ");
                InParentheses(node.CorrespondingBy, Identifier);
                Write(" ");
            }

            bool rightNeedsParentheses = node.Right is SetOperationSyntax right
                && (node.Operator == SetOperator.Intersect || right.Operator != SetOperator.Intersect);
            Write(rightNeedsParentheses, "(");
            Body(node.Right);
            Write(rightNeedsParentheses, ")");
            Write(closing.Pop(), ")");
        }
    }

    private void Select(SelectBodySyntax select)
    {
        Write("SELECT");
        if (select.Distinct is not null)
        {
            Write(" DISTINCT");
            if (!select.Distinct.On.IsEmpty)
            {
                Write(" ON ");
                InParentheses(select.Distinct.On, Expression);
            }
        }

        Write(!select.Items.IsEmpty, " ");
        Separated(select.Items, SelectItem);
        From(" FROM ", select.From);
        Where(select.Where);
        if (select.GroupBy is not null)
        {
            Write(select.GroupBy.IsDistinct ? " GROUP BY DISTINCT " : " GROUP BY ");
            Separated(select.GroupBy.Elements, GroupingElement);
        }

        if (select.Having is not null)
        {
            Write(" HAVING ");
            Expression(select.Having);
        }

        if (!select.Windows.IsEmpty)
        {
            Write(" WINDOW ");
            Separated(select.Windows, window =>
            {
                Identifier(window.Name);
                Write(" AS ");
                Window(window.Window);
            });
        }
    }

    private void From(string word, SyntaxList<TableExpressionSyntax> tables)
    {
        if (!tables.IsEmpty)
        {
            Write(word);
            Separated(tables, Table);
        }
    }

    private void Where(ExpressionSyntax? condition)
    {
        if (condition is not null)
        {
            Write(" WHERE ");
            Expression(condition);
        }
    }

    private void SelectItem(SelectItemSyntax item)
    {
        Expression(item.Expression);
        if (item.Alias is not null)
        {
            Write(" AS ");
            Label(item.Alias);
        }
    }

    private void GroupingElement(GroupingElementSyntax element)
    {
        switch (element)
        {
            case GroupingExpressionSyntax expression:
                Expression(expression.Expression);
                break;
            case EmptyGroupingSyntax:
                Write("()");
                break;
            case GroupingSetsSyntax sets:
                Write("GROUPING SETS ");
                InParentheses(sets.Elements, GroupingElement);
                break;
            case RollupSyntax rollup:
                Write("ROLLUP ");
                InParentheses(rollup.Expressions, Expression);
                break;
            case CubeSyntax cube:
                Write("CUBE ");
                InParentheses(cube.Expressions, Expression);
                break;
            default:
                throw Unknown(element);
        }
    }

    private void OrderBy(SyntaxList<OrderItemSyntax> items, string words = " ORDER BY ")
    {
        if (!items.IsEmpty)
        {
            Write(words);
            Separated(items, OrderItem);
        }
    }

    private void OrderItem(OrderItemSyntax item)
    {
        Expression(item.Expression);
        Write(item.IsDescending, " DESC");
        Write(item.Nulls is not null, item.Nulls == NullsOrder.First ? " NULLS FIRST" : " NULLS LAST");
    }

    private void Table(TableExpressionSyntax table)
    {
        switch (table)
        {
            case TableReferenceSyntax reference:
                Name(reference.Name);
                if (reference.SystemTime is not null)
                {
                    Write(" FOR SYSTEM_TIME AS OF ");
                    Expression(reference.SystemTime);
                }

                Alias(reference.Alias);
                break;
            case DerivedTableSyntax derived:
                Write(derived.IsLateral, "LATERAL ");
                Nested(derived.Query);
                Alias(derived.Alias);
                break;
            case TableFunctionSyntax function:
                Write(function.IsLateral, "LATERAL ");
                Expression(function.Function);
                Write(function.WithOrdinality, " WITH ORDINALITY");
                Alias(function.Alias);
                break;
            case RowsFromSyntax rowsFrom:
                Write(rowsFrom.IsLateral, "LATERAL ");
                Write("ROWS FROM ");
                InParentheses(rowsFrom.Functions, Expression);
                Write(rowsFrom.WithOrdinality, " WITH ORDINALITY");
                Alias(rowsFrom.Alias);
                break;
            case JoinSyntax join:
                Join(join);
                break;
            default:
                throw Unknown(table);
        }
    }

    private void Join(JoinSyntax join)
    {
        Write(join.Alias is not null, "(");
        Table(join.Left);
        Write(join.IsNatural, " NATURAL");
        Write(join.IsAsOf, " ASOF");
        Write(join.Kind == JoinKind.Inner ? " JOIN " : $" {join.Kind.ToString().ToUpperInvariant()} JOIN ");
        bool rightIsJoin = join.Right is JoinSyntax { Alias: null };
        Write(rightIsJoin, "(");
        Table(join.Right);
        Write(rightIsJoin, ")");
        if (join.On is not null)
        {
            Write(" ON ");
            Expression(join.On);
        }
        else if (!join.Using.IsEmpty)
        {
            Write(" USING ");
            InParentheses(join.Using, Identifier);
            if (join.UsingAlias is not null)
            {
                Write(" AS ");
                Identifier(join.UsingAlias);
            }
        }

        if (join.Alias is not null)
        {
            Write(")");
            Alias(join.Alias);
        }
    }

    private void Alias(TableAliasSyntax? alias)
    {
        if (alias is null)
        {
            return;
        }

        Write(" AS");
        if (alias.Name is not null)
        {
            Write(" ");
            Identifier(alias.Name);
        }

        ColumnNames(alias.Columns);
        if (!alias.ColumnDefinitions.IsEmpty)
        {
            Write(" ");
            InParentheses(alias.ColumnDefinitions, NameAndType);
        }
    }

    private void Window(WindowSyntax window)
    {
        if (window is WindowReferenceSyntax reference)
        {
            Identifier(reference.Name);
            return;
        }

        WindowSpecificationSyntax specification = (WindowSpecificationSyntax)window;
        Write("(");
        string separator = "";
        if (specification.BaseName is not null)
        {
            Identifier(specification.BaseName);
            separator = " ";
        }

        if (!specification.PartitionBy.IsEmpty)
        {
            Write(separator + "PARTITION BY ");
            Separated(specification.PartitionBy, Expression);
            separator = " ";
        }

        if (!specification.OrderBy.IsEmpty)
        {
            OrderBy(specification.OrderBy, separator + "ORDER BY ");
            separator = " ";
        }

        if (specification.Frame is not null)
        {
            Write(separator);
            Frame(specification.Frame);
        }

        Write(")");
    }

    private void Frame(FrameSyntax frame)
    {
        if (frame.Unit == FrameUnit.Session)
        {
            Write("SESSION WITH GAP ");
            Expression(frame.SessionGap!);
            return;
        }

        Write(frame.Unit.ToString().ToUpperInvariant() + " BETWEEN ");
        FrameBound(frame.Start!);
        Write(" AND ");
        FrameBound(frame.End!);
        Write(frame.Exclusion switch
        {
            FrameExclusion.CurrentRow => " EXCLUDE CURRENT ROW",
            FrameExclusion.Group => " EXCLUDE GROUP",
            FrameExclusion.Ties => " EXCLUDE TIES",
            _ => "",
        });
    }

    private void FrameBound(FrameBoundSyntax bound)
    {
        if (bound.Offset is not null)
        {
            Value(bound.Offset);
            Write(" ");
        }

        Write(bound.Kind switch
        {
            FrameBoundKind.UnboundedPreceding => "UNBOUNDED PRECEDING",
            FrameBoundKind.Preceding => "PRECEDING",
            FrameBoundKind.CurrentRow => "CURRENT ROW",
            FrameBoundKind.Following => "FOLLOWING",
            _ => "UNBOUNDED FOLLOWING",
        });
    }
}
