using System.Collections.Immutable;

namespace StreamDb.Testing.Oracle;

/// <summary>Groups of which only extremes and the like are asked, and distinct rows, over joins by equalities: what may be grouped below the join.</summary>
/// <remarks>Groups often hold the column of a join. At times one call counts rows, so that nothing may be grouped.</remarks>
internal sealed class GroupedJoinGenerator(QueryContext context, ExpressionGenerator expressions)
{
    private readonly Dice _dice = context.Dice;
    private readonly List<ScopeColumn> _columns = [];
    private readonly List<ScopeColumn> _joined = [];

    /// <summary>A query; null where the relations at hand have nothing to join them by.</summary>
    public GeneratedQuery? Generate()
    {
        if (From() is not { } from)
        {
            return null;
        }

        var scope = new Scope(_columns, 0);
        bool isDistinct = _dice.Chance(25);
        List<(string Sql, ValueType Type)> items = [];
        for (int i = isDistinct ? _dice.Between(1, 3) : _dice.Weighted(25, 40, 35); i > 0; i--)
        {
            ScopeColumn key = _dice.Chance(45) ? _dice.Pick(_joined) : _dice.Pick(_columns);
            items.Add((key.Sql, key.Type));
        }

        string keys = string.Join(", ", items.Select(i => i.Sql).Distinct());
        for (int i = isDistinct ? 0 : _dice.Between(1, 3); i > 0; i--)
        {
            items.Add(Call(scope));
        }

        string where = _dice.Chance(30) ? $" WHERE {expressions.Predicate(_dice.Chance(70) ? scope with { Columns = [_dice.Pick(_columns)] } : scope, 1)}" : "";
        string group = isDistinct || keys.Length == 0 ? "" : $" GROUP BY {keys}";
        var columns = items.Select((item, i) => new OracleColumn(ValueTypes.ColumnName(item.Type, i), item.Type)).ToImmutableArray();
        string list = string.Join(", ", items.Select((item, i) => $"{item.Sql} AS {columns[i].Name}"));
        return new GeneratedQuery($"SELECT {(isDistinct ? "DISTINCT " : "")}{list} FROM {from}{where}{group}", columns, keys.Length == 0 ? 1 : 100);
    }

    private string? From()
    {
        string? from = null;
        int rows = 1;
        for (int i = _dice.Weighted(75, 25) + 2; i > 0; i--)
        {
            if (context.PickRelation(DmlGenerator.TableRowsMax) is not { } relation || rows * relation.RowsMax / 4 > FromGenerator.RowsMax)
            {
                break;
            }

            string alias = context.FreshName("x");
            List<ScopeColumn> added = [.. relation.Columns.Where(c => c.Type != ValueType.Loose).Select(c => new ScopeColumn($"{alias}.{c.Name}", c.Type))];
            List<(ScopeColumn Left, ScopeColumn Right)> pairs =
                [.. from l in _columns from r in added where l.Type == r.Type && l.Type != ValueType.Bool select (l, r)];
            string item = $"{relation.Name} AS {alias}";
            if (from is null)
            {
                from = item;
                rows = relation.RowsMax;
            }
            else if (pairs.Count > 0)
            {
                (ScopeColumn left, ScopeColumn right) = _dice.Pick(pairs);
                string more = _dice.Chance(12) ? $" AND {expressions.Predicate(new Scope([_dice.Pick(_dice.Chance(50) ? _columns : added)], 0), 0)}" : "";
                from += $" {_dice.Pick("JOIN", "JOIN", "JOIN", "LEFT JOIN", "LEFT JOIN", "RIGHT JOIN")} {item} ON {left.Sql} = {right.Sql}{more}";
                _joined.AddRange([left, right]);
                rows = (rows * relation.RowsMax / 4) + rows + relation.RowsMax;
            }
            else
            {
                continue;
            }

            _columns.AddRange(added);
        }

        return _joined.Count > 0 ? from : null;
    }

    private (string Sql, ValueType Type) Call(Scope scope)
    {
        ScopeColumn column = _dice.Pick(_columns);
        ValueType type = column.Type;
        string filter = _dice.Chance(20) ? $" FILTER (WHERE {expressions.Predicate(scope with { Columns = [_dice.Pick(_columns)] }, 0)})" : "";

        // A bare text literal would have no type for a polymorphic aggregate.
        string argument = _dice.Chance(75) || type == ValueType.Text ? column.Sql : expressions.Of(type, _dice.Chance(50) ? scope with { Columns = [column] } : scope, 1);
        return _dice.Weighted(80, 10, 5, 5) switch
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
