using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <content>Subqueries.</content>
internal sealed partial class ExpressionBinder
{
    private BoundQuery BindSubquery(QuerySyntax query) => new QueryBinder(state).Bind(query, new QueryEnvironment(scope, tables));

    private SubqueryExpression BindScalarSubquery(ScalarSubquerySyntax syntax)
    {
        LogicalNode plan = BindSubquery(syntax.Query).ToRelation();
        return plan.Columns.Length == 1
            ? new SubqueryExpression(SubqueryKind.Scalar, plan, [], null, plan.Columns[0].Type)
            : throw BindError.At(SqlState.SyntaxError, syntax.Position, "subquery must return only one column");
    }

    private SubqueryExpression BindExists(ExistsSyntax syntax) =>
        new(SubqueryKind.Exists, BindSubquery(syntax.Query).ToRelation(), [], null, SqlType.Boolean);

    private ScalarExpression BindInSubquery(InSubquerySyntax syntax)
    {
        ScalarExpression result = Compare(syntax.Operand, "=", isAny: true, syntax.Query, syntax.Position);
        return syntax.IsNegated ? new NotExpression(result) : result;
    }

    private SubqueryExpression BindQuantified(QuantifiedSubquerySyntax syntax) =>
        Compare(syntax.Left, syntax.Operator.Symbol, syntax.Quantifier == Quantifier.Any, syntax.Query, syntax.Position);

    private SubqueryExpression Compare(ExpressionSyntax left, string symbol, bool isAny, QuerySyntax query, int position)
    {
        ImmutableArray<ScalarExpression> operands = IsRow(left) ? Fields(left) : [Bind(left)];
        LogicalNode plan = BindSubquery(query).ToRelation();
        if (plan.Columns.Length != operands.Length)
        {
            throw BindError.At(
                SqlState.SyntaxError, position,
                plan.Columns.Length > operands.Length ? "subquery has too many columns" : "subquery has too few columns");
        }

        operands = [.. operands.Select((o, i) => o.Type.Kind == SqlTypeKind.Unknown
            ? Cast(o, plan.Columns[i].Type.WithoutModifier(), CastContext.Implicit, position)
            : o)];
        ScalarExpression[] lefts = [.. operands.Select((o, i) => new ColumnExpression(i, o.Type, o.IsNullable))];
        ScalarExpression[] rights = [.. plan.Columns.Select((c, i) => new ColumnExpression(operands.Length + i, c.Type, c.IsNullable))];
        ScalarExpression comparison = operands.Length == 1
            ? ToBoolean(Operator(symbol, position, lefts[0], rights[0]), "ANY/ALL", position)
            : CompareRows(symbol, lefts, rights, position);
        return new SubqueryExpression(isAny ? SubqueryKind.Any : SubqueryKind.All, plan, operands, comparison, SqlType.Boolean);
    }

    /// <summary>ARRAY(SELECT …): array_agg of the rows in their order, and an empty array over none.</summary>
    private CoalesceExpression BindCollectionSubquery(CollectionSubquerySyntax syntax)
    {
        if (syntax.Kind != CollectionKind.Array)
        {
            throw BindError.NotSupported($"{syntax.Kind.ToString().ToUpperInvariant()}(SELECT …)", syntax.Position);
        }

        BoundQuery query = BindSubquery(syntax.Query);
        if (query.Visible != 1)
        {
            throw BindError.At(SqlState.SyntaxError, syntax.Position, "subquery must return only one column");
        }

        LogicalNode rows = query.Limited();
        ScalarExpression Column(int i) => new ColumnExpression(i, rows.Columns[i].Type, rows.Columns[i].IsNullable);
        AggregateOrder[] order = [.. query.OrderBy.Select(k => new AggregateOrder(Column(k.Column), k.Descending, k.NullsFirst))];
        AggregateCall call = AggregateRegistry.Resolve("array_agg", [Column(0)], false, order, null, null, syntax.Position);
        LogicalNode plan = new LogicalAggregate(rows, [], [call], ["array"]);
        SubqueryExpression value = new(SubqueryKind.Scalar, plan, [], null, call.Type);
        return new CoalesceExpression([value, EmptyArray(call.Type, syntax.Position)], call.Type);
    }
}
