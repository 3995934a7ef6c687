using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;
using JoinKind = StreamDb.Planning.Logical.JoinKind;

namespace StreamDb.Planning.Binding;

/// <summary>UPDATE, DELETE, TRUNCATE.</summary>
internal sealed class ChangeBinder(BinderState state)
{
    public UpdatePlan Bind(UpdateSyntax update)
    {
        TableItem table = state.Relations.WritableTable(update.Target, update.Target.Position, "update");
        QueryBinder queries = new(state);
        CommonTableScope? tables = update.With is null ? null : queries.BindCommonTables(update.With);
        BoundTable rows = Target(table, update.Alias);
        if (!update.From.IsEmpty)
        {
            rows = WithOthers(rows, update.From, queries, tables, update.Position);
        }

        Scope scope = Scope.Of(rows, null);
        LogicalNode node = Filtered(rows.Node, update.Where, scope, tables);
        ExpressionBinder binder = new(state, scope, tables, "UPDATE");
        AssignmentBinder assignments = new(state, table, binder)
        {
            Node = node,
            BindRowSubquery = query => queries.Bind(query, new QueryEnvironment(scope, tables)).ToRelation(),
        };
        ScalarExpression[] old = [.. rows.Items[0].Columns.Select(c => c.Expression)];
        ScalarExpression[] changed = [.. old];
        foreach ((int column, ScalarExpression value) in assignments.Bind(update.Assignments))
        {
            changed[column] = value;
        }

        ImmutableArray<ScalarExpression> generated = ColumnExpressions.WithGenerated(state, table, [.. changed]);

        node = assignments.Node;
        ImmutableArray<ScalarExpression> next = [.. generated.Select(e => SubqueryPlanting.Plant(ref node, e))];
        ImmutableArray<string> names = [.. table.Columns.Select(c => c.Name), .. table.Columns.Select(c => c.Name)];
        node = new LogicalProject(node, [.. old, .. next], names);
        if (!update.From.IsEmpty)
        {
            // A row that matches several rows of FROM is changed once.
            bool isKeyed = !table.PrimaryKey.IsEmpty;
            node = new LogicalTopN(node, isKeyed ? table.PrimaryKey : [.. Enumerable.Range(0, table.Columns.Length)], [], 1, 0);
            if (!isKeyed)
            {
                node = ForEachCopy(table, node, [.. old.Select((column, i) => next[i].Equals(column))], names);
            }
        }

        return new UpdatePlan(table, node, Returning.Bind(state, update.Returning, table, update.Alias));
    }

    public DeletePlan Bind(DeleteSyntax delete)
    {
        TableItem table = state.Relations.WritableTable(delete.Target, delete.Target.Position, "delete from");
        QueryBinder queries = new(state);
        CommonTableScope? tables = delete.With is null ? null : queries.BindCommonTables(delete.With);
        BoundTable rows = Target(table, delete.Alias);
        LogicalNode node = delete.Using.IsEmpty
            ? Filtered(rows.Node, delete.Where, Scope.Of(rows, null), tables)
            : Matching(rows, delete, queries, tables);
        return new DeletePlan(table, node, Returning.Bind(state, delete.Returning, table, delete.Alias));
    }

    public TruncatePlan Bind(TruncateSyntax truncate) => new(
    [
        .. truncate.Relations.Select(name => state.Relations.Relation(name, name.Position) as TableItem
            ?? throw BindError.At(SqlState.WrongObjectType, name.Position, $"\"{name.Name}\" is not a table")),
    ]);

    private static BoundTable Target(TableItem table, string? alias) => BoundTable.Of(new LogicalGet(table), alias ?? table.Name, null, table);

    /// <summary>
    /// A table without key may hold a row several times, and each copy is changed: the one change chosen for the row is
    /// put beside every copy. Columns that are <paramref name="kept"/> come from the copy, which may be equal and yet
    /// written differently (1.0 and 1.00).
    /// </summary>
    private static LogicalProject ForEachCopy(TableItem table, LogicalNode changes, ImmutableArray<bool> kept, ImmutableArray<string> names)
    {
        int width = table.Columns.Length;
        ScalarExpression[] copy = [.. Enumerable.Range(0, width).Select(i => Column(i, i))];
        LogicalNode joined = new LogicalJoin(
            JoinKind.Inner,
            new LogicalGet(table),
            changes,
            LogicalExpression.And([.. copy.Select((c, i) => new DistinctFromExpression(c, Column(width + i, i), IsNegated: true))]));
        return new LogicalProject(
            joined, [.. copy, .. Enumerable.Range(0, width).Select(i => kept[i] ? copy[i] : Column((2 * width) + i, i))], names);

        ScalarExpression Column(int index, int column) =>
            new ColumnExpression(index, table.Columns[column].Type, table.Columns[column].IsNullable);
    }

    private LogicalNode Filtered(LogicalNode node, ExpressionSyntax? where, Scope scope, CommonTableScope? tables) => where is null
        ? node
        : SubqueryPlanting.Filter(node, new ExpressionBinder(state, scope, tables, "WHERE").BindCondition(where, "WHERE"));

    /// <summary>The target's rows, each beside every row of FROM.</summary>
    private BoundTable WithOthers(
        BoundTable rows, SyntaxList<TableExpressionSyntax> from, QueryBinder queries, CommonTableScope? tables, int position)
    {
        BoundTable others = new FromBinder(state, queries, tables).Bind(from, null);
        Scope.CheckDuplicates(rows, others, position);
        BoundTable shifted = others.Shift(rows.Width);
        return new BoundTable(
            new LogicalJoin(JoinKind.Inner, rows.Node, others.Node, LiteralExpression.True),
            [.. rows.Items, .. shifted.Items], [.. rows.Visible, .. shifted.Visible]);
    }

    /// <summary>DELETE … USING: the rows for which the others have a match, as often as they are in the table.</summary>
    private LogicalNode Matching(BoundTable rows, DeleteSyntax delete, QueryBinder queries, CommonTableScope? tables)
    {
        BoundTable both = WithOthers(rows, delete.Using, queries, tables, delete.Position);
        LogicalNode others = ((LogicalJoin)both.Node).Right;
        if (delete.Where is null)
        {
            return new LogicalJoin(JoinKind.Semi, rows.Node, others, LiteralExpression.True);
        }

        ScalarExpression condition = new ExpressionBinder(state, Scope.Of(both, null), tables, "WHERE").BindCondition(delete.Where, "WHERE");
        if (!SubqueryPlanting.HasSubqueries([condition]))
        {
            return new LogicalJoin(JoinKind.Semi, rows.Node, others, condition);
        }

        LogicalNode filtered = SubqueryPlanting.Filter(others, FromBinder.RebaseForRight(condition, rows.Width));
        return new LogicalApply(JoinKind.Semi, rows.Node, filtered, LiteralExpression.True);
    }
}
