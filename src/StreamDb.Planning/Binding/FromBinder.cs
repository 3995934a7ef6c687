using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;
using JoinKind = StreamDb.Planning.Logical.JoinKind;

namespace StreamDb.Planning.Binding;

/// <summary>Binds FROM: relations, joins, derived tables, functions.</summary>
internal sealed partial class FromBinder(BinderState state, QueryBinder queries, CommonTableScope? tables)
{
    /// <summary>The comma-separated list; later LATERAL items and functions see earlier ones.</summary>
    public BoundTable Bind(SyntaxList<TableExpressionSyntax> from, Scope? outer)
    {
        BoundTable result = BoundTable.Nothing;
        foreach (TableExpressionSyntax item in from)
        {
            BoundTable? left = ReferenceEquals(result, BoundTable.Nothing) ? null : result;
            result = left is null ? Bind(item, outer, null) : Cross(left, item, outer);
        }

        return result;
    }

    /// <summary>One item. <paramref name="lateral"/> are the names to its left, one apply out; null when there are none.</summary>
    private BoundTable Bind(TableExpressionSyntax syntax, Scope? outer, Scope? lateral)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return syntax switch
        {
            TableReferenceSyntax reference => BindReference(reference, lateral ?? outer),
            DerivedTableSyntax derived => BindDerived(derived, derived.IsLateral ? lateral ?? outer : outer),
            TableFunctionSyntax function => BindFunction(function, lateral ?? outer),
            RowsFromSyntax rows => BindRowsFrom(rows, lateral ?? outer),
            JoinSyntax join => BindJoin(join, lateral ?? outer),
            _ => throw BindError.NotSupported("this FROM item", syntax.Position),
        };
    }

    private BoundTable Cross(BoundTable left, TableExpressionSyntax item, Scope? outer)
    {
        BoundTable right = BindRight(item, left, outer, out bool isDependent);
        Scope.CheckDuplicates(left, right, item.Position);
        return Combine(JoinKind.Inner, left, right, isDependent, LiteralExpression.True);
    }

    /// <summary>The right side of a join. When it turns out not to depend on the left one it is taken out of the apply again.</summary>
    private BoundTable BindRight(TableExpressionSyntax syntax, BoundTable left, Scope? outer, out bool isDependent)
    {
        isDependent = false;
        if (!MayBeLateral(syntax))
        {
            return Bind(syntax, outer, null);
        }

        BoundTable right = Bind(syntax, outer, Scope.Of(left, outer));
        isDependent = right.Node.RefersTo(1);
        return isDependent ? right : right with { Node = right.Node.ShiftOuter(-1) };
    }

    private static bool MayBeLateral(TableExpressionSyntax syntax) => syntax switch
    {
        DerivedTableSyntax derived => derived.IsLateral,
        TableFunctionSyntax or RowsFromSyntax => true,
        JoinSyntax join => MayBeLateral(join.Left) || MayBeLateral(join.Right),
        _ => false,
    };

    /// <summary>Both sides' names over (left columns, right columns).</summary>
    private static BoundTable Combine(JoinKind kind, BoundTable left, BoundTable right, bool isDependent, ScalarExpression condition)
    {
        BoundTable shifted = right.Shift(left.Width);
        if (kind is JoinKind.Left or JoinKind.Full)
        {
            shifted = shifted.AsNullable();
        }

        if (kind is JoinKind.Right or JoinKind.Full)
        {
            left = left with { Items = left.AsNullable().Items, Visible = left.AsNullable().Visible };
        }

        LogicalNode node = isDependent
            ? Apply(kind, left.Node, right.Node, condition)
            : new LogicalJoin(kind, left.Node, right.Node, condition);
        return new BoundTable(node, [.. left.Items, .. shifted.Items], [.. left.Visible, .. shifted.Visible]);
    }

    /// <summary>A dependent join; a function of the left row alone needs none: it is called for each left row.</summary>
    private static LogicalNode Apply(JoinKind kind, LogicalNode left, LogicalNode right, ScalarExpression condition)
    {
        if (kind == JoinKind.Inner && right is LogicalTableFunction { Input: LogicalValues { Rows.Length: 1, Fields.Length: 0 } } function)
        {
            ImmutableArray<ScalarExpression> arguments = [.. function.Arguments.Select(a => a.Rewrite(e => e switch
            {
                OuterColumnExpression { Depth: 1 } o => new ColumnExpression(o.Index, o.Type, o.Nullable),
                OuterColumnExpression o => o with { Depth = o.Depth - 1 },
                _ => e,
            }))];
            LogicalNode called = new LogicalTableFunction(left, function.Function, arguments, function.FunctionColumns, function.WithOrdinality);
            return condition == LiteralExpression.True ? called : new LogicalFilter(called, condition);
        }

        return new LogicalApply(kind, left, right, condition);
    }

    private BoundTable BindReference(TableReferenceSyntax reference, Scope? outer)
    {
        if (reference.SystemTime is not null)
        {
            throw BindError.NotSupported("FOR SYSTEM_TIME AS OF", reference.SystemTime.Position);
        }

        if (reference.Name.IsSimple && CommonTableScope.Find(tables, reference.Name.Name) is { } common)
        {
            state.CheckSize(common.Node);
            int level = outer is null ? 0 : outer.Level + 1;
            return Aliased(common.Node.ShiftOuter(level - common.Level), reference.Alias, common.Name, null, null, reference.Position);
        }

        RelationItem relation = state.Relations.Relation(reference.Name, reference.Position);
        if (!state.IsInView)
        {
            state.ResolvedNames[reference] = relation;
        }

        state.AddDependency(relation.Oid);
        LogicalNode node = relation is ViewItem view ? ExpandView(view) : new LogicalGet(relation);
        string? schema = state.Context.Catalog.Find(relation.SchemaOid)?.Name;
        return Aliased(node, reference.Alias, relation.Name, schema, relation, reference.Position);
    }

    /// <summary>The query of a view, with the view's column names.</summary>
    private LogicalNode ExpandView(ViewItem view)
    {
        LogicalNode node = state.WithFixedPath(() =>
            new QueryBinder(state).Bind(StoredText.Query(view.QueryText), QueryEnvironment.Empty).ToRelation());
        state.CheckSize(node);
        return Rename(node, view);
    }

    private static LogicalNode Rename(LogicalNode node, ViewItem view) => QueryBinder.Rename(node, [.. view.Columns.Select(c => c.Name)]);

    private BoundTable BindDerived(DerivedTableSyntax derived, Scope? outer)
    {
        LogicalNode node = queries.Bind(derived.Query, new QueryEnvironment(outer, tables)).ToRelation();
        return Aliased(node, derived.Alias, null, null, null, derived.Position);
    }

    /// <summary>Applies <c>AS name (columns)</c>; 42P10 for too many columns.</summary>
    private static BoundTable Aliased(
        LogicalNode node, TableAliasSyntax? alias, string? name, string? schema, RelationItem? relation, int position)
    {
        BoundTable table = BoundTable.Of(node, alias?.Name ?? name, alias?.Name is null ? schema : null, relation);
        return alias is null || alias.Columns.IsEmpty ? table : WithColumnNames(table, alias.Columns, position);
    }

    private static BoundTable WithColumnNames(BoundTable table, SyntaxList<string> names, int position)
    {
        if (names.Count > table.Visible.Length)
        {
            throw BindError.At(
                SqlState.InvalidColumnReference, position,
                $"table \"{table.Items.FirstOrDefault()?.Alias}\" has {table.Visible.Length} columns available but {names.Count} columns specified");
        }

        ImmutableArray<ScopeColumn> columns = [.. table.Visible.Select((c, i) => i < names.Count ? c with { Name = names[i] } : c)];
        return table with { Items = [table.Items[0] with { Columns = columns }], Visible = columns };
    }
}
