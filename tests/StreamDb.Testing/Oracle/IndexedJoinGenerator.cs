using System.Collections.Immutable;

namespace StreamDb.Testing.Oracle;

/// <summary>Inner joins of three and four tables along columns that all have an index: views over them are planned as delta joins.</summary>
/// <remarks>One table may stand twice. Equalities form a tree, at times with one more, which closes a circle.</remarks>
internal sealed class IndexedJoinGenerator(Dice dice, QueryContext context)
{
    private readonly List<(string Alias, OracleRelation Table)> _items = [];

    /// <summary>Tables and columns that the join asks by.</summary>
    public List<(string Table, string Column)> Indexed { get; } = [];

    /// <summary>A query; null where the tables have nothing to join them by.</summary>
    /// <param name="tables">At least one.</param>
    public GeneratedQuery? Generate(IReadOnlyList<OracleRelation> tables)
    {
        Take(dice.Pick(tables));
        string from = $"{_items[0].Table.Name} AS {_items[0].Alias}";
        int count = dice.Weighted(75, 25) + 3;
        for (int i = 1; i < count; i++)
        {
            List<OracleRelation> others = [.. tables.Where(table => _items.Count(item => item.Table == table) < 2)];
            if (others.Count == 0)
            {
                return null;
            }

            OracleRelation table = dice.Pick(others);
            if (Equality(table, $"x{i + 1}") is not { } condition)
            {
                return null;
            }

            string circle = dice.Chance(12) && Equality(table, $"x{i + 1}") is { } another ? $" AND {another}" : "";
            Take(table);
            from += $" JOIN {table.Name} AS {_items[^1].Alias} ON {condition}{circle}";
        }

        List<ScopeColumn> all = [.. _items.SelectMany(item => item.Table.Columns.Select(column => new ScopeColumn($"{item.Alias}.{column.Name}", column.Type)))];
        var columns = ImmutableArray.CreateBuilder<OracleColumn>();
        var shown = new List<string>();
        for (int i = dice.Between(1, 4); i > 0; i--)
        {
            ScopeColumn column = dice.Pick(all);
            columns.Add(new OracleColumn($"c{columns.Count}", column.Type));
            shown.Add($"{column.Sql} AS c{shown.Count}");
        }

        string where = dice.Chance(50) ? $" WHERE {new ExpressionGenerator(context).Predicate(new Scope(all, 0), 1)}" : "";
        return new GeneratedQuery($"SELECT {string.Join(", ", shown)} FROM {from}{where}", columns.ToImmutable(), FromGenerator.RowsMax);
    }

    private void Take(OracleRelation table)
    {
        context.Used.Add(table.Name);
        _items.Add(($"x{_items.Count + 1}", table));
    }

    /// <summary>A column of a table that is there already equals one of the next.</summary>
    private string? Equality(OracleRelation next, string alias)
    {
        var pairs = (from item in _items
                     from known in item.Table.Columns
                     from column in next.Columns
                     where known.Type == column.Type && known.Type is not (ValueType.Loose or ValueType.Bool)
                     select (item, known, column)).ToList();
        if (pairs.Count == 0)
        {
            return null;
        }

        var pair = dice.Pick(pairs);
        Indexed.Add((pair.item.Table.Name, pair.known.Name));
        Indexed.Add((next.Name, pair.column.Name));
        return $"{pair.item.Alias}.{pair.known.Name} = {alias}.{pair.column.Name}";
    }
}
