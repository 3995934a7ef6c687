using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>A column that a name can mean: an expression over the row of its scope.</summary>
/// <remarks>Nearly always a plain column; the merged column of a FULL JOIN … USING is a COALESCE.</remarks>
internal sealed record ScopeColumn(string Name, ScalarExpression Expression)
{
    /// <summary>Relation and attribute it comes from unchanged; (0, 0) for others.</summary>
    public (uint RelationOid, short Attribute) Origin { get; init; }
}

/// <summary>A named thing in FROM.</summary>
/// <param name="Alias">Null for the result of a join without alias, which no name reaches.</param>
/// <param name="Schema">Schema and relation, when the relation may also be named with its schema (it has no alias).</param>
internal sealed record FromItem(string? Alias, string? Schema, ImmutableArray<ScopeColumn> Columns)
{
    /// <summary>Set when the columns are exactly those of that relation: for keys that determine the rest.</summary>
    public RelationItem? Relation { get; init; }

    /// <summary>A function with one column: the item's name alone means that column.</summary>
    public bool IsScalarFunction { get; init; }
}

/// <summary>A bound FROM clause, or part of it: the rows, the named items, and the columns that * and bare names see.</summary>
internal sealed record BoundTable(LogicalNode Node, ImmutableArray<FromItem> Items, ImmutableArray<ScopeColumn> Visible)
{
    /// <summary>No FROM: one row without columns.</summary>
    public static BoundTable Nothing { get; } = new(LogicalValues.OneEmptyRow, [], []);

    public int Width => Node.Columns.Length;

    /// <summary>The same names for rows that start at column <paramref name="offset"/>, or that an outer join may fill with NULLs.</summary>
    public BoundTable Map(Func<ScalarExpression, ScalarExpression> map) => this with
    {
        Items = [.. Items.Select(i => i with { Columns = MapColumns(i.Columns, map) })],
        Visible = MapColumns(Visible, map),
    };

    public BoundTable Shift(int offset) => offset == 0 ? this : Map(e => e.Shift(offset));

    public BoundTable AsNullable() => Map(e => e.Rewrite(c => c is ColumnExpression column ? column with { Nullable = true } : c));

    /// <summary>Names for rows of <paramref name="node"/>, one item with all its columns.</summary>
    public static BoundTable Of(LogicalNode node, string? alias, string? schema = null, RelationItem? relation = null)
    {
        ImmutableArray<ScopeColumn> columns = [.. node.Columns.Select((f, i) => new ScopeColumn(f.Name, new ColumnExpression(i, f.Type, f.IsNullable))
        {
            Origin = relation is null ? default : (relation.Oid, (short)(i + 1)),
        })];
        return new BoundTable(node, [new FromItem(alias, schema, columns) { Relation = relation }], columns);
    }

    private static ImmutableArray<ScopeColumn> MapColumns(ImmutableArray<ScopeColumn> columns, Func<ScalarExpression, ScalarExpression> map) =>
        [.. columns.Select(c => c with { Expression = map(c.Expression) })];
}

/// <summary>Names of common tables, innermost first.</summary>
/// <param name="Level">How many applies stood around the query when it was bound: outer columns are shifted by the difference.</param>
internal sealed record CommonTableScope(string Name, LogicalNode Node, int Level, CommonTableScope? Parent)
{
    public static CommonTableScope? Find(CommonTableScope? scope, string name)
    {
        for (; scope is not null; scope = scope.Parent)
        {
            if (scope.Name == name)
            {
                return scope;
            }
        }

        return null;
    }
}

/// <summary>What surrounds a query: the scopes it may refer to, each one apply further out, and the common tables.</summary>
internal sealed record QueryEnvironment(Scope? Outer, CommonTableScope? Tables)
{
    public static QueryEnvironment Empty { get; } = new(null, null);

    public int Level => Outer is null ? 0 : Outer.Level + 1;
}

/// <summary>The names of one row. <paramref name="Parent"/> is the row of the next apply outwards.</summary>
internal sealed record Scope(ImmutableArray<FromItem> Items, ImmutableArray<ScopeColumn> Visible, Scope? Parent)
{
    public int Level => Parent is null ? 0 : Parent.Level + 1;

    public static Scope Of(BoundTable table, Scope? parent) => new(table.Items, table.Visible, parent);

    public static Scope Empty { get; } = new([], [], null);

    /// <summary>The item called <paramref name="alias"/>; null when there is none.</summary>
    public FromItem? FindItem(string? schema, string alias) => Items.FirstOrDefault(i =>
        i.Alias == alias && (schema is null || i.Schema == schema));

    /// <summary>42712 when two items have one name.</summary>
    public static void CheckDuplicates(BoundTable left, BoundTable right, int position)
    {
        foreach (FromItem item in right.Items)
        {
            if (item.Alias is not null && left.Items.Any(i => i.Alias == item.Alias && (i.Schema is null || item.Schema is null || i.Schema == item.Schema)))
            {
                throw BindError.At(SqlState.DuplicateAlias, position, $"table name \"{item.Alias}\" specified more than once");
            }
        }
    }
}
