using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Binds statements: names to catalog items, expressions to typed ones, views to their queries.</summary>
/// <remarks>Stateless and safe to call from any thread.</remarks>
public static class StatementBinder
{
    /// <summary>The plan of a statement that needs the catalog.</summary>
    /// <param name="parameterTypes">Types of $1, $2, …, declared or inferred; as many as the statement uses (or declares).</param>
    /// <exception cref="SqlException">42P01, 42703 and the like, with a 1-based position in the statement's text.</exception>
    public static StatementPlan Bind(StatementSyntax statement, BindingContext context, out IReadOnlyList<SqlType> parameterTypes)
    {
        BinderState state = new(context);
        try
        {
            StatementPlan plan = Bind(statement, state);
            if (state.HasParameters)
            {
                plan = PlanRewriting.Rewrite(plan, state.Settle);
            }

            parameterTypes = state.ParameterTypes;
            return plan;
        }
        catch (InsufficientExecutionStackException)
        {
            throw new SqlException(SqlState.StatementTooComplex, "statement is nested too deeply");
        }
    }

    /// <summary>The query of a materialized view from its stored text, with the view's column names.</summary>
    /// <exception cref="SqlException">The text means nothing any more, or something of other types.</exception>
    public static QueryPlan BindStored(Catalog.MaterializedViewItem view, BindingContext context)
    {
        BinderState state = new(context);
        LogicalNode node = state.WithFixedPath(() =>
            new QueryBinder(state).Bind(StoredText.Query(view.QueryText), QueryEnvironment.Empty).ToRelation());
        bool isSame = node.Columns.Length == view.Columns.Length
            && node.Columns.Select((c, i) => c.Type == view.Columns[i].Type && c.IsNullable == view.Columns[i].IsNullable).All(same => same);
        return isSame
            ? new BoundQuery(QueryBinder.Rename(node, [.. view.Columns.Select(c => c.Name)]), node.Columns.Length, [], RowLimits.None).ToPlan()
            : throw new SqlException(SqlState.DatatypeMismatch, $"the query of materialized view \"{view.Name}\" no longer has the view's columns");
    }

    /// <summary>The expression of a column's DEFAULT, cast to the column's type; NULL when it has none.</summary>
    public static ScalarExpression BindDefault(Catalog.ColumnDefinition column, BindingContext context) =>
        ColumnExpressions.Default(new BinderState(context), column);

    /// <summary>The expression of a generated column over the table's row.</summary>
    public static ScalarExpression BindGenerated(Catalog.RelationItem relation, int column, BindingContext context) =>
        ColumnExpressions.Generated(new BinderState(context), relation.Columns, column);

    /// <summary>The condition of a CHECK constraint over the table's row: a row is refused (23514) when it is false.</summary>
    public static ScalarExpression BindCheck(Catalog.TableItem table, Catalog.CheckConstraint check, BindingContext context) =>
        ColumnExpressions.Check(new BinderState(context), table, check);

    /// <summary>Target of an INSERT whose values are filled in without a tree per value: column order, types, defaults.</summary>
    /// <param name="columns">The column list as written; empty for all columns.</param>
    public static InsertTarget BindTarget(QualifiedNameSyntax table, IReadOnlyList<string> columns, BindingContext context) =>
        InsertTarget.Bind(new BinderState(context), table, columns, table.Position);

    internal static StatementPlan Bind(StatementSyntax statement, BinderState state) => statement switch
    {
        QueryStatementSyntax query => new QueryBinder(state).Bind(query.Query, QueryEnvironment.Empty).ToPlan(),
        InsertSyntax insert => new InsertBinder(state).Bind(insert),
        UpdateSyntax update => new ChangeBinder(state).Bind(update),
        DeleteSyntax delete => new ChangeBinder(state).Bind(delete),
        TruncateSyntax truncate => new ChangeBinder(state).Bind(truncate),
        CopySyntax copy => new CopyBinder(state).Bind(copy),
        CreateTableSyntax create => new TableBinder(state).Bind(create),
        CreateSourceSyntax create => new TableBinder(state).Bind(create),
        CreateViewSyntax create => new ViewBinder(state).Bind(create),
        CreateMaterializedViewSyntax create => new ViewBinder(state).Bind(create),
        CreateIndexSyntax create => new IndexBinder(state).Bind(create),
        CreateSchemaSyntax create => SchemaBinder.Bind(create, state),
        DropSyntax drop => new DropBinder(state).Bind(drop),
        AlterSyntax alter => new AlterBinder(state).Bind(alter),
        CommentSyntax comment => new AlterBinder(state).Bind(comment),
        ExplainSyntax explain => ExplainBinder.Bind(explain, state),
        OtherStatementSyntax other => throw BindError.NotSupported(other.Command, other.Position),
        _ => throw BindError.NotSupported(StatementNames.Of(statement), statement.Position),
    };
}
