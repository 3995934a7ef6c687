using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>RETURNING.</summary>
internal static class Returning
{
    public static ReturningClause? Bind(BinderState state, SyntaxList<SelectItemSyntax> items, TableItem table, string? alias)
    {
        if (items.IsEmpty)
        {
            return null;
        }

        Scope scope = Scope.Of(BoundTable.Of(new LogicalGet(table), alias ?? table.Name, null, table), null);
        ExpressionBinder binder = new(state, scope, null, "RETURNING");
        List<(ScalarExpression Expression, string Name)> columns = [];
        foreach (SelectItemSyntax item in items)
        {
            switch (item.Expression)
            {
                case WildcardSyntax wildcard:
                    columns.AddRange(Wildcards.Expand(scope, wildcard).Select(c => (c.Expression, c.Name)));
                    break;
                case FieldWildcardSyntax wildcard:
                    columns.AddRange(binder.Expand(wildcard));
                    break;
                default:
                    ScalarExpression bound = binder.Bind(item.Expression);
                    if (bound.Type.Kind == SqlTypeKind.Unknown)
                    {
                        bound = binder.Cast(bound, SqlType.Text, CastContext.Implicit, item.Expression.Position);
                    }

                    columns.Add((bound, item.Alias ?? OutputNames.Of(item.Expression)));
                    break;
            }
        }

        return SubqueryPlanting.HasSubqueries(columns.Select(c => c.Expression))
            ? throw BindError.NotSupported("a subquery in RETURNING", items[0].Expression.Position)
            : new ReturningClause([.. columns.Select(c => c.Expression)], [.. columns.Select(c => new Field(c.Name, c.Expression.Type, c.Expression.IsNullable))]);
    }
}
