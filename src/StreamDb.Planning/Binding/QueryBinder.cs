using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Binds queries: WITH, the body, ORDER BY, LIMIT.</summary>
internal sealed partial class QueryBinder(BinderState state)
{
    /// <summary>Binds a query. Undecided string literals in its output become text unless <paramref name="keepUnknown"/>.</summary>
    public BoundQuery Bind(QuerySyntax query, QueryEnvironment environment, bool keepUnknown = false)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        RefuseUnsupported(query);
        if (query.With is not null)
        {
            environment = environment with { Tables = BindWith(query.With, environment) };
        }

        BoundQuery body = BindBody(query.Body, environment, query.OrderBy);
        body = body with { Limits = BindLimits(query) };
        if (query.WithTies && query.OrderBy.IsEmpty)
        {
            throw BindError.At(SqlState.SyntaxError, query.Position, "WITH TIES cannot be specified without ORDER BY clause");
        }

        return keepUnknown ? body : body with { Node = DecideUnknown(body.Node) };
    }

    /// <summary>The columns of <paramref name="node"/> converted to <paramref name="types"/>; literals in its projection are converted in place.</summary>
    public LogicalNode Convert(LogicalNode node, IReadOnlyList<SqlType> types, CastContext context, int position)
    {
        if (types.Select((t, i) => t == node.Columns[i].Type).All(same => same))
        {
            return node;
        }

        ExpressionBinder binder = new(state, Scope.Empty, null, "");
        switch (node)
        {
            case LogicalProject project:
                return new LogicalProject(
                    project.Input,
                    [.. project.Expressions.Select((e, i) => i < types.Count ? binder.Cast(e, types[i], context, position) : e)],
                    project.Names);
            case LogicalValues values:
                ImmutableArray<ImmutableArray<ScalarExpression>> rows =
                    [.. values.Rows.Select(r => (ImmutableArray<ScalarExpression>)[.. r.Select((e, i) => binder.Cast(e, types[i], context, position))])];
                return ValuesOf(rows, [.. values.Fields.Select(f => f.Name)], types);
            case LogicalDistinct distinct when node.Columns.Any(c => c.Type.Kind == SqlTypeKind.Unknown):
                return new LogicalDistinct(Convert(distinct.Input, types, context, position));
            case LogicalTopN top when node.Columns.Any(c => c.Type.Kind == SqlTypeKind.Unknown):
                return top with { Input = Convert(top.Input, types, context, position) };
            default:
                return new LogicalProject(
                    node,
                    [.. node.Columns.Select((c, i) =>
                    {
                        ScalarExpression column = new ColumnExpression(i, c.Type, c.IsNullable);
                        return i < types.Count ? binder.Cast(column, types[i], context, position) : column;
                    })],
                    [.. node.Columns.Select(c => c.Name)]);
        }
    }

    /// <summary>The common tables of a WITH that stands before INSERT, UPDATE or DELETE.</summary>
    public CommonTableScope? BindCommonTables(WithSyntax with) => BindWith(with, QueryEnvironment.Empty);

    /// <summary>Rows of expressions; a row with subqueries is a projection of its own.</summary>
    public static LogicalNode RowsOf(
        ImmutableArray<ImmutableArray<ScalarExpression>> rows, IReadOnlyList<string> names, IReadOnlyList<SqlType> types)
    {
        if (!SubqueryPlanting.HasSubqueries(rows.SelectMany(r => r)))
        {
            return ValuesOf(rows, names, types);
        }

        ImmutableArray<LogicalNode> nodes = [.. rows.Select(row =>
        {
            LogicalNode node = LogicalValues.OneEmptyRow;
            ScalarExpression[] planted = [.. row.Select(e => SubqueryPlanting.Plant(ref node, e))];
            return (LogicalNode)new LogicalProject(node, [.. planted], [.. names]);
        })];
        return nodes.Length == 1 ? nodes[0] : new LogicalSetOperation(SetOperationKind.Union, true, nodes);
    }

    public static LogicalValues ValuesOf(
        ImmutableArray<ImmutableArray<ScalarExpression>> rows, IReadOnlyList<string> names, IReadOnlyList<SqlType> types) =>
        new(rows, [.. names.Select((n, i) => new Field(n, types[i], rows.Any(r => r[i].IsNullable)))]);

    private static void RefuseUnsupported(QuerySyntax query)
    {
        if (query.AsOf is not null)
        {
            throw BindError.NotSupported("AS OF", query.AsOf.Position);
        }

        // Row locks are not needed: every statement reads one epoch and is validated at commit.
        RefuseUnknownLocks(query);
    }

    /// <summary>FOR UPDATE OF names items of FROM.</summary>
    private static void RefuseUnknownLocks(QuerySyntax query)
    {
        foreach (LockingSyntax locking in query.Locking)
        {
            foreach (QualifiedNameSyntax name in locking.Relations)
            {
                bool isThere = SyntaxRewriter.Descendants(query.Body).Any(n =>
                    (n is TableReferenceSyntax { Alias: null } table && table.Name.Name == name.Name)
                    || (n is TableAliasSyntax alias && alias.Name == name.Name));
                if (!isThere)
                {
                    throw BindError.At(
                        SqlState.UndefinedTable, name.Position, $"relation \"{name.Name}\" in FOR {locking.Strength.ToUpperInvariant()} clause not found in FROM clause");
                }
            }
        }
    }

    private CommonTableScope? BindWith(WithSyntax with, QueryEnvironment environment)
    {
        HashSet<string> names = [];
        foreach (CommonTableSyntax table in with.Tables)
        {
            if (!names.Add(table.Name))
            {
                throw BindError.At(SqlState.DuplicateAlias, table.Position, $"WITH query name \"{table.Name}\" specified more than once");
            }
        }

        if (with.Kind == WithKind.MutuallyRecursive)
        {
            return BindMutuallyRecursive(with, environment);
        }

        CommonTableScope? scope = environment.Tables;
        foreach (CommonTableSyntax table in with.Kind == WithKind.Recursive ? RecursiveReferences.InOrder(with) : with.Tables)
        {
            QueryEnvironment inside = environment with { Tables = scope };
            LogicalNode node = with.Kind == WithKind.Recursive && RecursiveReferences.RefersTo(table.Query, table.Name)
                ? BindRecursive(table, inside)
                : Named(Bind(table.Query, inside).ToRelation(), table);
            scope = new CommonTableScope(table.Name, node, environment.Level, scope);
        }

        return scope;
    }

    /// <summary>The columns with the names that the WITH clause gives them.</summary>
    private static LogicalNode Named(LogicalNode node, CommonTableSyntax table) => table.ColumnNames.Count > node.Columns.Length
        ? throw BindError.At(
            SqlState.InvalidColumnReference, table.Position,
            $"WITH query \"{table.Name}\" has {node.Columns.Length} columns available but {table.ColumnNames.Count} columns specified")
        : Rename(node, table.ColumnNames);

    /// <summary>The node with its first columns renamed.</summary>
    public static LogicalNode Rename(LogicalNode node, IReadOnlyList<string> names)
    {
        if (names.Select((n, i) => n == node.Columns[i].Name).All(same => same))
        {
            return node;
        }

        ImmutableArray<string> all = [.. names, .. node.Columns.Skip(names.Count).Select(c => c.Name)];
        return node is LogicalProject project
            ? new LogicalProject(project.Input, project.Expressions, all)
            : new LogicalProject(node, [.. node.Columns.Select((c, i) => new ColumnExpression(i, c.Type, c.IsNullable))], all);
    }

    private RowLimits BindLimits(QuerySyntax query)
    {
        (long? limit, ScalarExpression? limitExpression) = BindCount(query.Limit, "LIMIT", SqlState.InvalidRowCountInLimit);
        (long? offset, ScalarExpression? offsetExpression) = BindCount(query.Offset, "OFFSET", SqlState.InvalidRowCountInOffset);
        return new RowLimits(limit, offset ?? 0, limitExpression, offsetExpression, query.WithTies);
    }

    private (long? Value, ScalarExpression? Expression) BindCount(ExpressionSyntax? syntax, string construct, string invalidState)
    {
        if (syntax is null)
        {
            return (null, null);
        }

        ExpressionBinder binder = new(state, Scope.Empty, null, construct);
        ScalarExpression bound;
        try
        {
            bound = binder.Cast(binder.Bind(syntax), SqlType.Int64, CastContext.Assignment, syntax.Position);
        }
        catch (SqlException e) when (e.State == SqlState.UndefinedColumn)
        {
            throw BindError.At(SqlState.InvalidColumnReference, syntax.Position, $"argument of {construct} must not contain variables");
        }

        if (bound.Any(e => e is SubqueryExpression))
        {
            throw BindError.NotSupported($"a subquery in {construct}", syntax.Position);
        }

        return bound.Any(e => e is ParameterExpression)
            ? (null, bound)
            : (RowCount(ConstantFolding.Evaluate(bound, EvaluationOf(state)), construct, invalidState), null);
    }

    /// <summary>The count a LIMIT or OFFSET datum means; NULL is none. 2201W, 2201X.</summary>
    public static long? RowCount(Datum value, string construct, string invalidState) => value.Value switch
    {
        null => null,
        long count and >= 0 => count,
        _ => throw new SqlException(invalidState, $"{construct} must not be negative"),
    };

    public static EvaluationContext EvaluationOf(BinderState state) => Constants.Context(state.Context);

    private BoundQuery BindBody(QueryBodySyntax body, QueryEnvironment environment, SyntaxList<OrderItemSyntax> orderBy) => body switch
    {
        SelectBodySyntax select => new SelectBinder(state, this, environment, select).Bind(orderBy),
        ValuesSyntax values => Ordered(BindValues(values, environment), orderBy, environment),
        TableBodySyntax table => BindTableBody(table, environment, orderBy),
        SetOperationSyntax operation => Ordered(BindSetOperation(operation, environment), orderBy, environment),
        NestedQuerySyntax nested => orderBy.IsEmpty
            ? BindNested(nested, environment)
            : Ordered(Bind(nested.Query, environment, keepUnknown: true).ToRelation(), orderBy, environment),
        ShowBodySyntax show => throw BindError.NotSupported("SHOW in a query", show.Position),
        _ => throw BindError.NotSupported("this query", body.Position),
    };

    private BoundQuery BindNested(NestedQuerySyntax nested, QueryEnvironment environment)
    {
        BoundQuery inner = Bind(nested.Query, environment, keepUnknown: true);
        return inner.Limits.AreNone ? inner : new BoundQuery(inner.Limited(), inner.Visible, inner.OrderBy, RowLimits.None) { Origins = inner.Origins };
    }

    private BoundQuery BindTableBody(TableBodySyntax table, QueryEnvironment environment, SyntaxList<OrderItemSyntax> orderBy)
    {
        TableReferenceSyntax reference = new(table.Name, null, null) { Position = table.Position };
        SelectBodySyntax select = new([new SelectItemSyntax(new WildcardSyntax(null, []), null)]) { From = [reference] };
        BoundQuery bound = new SelectBinder(state, this, environment, select).Bind(orderBy);
        if (state.ResolvedNames.TryGetValue(reference, out RelationItem? relation))
        {
            state.ResolvedNames[table] = relation;
        }

        return bound;
    }

    private LogicalNode BindValues(ValuesSyntax values, QueryEnvironment environment)
    {
        int width = values.Rows[0].Count;
        ExpressionBinder binder = new(state, Scope.Of(BoundTable.Nothing, environment.Outer), environment.Tables, "VALUES");
        List<ImmutableArray<ScalarExpression>> rows = [];
        foreach (SyntaxList<ExpressionSyntax> row in values.Rows)
        {
            if (row.Count != width)
            {
                throw BindError.At(SqlState.SyntaxError, row.Count > 0 ? row[0].Position : values.Position, "VALUES lists must all be the same length");
            }

            rows.Add([.. row.Select(binder.Bind)]);
        }

        ImmutableArray<ScalarExpression>[] columns = [.. Enumerable.Range(0, width).Select(i =>
        {
            ScalarExpression[] column = [.. rows.Select(r => r[i])];
            return column.All(e => e.Type.Kind == SqlTypeKind.Unknown)
                ? (ImmutableArray<ScalarExpression>)[.. column]
                : binder.Unify(column, "VALUES", PositionOfMismatch(column, i));
        })];
        return RowsOf(
            [.. rows.Select((_, r) => (ImmutableArray<ScalarExpression>)[.. columns.Select(c => c[r])])],
            [.. columns.Select((_, i) => $"column{i + 1}")],
            [.. columns.Select(c => c[0].Type)]);

        int PositionOfMismatch(ScalarExpression[] column, int i)
        {
            SqlType first = column.First(e => e.Type.Kind != SqlTypeKind.Unknown).Type;
            int row = Array.FindIndex(column, e => e.Type.Kind != SqlTypeKind.Unknown && !e.Type.SameAs(first));
            return values.Rows[Math.Max(row, 0)][i].Position;
        }
    }

    /// <summary>ORDER BY over the output columns only: of set operations and VALUES.</summary>
    private BoundQuery Ordered(LogicalNode node, SyntaxList<OrderItemSyntax> orderBy, QueryEnvironment environment)
    {
        if (orderBy.IsEmpty)
        {
            return new BoundQuery(node, node.Columns.Length, [], RowLimits.None);
        }

        node = DecideUnknown(node);
        int width = node.Columns.Length;
        List<SortKey> keys = [];
        List<ScalarExpression> hidden = [];
        foreach (OrderItemSyntax item in orderBy)
        {
            int column = OutputColumn(node.Columns, item.Expression, "ORDER BY");
            if (column < 0)
            {
                ExpressionBinder binder = new(state, Scope.Of(BoundTable.Of(node, null), environment.Outer), environment.Tables, "ORDER BY");
                ScalarExpression key = binder.Bind(item.Expression);
                if (node is LogicalSetOperation or LogicalDistinct || SubqueryPlanting.HasSubqueries([key]))
                {
                    throw BindError.At(
                        SqlState.FeatureNotSupported, item.Expression.Position, "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
                        "Add the expression/function to every SELECT, or move the UNION into a FROM clause.",
                        "Only result column names can be used, not expressions or functions.");
                }

                column = width + hidden.Count;
                hidden.Add(key);
            }

            keys.Add(new SortKey(column, item.IsDescending, ExpressionBinder.IsNullsFirst(item)));
        }

        if (hidden.Count > 0)
        {
            node = new LogicalProject(
                node,
                [.. node.Columns.Select((c, i) => new ColumnExpression(i, c.Type, c.IsNullable)), .. hidden],
                [.. node.Columns.Select(c => c.Name), .. hidden.Select((_, i) => $"order{i + 1}")]);
        }

        return new BoundQuery(node, width, [.. keys], RowLimits.None);
    }

    /// <summary>Index of the output column that an integer or a bare name means; -1 when it is neither. 42P10, 42702.</summary>
    public static int OutputColumn(ImmutableArray<Field> columns, ExpressionSyntax expression, string construct)
    {
        if (expression is LiteralSyntax { Kind: LiteralKind.Integer } literal)
        {
            return int.TryParse(literal.Text, out int number) && number >= 1 && number <= columns.Length
                ? number - 1
                : throw BindError.At(
                    SqlState.InvalidColumnReference, literal.Position, $"{construct} position {literal.Text} is not in select list");
        }

        if (expression is not ColumnReferenceSyntax { Name.IsSimple: true } reference)
        {
            return -1;
        }

        int[] matches = [.. Enumerable.Range(0, columns.Length).Where(i => columns[i].Name == reference.Name.Name)];
        return matches.Length switch
        {
            0 => -1,
            1 => matches[0],
            _ => throw BindError.At(SqlState.AmbiguousColumn, reference.Position, $"{construct} \"{reference.Name.Name}\" is ambiguous"),
        };
    }

    /// <summary>Undecided literals in the output become text.</summary>
    private LogicalNode DecideUnknown(LogicalNode node) => node.Columns.Any(c => c.Type.Kind == SqlTypeKind.Unknown)
        ? Convert(
            node, [.. node.Columns.Select(c => c.Type.Kind == SqlTypeKind.Unknown ? SqlType.Text : c.Type)], CastContext.Implicit, -1)
        : node;
}
