using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>INSERT.</summary>
internal sealed class InsertBinder(BinderState state)
{
    public InsertPlan Bind(InsertSyntax insert)
    {
        InsertTarget target = InsertTarget.Bind(state, insert.Target, [.. insert.Columns], insert.Target.Position);
        TableItem table = target.Table;
        LogicalNode source = WithGenerated(table, Source(insert, target));
        ConflictBehavior? behavior = null;
        ImmutableArray<ScalarExpression>? update = null;
        ScalarExpression? where = null;
        if (insert.OnConflict is { } conflict)
        {
            (behavior, update, where) = BindConflict(insert, conflict, table);
        }

        return new InsertPlan(table, source, behavior, Returning.Bind(state, insert.Returning, table, insert.Alias))
        {
            ConflictUpdate = update,
            ConflictWhere = where,
        };
    }

    /// <summary>Complete rows, but for generated columns, which are NULL.</summary>
    private LogicalNode Source(InsertSyntax insert, InsertTarget target)
    {
        if (insert.Source is null)
        {
            return Rows([target.Defaults], target.Table);
        }

        if (insert.With is null && insert.Source is { Body: ValuesSyntax values, With: null, Limit: null, Offset: null } && insert.Source.OrderBy.IsEmpty)
        {
            return Values(values, target, insert);
        }

        QuerySyntax query = insert.With is null ? insert.Source : Merge(insert.With, insert.Source);
        QueryBinder queries = new(state);
        LogicalNode node = queries.Bind(query, QueryEnvironment.Empty, keepUnknown: true).ToRelation();
        CheckCount(node.Columns.Length, target, insert, query.Position);
        SqlType[] types = [.. node.Columns.Select((_, i) => target.Table.Columns[target.Columns[i]].Type)];
        for (int i = 0; i < types.Length; i++)
        {
            ColumnDefinition column = target.Table.Columns[target.Columns[i]];
            if (column.GeneratedText is not null)
            {
                throw InsertTarget.NotDefault(column, query.Position);
            }

            if (!Assignment.CanAssign(node.Columns[i].Type, types[i]))
            {
                throw Assignment.Mismatch(node.Columns[i].Type, column.Name, types[i], ItemPosition(query.Body, i));
            }
        }

        node = queries.Convert(node, types, StreamDb.Expressions.Casts.CastContext.Assignment, query.Position);
        ScalarExpression[] row = [.. target.Defaults];
        for (int i = 0; i < types.Length; i++)
        {
            row[target.Columns[i]] = new ColumnExpression(i, node.Columns[i].Type, node.Columns[i].IsNullable);
        }

        return new LogicalProject(node, [.. row], [.. target.Table.Columns.Select(c => c.Name)]);
    }

    private static int ItemPosition(QueryBodySyntax body, int column) =>
        body is SelectBodySyntax select && column < select.Items.Count ? select.Items[column].Expression.Position : body.Position;

    /// <summary>WITH … INSERT … SELECT: the common tables are those of the query.</summary>
    private static QuerySyntax Merge(WithSyntax with, QuerySyntax query) =>
        query with { With = query.With is null ? with : query.With with { Tables = [.. with.Tables, .. query.With.Tables] } };

    private LogicalNode Values(ValuesSyntax values, InsertTarget target, InsertSyntax insert)
    {
        ExpressionBinder binder = new(state, Scope.Empty, null, "VALUES");
        List<ImmutableArray<ScalarExpression>> rows = new(values.Rows.Count);
        int width = values.Rows[0].Count;
        foreach (SyntaxList<ExpressionSyntax> values1 in values.Rows)
        {
            if (values1.Count != width)
            {
                throw BindError.At(SqlState.SyntaxError, values1.Count > 0 ? values1[0].Position : values.Position, "VALUES lists must all be the same length");
            }

            CheckCount(width, target, insert, width > target.Columns.Length ? values1[target.Columns.Length].Position : values.Position);
            ScalarExpression[] row = [.. target.Defaults];
            for (int i = 0; i < values1.Count; i++)
            {
                row[target.Columns[i]] = Value(binder, values1[i], target, target.Columns[i]);
            }

            rows.Add([.. row]);
        }

        return Rows(rows, target.Table);
    }

    private static ScalarExpression Value(ExpressionBinder binder, ExpressionSyntax syntax, InsertTarget target, int column)
    {
        ColumnDefinition definition = target.Table.Columns[column];
        if (syntax is DefaultSyntax)
        {
            return target.Defaults[column];
        }

        return definition.GeneratedText is null
            ? Assignment.Convert(binder, binder.Bind(syntax), definition.Name, definition.Type, syntax.Position)
            : throw InsertTarget.NotDefault(definition, syntax.Position);
    }

    private static LogicalNode Rows(IReadOnlyList<ImmutableArray<ScalarExpression>> rows, TableItem table) =>
        QueryBinder.RowsOf([.. rows], [.. table.Columns.Select(c => c.Name)], [.. table.Columns.Select(c => c.Type)]);

    private static void CheckCount(int count, InsertTarget target, InsertSyntax insert, int position)
    {
        if (count > target.Columns.Length)
        {
            throw BindError.At(SqlState.SyntaxError, position, "INSERT has more expressions than target columns");
        }

        if (count < target.Columns.Length && !insert.Columns.IsEmpty)
        {
            throw BindError.At(SqlState.SyntaxError, insert.Target.Position, "INSERT has more target columns than expressions");
        }
    }

    /// <summary>The rows with generated columns computed from the others.</summary>
    private LogicalNode WithGenerated(TableItem table, LogicalNode node)
    {
        if (table.Columns.All(c => c.GeneratedText is null))
        {
            return node;
        }

        return new LogicalProject(
            node,
            ColumnExpressions.WithGenerated(state, table, [.. node.Columns.Select((c, i) => new ColumnExpression(i, c.Type, c.IsNullable))]),
            [.. table.Columns.Select(c => c.Name)]);
    }

    private (ConflictBehavior Behavior, ImmutableArray<ScalarExpression>? Update, ScalarExpression? Where) BindConflict(
        InsertSyntax insert, OnConflictSyntax conflict, TableItem table)
    {
        CheckConflictTarget(conflict, table);
        if (conflict.DoesNothing)
        {
            return (ConflictBehavior.Ignore, null, null);
        }

        // The new row is computed over (existing row, excluded row).
        BoundTable existing = BoundTable.Of(new LogicalGet(table), insert.Alias ?? table.Name, null, table);
        BoundTable excluded = BoundTable.Of(new LogicalGet(table), "excluded").Shift(table.Columns.Length);
        Scope both = new([.. existing.Items, .. excluded.Items], [.. existing.Visible, .. excluded.Visible], null);
        ExpressionBinder binder = new(state, both, null, "ON CONFLICT DO UPDATE");
        ScalarExpression[] row = [.. existing.Visible.Select(c => c.Expression)];
        foreach ((int column, ScalarExpression value) in new AssignmentBinder(state, table, binder).Bind(conflict.Assignments))
        {
            row[column] = value;
        }

        ImmutableArray<ScalarExpression> update = ColumnExpressions.WithGenerated(state, table, [.. row]);
        ScalarExpression? condition = conflict.Where is null ? null : binder.BindCondition(conflict.Where, "WHERE");
        return SubqueryPlanting.HasSubqueries(condition is null ? update : [.. update, condition])
            ? throw BindError.NotSupported("a subquery in ON CONFLICT DO UPDATE", conflict.Position)
            : (ConflictBehavior.Overwrite, update, condition);
    }

    private static void CheckConflictTarget(OnConflictSyntax conflict, TableItem table)
    {
        if (conflict.Constraint is { } constraint)
        {
            if (constraint != table.PrimaryKeyName)
            {
                throw BindError.At(
                    SqlState.UndefinedObject, conflict.Position, $"constraint \"{constraint}\" for table \"{table.Name}\" does not exist");
            }

            return;
        }

        if (conflict.Target.IsEmpty)
        {
            if (!conflict.DoesNothing)
            {
                throw BindError.At(
                    SqlState.SyntaxError, conflict.Position, "ON CONFLICT DO UPDATE requires inference specification or constraint name",
                    "For example, ON CONFLICT (column_name).");
            }

            return;
        }

        HashSet<int> columns = [.. conflict.Target.Select(t => t is ColumnReferenceSyntax { Name.IsSimple: true } column
            ? InsertTarget.ColumnIndex(table, column.Name.Name, t.Position)
            : throw BindError.NotSupported("an expression in ON CONFLICT", t.Position))];
        if (table.PrimaryKey.IsEmpty || !columns.SetEquals(table.PrimaryKey))
        {
            throw BindError.At(
                SqlState.InvalidColumnReference, conflict.Position,
                "there is no unique or exclusion constraint matching the ON CONFLICT specification");
        }
    }
}
