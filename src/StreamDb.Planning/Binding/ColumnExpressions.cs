using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>DEFAULT, generated and CHECK expressions of tables, from their text or their syntax.</summary>
internal static class ColumnExpressions
{
    public static ScalarExpression Default(BinderState state, ColumnDefinition column) => column.DefaultText is { } text
        ? state.WithFixedPath(() => Default(state, StoredText.Expression(text), column.Name, column.Type))
        : LiteralExpression.Null(column.Type);

    public static ScalarExpression Default(BinderState state, ExpressionSyntax syntax, string name, SqlType type)
    {
        ExpressionBinder binder = new(state, Scope.Empty, null, "DEFAULT expressions");
        ScalarExpression bound;
        try
        {
            bound = binder.Bind(syntax);
        }
        catch (SqlException e) when (e.State == SqlState.UndefinedColumn)
        {
            throw BindError.At(SqlState.FeatureNotSupported, syntax.Position, "cannot use column reference in DEFAULT expression");
        }

        RefuseSubquery(bound, "DEFAULT expression", syntax.Position);
        return Assignment.Convert(binder, bound, name, type, syntax.Position, isDefault: true);
    }

    public static ScalarExpression Generated(BinderState state, ImmutableArray<ColumnDefinition> columns, int column) =>
        state.WithFixedPath(() => Generated(state, StoredText.Expression(columns[column].GeneratedText!), columns, null, column));

    public static ScalarExpression Generated(
        BinderState state, ExpressionSyntax syntax, ImmutableArray<ColumnDefinition> columns, string? table, int column)
    {
        ExpressionBinder binder = new(state, ScopeOf(columns, table), null, "column generation expressions");
        ScalarExpression bound = binder.Bind(syntax);
        RefuseSubquery(bound, "column generation expression", syntax.Position);
        if (bound.Any(e => e is ColumnExpression c && columns[c.Index].GeneratedText is not null))
        {
            throw BindError.At(
                SqlState.InvalidObjectDefinition, syntax.Position, $"cannot use generated column in column generation expression",
                detail: "A generated column cannot reference another generated column.");
        }

        return Assignment.Convert(binder, bound, columns[column].Name, columns[column].Type, syntax.Position);
    }

    public static ScalarExpression Check(BinderState state, TableItem table, CheckConstraint check) => state.WithFixedPath(() =>
        Check(state, StoredText.Expression(check.ConditionText), table.Columns, table.Name));

    public static ScalarExpression Check(BinderState state, ExpressionSyntax syntax, ImmutableArray<ColumnDefinition> columns, string? table)
    {
        ScalarExpression bound = new ExpressionBinder(state, ScopeOf(columns, table), null, "check constraints").BindCondition(syntax, "CHECK");
        RefuseSubquery(bound, "check constraint", syntax.Position);
        return bound;
    }

    /// <summary>The table's row, with the generated columns computed from the others.</summary>
    public static ImmutableArray<ScalarExpression> WithGenerated(BinderState state, TableItem table, ImmutableArray<ScalarExpression> row) =>
    [
        .. row.Select((value, i) => table.Columns[i].GeneratedText is null
            ? value
            : Generated(state, table.Columns, i).RewriteDown(e => e is ColumnExpression c ? row[c.Index] : null)),
    ];

    private static Scope ScopeOf(ImmutableArray<ColumnDefinition> columns, string? table)
    {
        ImmutableArray<ScopeColumn> scope =
            [.. columns.Select((c, i) => new ScopeColumn(c.Name, new ColumnExpression(i, c.Type, c.IsNullable)))];
        return new Scope([new FromItem(table, null, scope)], scope, null);
    }

    private static void RefuseSubquery(ScalarExpression expression, string place, int position)
    {
        if (SubqueryPlanting.HasSubqueries([expression]))
        {
            throw BindError.At(SqlState.FeatureNotSupported, position, $"cannot use subquery in {place}");
        }
    }
}
