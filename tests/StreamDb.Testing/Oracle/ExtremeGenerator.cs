using System.Collections.Immutable;

namespace StreamDb.Testing.Oracle;

/// <summary>The rows that equal the least or greatest value of their group, by a join, a subquery or IN: views over them are planned as a top-1 with ties.</summary>
/// <remarks>Sometimes the group is of other rows, or more is read of it, so that they are not.</remarks>
internal sealed class ExtremeGenerator(QueryContext context, ExpressionGenerator expressions)
{
    private readonly Dice _dice = context.Dice;

    /// <summary>A query; null where no relation has a column to look for the least or greatest of.</summary>
    public GeneratedQuery? Generate()
    {
        if (context.PickRelation(FromGenerator.RowsMax) is not { } relation)
        {
            return null;
        }

        List<OracleColumn> columns = [.. relation.Columns.Where(c => c.Type != ValueType.Loose)];
        List<OracleColumn> values = [.. columns.Where(c => c.Type != ValueType.Bool)];
        if (values.Count == 0)
        {
            return null;
        }

        string with = "";
        string name = relation.Name;
        OracleColumn value = _dice.Pick(values);
        if (_dice.Chance(25))
        {
            // The greatest of counts, as of the most often seen in each window.
            (with, name, columns) = Counted(relation, columns);
            value = columns[^1];
        }

        string rows = context.FreshName("e");
        string group = context.FreshName("e");
        List<string> keys = [.. columns.Where(c => c != value || _dice.Chance(10)).OrderBy(_ => _dice.Next(100)).Take(_dice.Weighted(20, 60, 20)).Select(Key)];
        var scope = new Scope([.. columns.Select(c => new ScopeColumn($"{rows}.{c.Name}", c.Type))], 0);
        string where = _dice.Chance(35) ? expressions.Predicate(scope, 1) : "";
        string ofGroup = _dice.Chance(85) ? where.Replace($"{rows}.", $"{group}.", StringComparison.Ordinal) : "";
        string extreme = $"{_dice.Pick("max", "max", "min")}({group}.{value.Name})";
        string order = _dice.Chance(20) ? $" AND {expressions.Predicate(scope, 1)}" : "";
        string rowsWhere = where.Length == 0 ? "" : $" AND ({where})";
        string groupWhere = ofGroup.Length == 0 ? "" : $" WHERE ({ofGroup})";
        var shown = new List<string>();
        var types = ImmutableArray.CreateBuilder<OracleColumn>();
        for (int i = _dice.Between(1, 3); i > 0; i--)
        {
            OracleColumn column = _dice.Pick(columns);
            Show($"{rows}.{column.Name}", column.Type);
        }

        string sql;
        switch (_dice.Weighted(50, 30, keys.Count > 0 ? 20 : 0))
        {
            case 0:
                string found = context.FreshName("e");
                bool countsToo = _dice.Chance(10);
                string list = string.Concat(keys.Select((key, i) => $"{key.Replace("#", group, StringComparison.Ordinal)} AS k{i}, "));
                string by = keys.Count == 0 ? "" : $" GROUP BY {string.Join(", ", Enumerable.Range(1, keys.Count))}";
                string equal = _dice.Chance(85) ? "=" : "IS NOT DISTINCT FROM";
                string on = string.Concat(keys.Select((key, i) => $"{key.Replace("#", rows, StringComparison.Ordinal)} {equal} {found}.k{i} AND "));
                if (_dice.Chance(40))
                {
                    Show($"{found}.m", value.Type);
                }

                if (countsToo)
                {
                    Show($"{found}.n", ValueType.Int8);
                }

                string aggregated = $"(SELECT {list}{extreme} AS m{(countsToo ? ", count(*) AS n" : "")} FROM {name} AS {group}{groupWhere}{by}) AS {found}";
                string condition = $"{on}{rows}.{value.Name} = {found}.m";
                bool isFirst = _dice.Chance(25);
                string from = isFirst ? $"{aggregated} JOIN {name} AS {rows}" : $"{name} AS {rows} JOIN {aggregated}";
                sql = $"SELECT {string.Join(", ", shown)} FROM {from} ON {condition}{order} WHERE TRUE{rowsWhere}";
                break;
            case 1:
                string same = string.Join(" AND ", keys.Select(key =>
                    $"{key.Replace("#", group, StringComparison.Ordinal)} = {key.Replace("#", rows, StringComparison.Ordinal)}"));
                string inner = (groupWhere, same) switch
                {
                    (_, "") => groupWhere,
                    ("", _) => $" WHERE {same}",
                    _ => $"{groupWhere} AND {same}",
                };
                sql = $"SELECT {string.Join(", ", shown)} FROM {name} AS {rows} WHERE {rows}.{value.Name} = (SELECT {extreme} FROM {name} AS {group}{inner}){rowsWhere}{order}";
                break;
            default:
                string left = string.Join(", ", keys.Select(key => key.Replace("#", rows, StringComparison.Ordinal)));
                string right = string.Join(", ", keys.Select(key => key.Replace("#", group, StringComparison.Ordinal)));
                sql = $"SELECT {string.Join(", ", shown)} FROM {name} AS {rows} WHERE ({left}, {rows}.{value.Name}) IN "
                    + $"(SELECT {right}, {extreme} FROM {name} AS {group}{groupWhere} GROUP BY {string.Join(", ", Enumerable.Range(1, keys.Count))}){rowsWhere}{order}";
                break;
        }

        return new GeneratedQuery($"{with}{sql}", types.ToImmutable(), FromGenerator.RowsMax);

        void Show(string expression, ValueType type)
        {
            types.Add(new OracleColumn($"c{types.Count}", type));
            shown.Add($"{expression} AS c{shown.Count}");
        }
    }

    private (string With, string Name, List<OracleColumn> Columns) Counted(OracleRelation relation, List<OracleColumn> columns)
    {
        List<OracleColumn> by = [.. columns.OrderBy(_ => _dice.Next(100)).Take(_dice.Between(1, 2))];
        string name = context.FreshName("n");
        string list = string.Join(", ", by.Select(c => c.Name));
        return ($"WITH {name} AS (SELECT {list}, count(*) AS seen FROM {relation.Name} AS {context.FreshName("e")} GROUP BY {list}) ", name, [.. by, new OracleColumn("seen", ValueType.Int8)]);
    }

    /// <summary>What rows are grouped by; # stands for whose.</summary>
    private string Key(OracleColumn column) => column.Type is ValueType.Int4 or ValueType.Int8 && _dice.Chance(40)
        ? $"(#.{column.Name} % 3)"
        : $"#.{column.Name}";
}
