using System.Collections.Immutable;

namespace StreamDb.Testing.Oracle;

/// <summary>Groups of which only extremes and the like are asked, and distinct rows, over joins: what may be grouped below the join.</summary>
/// <remarks>
/// Mostly made so that it may: relations are joined by columns that are not their keys, by two at times; extremes are asked of one
/// relation or of all; groups are of columns of the joins and of the other relations; no condition thins out the others. For the
/// rest at random. At times one call counts rows, so that nothing may be grouped.
/// </remarks>
internal sealed class GroupedJoinGenerator
{
    private readonly QueryContext _context;
    private readonly ExpressionGenerator _expressions;
    private readonly Dice _dice;
    private readonly bool _isAimed;
    private readonly List<List<ScopeColumn>> _items = [];
    private readonly List<ScopeColumn> _joined = [];

    public GroupedJoinGenerator(QueryContext context, ExpressionGenerator expressions)
    {
        (_context, _expressions, _dice) = (context, expressions, context.Dice);
        _isAimed = _dice.Chance(80);
    }

    /// <summary>A query; null where the relations at hand have nothing to join them by.</summary>
    public GeneratedQuery? Generate()
    {
        if (From() is not { } from)
        {
            return null;
        }

        (List<ScopeColumn> asked, List<ScopeColumn> grouped) = Roles();
        List<string> conditions = [];
        if ((_items.Count == 1 || _dice.Chance(10)) && Partner(_dice.Pick(_joined)) is { } partner)
        {
            conditions.Add($"{_dice.Pick("", "", "NOT ")}EXISTS ({partner})");
        }

        if (_dice.Chance(_isAimed ? 10 : 30))
        {
            conditions.Add(_expressions.Predicate(new Scope([_dice.Pick(asked)], 0), 1));
        }

        bool isDistinct = _dice.Chance(22);
        List<(string Sql, ValueType Type)> items = [];
        for (int i = isDistinct ? _dice.Between(1, 3) : _dice.Weighted(20, 40, 40); i > 0; i--)
        {
            ScopeColumn key = _dice.Chance(35) ? _dice.Pick(_joined) : _dice.Pick(isDistinct ? asked : grouped);
            items.Add((key.Sql, key.Type));
        }

        if (_dice.Chance(isDistinct ? 70 : 15))
        {
            // All of the joins' columns: what is above the join may then go.
            items.AddRange(_joined.Take(4).Select(c => (c.Sql, c.Type)));
        }

        string keys = string.Join(", ", items.Select(i => i.Sql).Distinct());
        for (int i = isDistinct ? 0 : _dice.Between(1, 3); i > 0; i--)
        {
            items.Add(Call(asked, grouped));
        }

        if (!isDistinct && _dice.Chance(15))
        {
            items.Add((_dice.Pick("count(*)", $"count({_dice.Pick(_joined).Sql})", $"count({_dice.Pick(grouped).Sql})"), ValueType.Int8));
        }

        string where = conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions.Select(c => $"({c})"))}";
        string group = isDistinct || keys.Length == 0 ? "" : $" GROUP BY {keys}";
        var columns = items.Select((item, i) => new OracleColumn(ValueTypes.ColumnName(item.Type, i), item.Type)).ToImmutableArray();
        string list = string.Join(", ", items.Select((item, i) => $"{item.Sql} AS {columns[i].Name}"));
        return new GeneratedQuery($"SELECT {(isDistinct ? "DISTINCT " : "")}{list} FROM {from}{where}{group}", columns, keys.Length == 0 ? 1 : 100);
    }

    private string? From()
    {
        string? from = null;
        int rows = 1;
        for (int i = _dice.Weighted(8, 77, 15) + 1; i > 0; i--)
        {
            int rowsMax = _dice.Chance(80) ? DmlGenerator.TableRowsMax : 100;
            bool isTable = _isAimed && _dice.Chance(80);
            if (_context.PickRelation(r => r.RowsMax <= rowsMax && (r.IsTable || !isTable)) is not { } relation
                || rows * relation.RowsMax / 4 > FromGenerator.RowsMax)
            {
                break;
            }

            string alias = _context.FreshName("x");
            List<ScopeColumn> added = Columns(relation, alias);
            string item = $"{relation.Name} AS {alias}";
            if (from is null)
            {
                from = item;
                rows = relation.RowsMax;
            }
            else if (Equalities([.. _items.SelectMany(columns => columns)], relation, added) is { } on)
            {
                from += $" {_dice.Pick("JOIN", "JOIN", "JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN")} {item} ON {on}";
                rows = (rows * relation.RowsMax / 4) + rows + relation.RowsMax;
            }
            else
            {
                continue;
            }

            if (added.Count > 0)
            {
                _items.Add(added);
            }
        }

        if (_joined.Count == 0 && _items.Count > 0)
        {
            // A relation alone, which EXISTS may join.
            _joined.Add(_dice.Pick(_items[0]));
        }

        return _joined.Count > 0 ? from : null;
    }

    /// <summary>One equality of columns or two, seldom with a condition on one side.</summary>
    private string? Equalities(List<ScopeColumn> known, OracleRelation relation, List<ScopeColumn> added)
    {
        string? on = null;
        for (int i = _dice.Weighted(65, 35) + 1; i > 0; i--)
        {
            List<(ScopeColumn Left, ScopeColumn Right)> pairs =
            [
                .. from left in known
                   from right in added
                   where left.Type == right.Type && left.Type != ValueType.Bool && !(_joined.Contains(left) && _joined.Contains(right))
                   select (left, right),
            ];
            List<(ScopeColumn Left, ScopeColumn Right)> aimed =
                [.. pairs.Where(p => p.Left.Type is not (ValueType.Numeric or ValueType.Float8) && !(relation.Key is [var key] && added.IndexOf(p.Right) == key))];
            pairs = aimed.Count > 0 && _isAimed && _dice.Chance(80) ? aimed : pairs;
            if (pairs.Count == 0)
            {
                break;
            }

            (ScopeColumn l, ScopeColumn r) = _dice.Pick(pairs);
            on = on is null ? $"{l.Sql} = {r.Sql}" : $"{on} AND {l.Sql} = {r.Sql}";
            _joined.AddRange([l, r]);
        }

        return on is not null && _dice.Chance(_isAimed ? 4 : 12)
            ? $"{on} AND {_expressions.Predicate(new Scope([_dice.Pick(_dice.Chance(50) ? known : added)], 0), 0)}"
            : on;
    }

    /// <summary>A subquery of rows that equal the column; null where nothing is of its type.</summary>
    private string? Partner(ScopeColumn column)
    {
        string alias = _context.FreshName("y");
        return _context.PickRelation(r => r.IsTable && r.Columns.Any(c => c.Type == column.Type)) is { } relation
            ? $"SELECT 1 FROM {relation.Name} AS {alias} WHERE {_dice.Pick(Columns(relation, alias).FindAll(c => c.Type == column.Type)).Sql} = {column.Sql}"
            : null;
    }

    /// <summary>Of what extremes are asked, and by what rows are grouped, the columns of joins apart.</summary>
    private (List<ScopeColumn> Asked, List<ScopeColumn> Grouped) Roles()
    {
        List<ScopeColumn> all = [.. _items.SelectMany(columns => columns)];
        if (!_isAimed)
        {
            return (all, all);
        }

        if (_items.Count > 1 && _dice.Chance(60))
        {
            List<ScopeColumn> side = _dice.Pick(_items);
            return (side, [.. all.Except(side)]);
        }

        return (all, _joined);
    }

    private static List<ScopeColumn> Columns(OracleRelation relation, string alias) =>
        [.. relation.Columns.Where(c => c.Type != ValueType.Loose).Select(c => new ScopeColumn($"{alias}.{c.Name}", c.Type))];

    private (string Sql, ValueType Type) Call(List<ScopeColumn> asked, List<ScopeColumn> grouped)
    {
        // Mostly of what only the rows below the join tell.
        List<ScopeColumn> others = [.. asked.Except(_joined)];
        ScopeColumn column = _dice.Pick(others.Count > 0 && _dice.Chance(80) ? others : asked);
        ValueType type = column.Type;
        List<ScopeColumn> item = _items.Find(columns => columns.Contains(column))!;
        ScopeColumn filtered = _dice.Pick(_isAimed ? _dice.Chance(75) ? item : grouped : asked);
        string filter = _dice.Chance(40) ? $" FILTER (WHERE {_expressions.Predicate(new Scope([filtered], 0), 0)})" : "";

        // A bare text literal would have no type for a polymorphic aggregate.
        string argument = _dice.Chance(80) || type == ValueType.Text
            ? column.Sql
            : _expressions.Of(type, new Scope(_dice.Chance(70) ? [column] : asked, 0), 1);
        return _dice.Weighted(_isAimed ? 160 : 80, 10, 5, 5) switch
        {
            1 => ($"count(DISTINCT {argument}){filter}", ValueType.Int8),
            2 => ($"{_dice.Pick("count(*)", $"count({column.Sql})")}{filter}", ValueType.Int8),
            3 when type is ValueType.Numeric or ValueType.Float8 => ($"sum({column.Sql}){filter}", type),
            _ when type == ValueType.Bool => ($"{_dice.Pick("bool_and", "bool_or", "every")}({argument}){filter}", type),
            _ when type == ValueType.Int4 && _dice.Chance(25) => ($"{_dice.Pick("bit_and", "bit_or", "bit_xor")}({argument}){filter}", type),
            _ => ($"{_dice.Pick("min", "max")}({_dice.Pick("", "", "", "DISTINCT ")}{argument}){filter}", type),
        };
    }
}
