using System.Collections.Immutable;

namespace StreamDb.Testing.Oracle;

/// <summary>A query and the columns it returns, in order.</summary>
internal sealed record GeneratedQuery(string Sql, ImmutableArray<OracleColumn> Columns, int RowsMax);

/// <summary>Whole queries: SELECT with or without groups, extremes over joins, set operations, DISTINCT, top rows by a total order, WITH.</summary>
internal sealed class QueryGenerator
{
    private static readonly ValueType[] _resultTypes =
    [
        ValueType.Int4, ValueType.Int4, ValueType.Int8, ValueType.Int8, ValueType.Text, ValueType.Text, ValueType.Numeric,
        ValueType.Float8, ValueType.Bool, ValueType.TimestampTz, ValueType.Date,
    ];

    private readonly QueryContext _context;
    private readonly Dice _dice;
    private readonly ExpressionGenerator _expressions;
    private readonly AggregateGenerator _aggregates;
    private readonly WindowGenerator _windows;
    private readonly FromGenerator _from;

    public QueryGenerator(QueryContext context)
    {
        _context = context;
        _dice = context.Dice;
        _expressions = new ExpressionGenerator(context);
        _aggregates = new AggregateGenerator(_dice, _expressions);
        _windows = new WindowGenerator(_dice, _expressions);
        _from = new FromGenerator(context, _expressions, depth => Generate(depth, mayBeLoose: false));
    }

    public ExpressionGenerator Expressions => _expressions;

    /// <param name="depth">How many levels of derived tables, CTEs and set operations may follow.</param>
    /// <param name="mayBeLoose">Whether a column may have <see cref="ValueType.Loose"/>.</param>
    public GeneratedQuery Generate(int depth, bool mayBeLoose)
    {
        int form = _dice.Weighted(40, 30, depth > 0 ? 12 : 0, 12, depth > 0 ? 8 : 0, 6, 18, 10, 16);
        return form switch
        {
            0 => Select(depth, Types(mayBeLoose), _dice.Chance(12) && !mayBeLoose),
            1 => Aggregate(depth, Types(mayBeLoose)),
            2 => SetOperation(depth - 1),
            3 => Top(Core(depth, Types(mayBeLoose: false))),
            4 => With(depth - 1, mayBeLoose),
            5 => DistinctOn(Select(depth, Types(mayBeLoose: false), isDistinct: false)),
            6 => Windowed(depth),
            7 => new ExtremeGenerator(_context, _expressions).Generate() ?? Select(depth, Types(mayBeLoose), isDistinct: false),
            _ => new GroupedJoinGenerator(_context, _expressions).Generate() ?? Aggregate(depth, Types(mayBeLoose)),
        };
    }

    /// <summary>Few rows of these types, always the same ones: what an INSERT may take.</summary>
    public GeneratedQuery FewRows(IReadOnlyList<ValueType> types, int rowsMax)
    {
        GeneratedQuery query = Select(0, types, isDistinct: false);
        string order = string.Join(", ", Enumerable.Range(1, types.Count));
        return query with { Sql = $"{query.Sql} ORDER BY {order} LIMIT {rowsMax}", RowsMax = rowsMax };
    }

    private List<ValueType> Types(bool mayBeLoose)
    {
        List<ValueType> types = [.. Enumerable.Range(0, _dice.Between(1, 4)).Select(_ => _dice.Pick(_resultTypes))];
        if (mayBeLoose && _dice.Chance(25))
        {
            types.Add(ValueType.Loose);
        }

        return types;
    }

    private GeneratedQuery Core(int depth, IReadOnlyList<ValueType> types) =>
        _dice.Chance(60) ? Select(depth, types, _dice.Chance(20)) : Aggregate(depth, types);

    private GeneratedQuery Select(int depth, IReadOnlyList<ValueType> types, bool isDistinct)
    {
        FromClause from = _from.Generate(depth);
        var scope = new Scope(from.Columns, 2);
        List<(string Sql, ValueType Type)> items = [];
        foreach (ValueType type in types)
        {
            items.Add((_expressions.Of(type, scope, _dice.Chance(50) ? 0 : 2), type));
        }

        string where = Where(scope, 55, 2);
        (string list, ImmutableArray<OracleColumn> columns) = Named(items);
        return new GeneratedQuery($"SELECT {(isDistinct ? "DISTINCT " : "")}{list} FROM {from.Sql}{where}", columns, from.RowsMax);
    }

    /// <summary>A WHERE clause, or none; in a view sometimes with a bound that moves with the time.</summary>
    private string Where(Scope scope, int percent, int depth)
    {
        List<string> conditions = _dice.Chance(percent) ? [_expressions.Predicate(scope, depth)] : [];
        List<ScopeColumn> times = scope.OfType(ValueType.TimestampTz);
        if (_context.IsView && times.Count > 0 && _dice.Chance(25))
        {
            string offset = _dice.Pick("", " - interval '1 day'", " - interval '10 hours'", " + interval '90 minutes'", " - interval '2 days'");
            string time = $"{_dice.Pick(times).Sql}{_dice.Pick("", "", " + interval '1 hour'")}";
            conditions.Add($"{time} {_dice.Pick(">", ">=", "<", "<=")} now(){offset}");
            if (_dice.Chance(25))
            {
                conditions.Add($"now() {_dice.Pick("<", ">=")} {_dice.Pick(times).Sql}");
            }
        }

        return conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions.Select(c => conditions.Count == 1 ? c : $"({c})"))}";
    }

    /// <summary>A SELECT with window functions; sometimes only the first rows of each partition.</summary>
    private GeneratedQuery Windowed(int depth)
    {
        FromClause from = _from.Generate(depth);
        var scope = new Scope([.. from.Columns.Where(c => c.Type != ValueType.Loose)], 1);
        if (scope.Columns.Count == 0)
        {
            return Select(depth, Types(mayBeLoose: false), isDistinct: false);
        }

        List<(string Sql, ValueType Type)> items = [];
        _windows.Begin(isOnce: _context.IsPostgres);
        foreach (ValueType type in Types(mayBeLoose: false))
        {
            items.Add((items.Count == 0 || _dice.Chance(50) ? _windows.Of(type, scope) : _expressions.Of(type, scope, 1), type));
        }

        string where = Where(scope, 35, 1);
        (string list, ImmutableArray<OracleColumn> columns) = Named(items);
        if (!_dice.Chance(20))
        {
            return new GeneratedQuery($"SELECT {list} FROM {from.Sql}{where}", columns, from.RowsMax);
        }

        string alias = _context.FreshName("x");
        string number = _context.FreshName("v");
        string call = $"{_windows.Number(scope)} AS {number}";
        string bound = _dice.Pick($"{number} <= 2", $"{number} = 1", $"{number} < 4", $"3 >= {number}", $"{number} BETWEEN 2 AND 3", $"{number} > 1");
        return new GeneratedQuery(
            $"SELECT {string.Join(", ", columns.Select(c => c.Name))} FROM (SELECT {list}, {call} FROM {from.Sql}{where}) AS {alias} WHERE {bound}",
            columns,
            from.RowsMax);
    }

    private GeneratedQuery Aggregate(int depth, IReadOnlyList<ValueType> types)
    {
        FromClause from = _from.Generate(depth);
        var scope = new Scope(from.Columns, 1);
        List<(string Sql, ValueType Type)> items = [];
        List<string> keys = [];
        bool isGlobal = _dice.Chance(25);
        foreach (ValueType type in types)
        {
            List<ScopeColumn> candidates = scope.OfType(type);
            if (!isGlobal && keys.Count < 2 && type != ValueType.Loose && candidates.Count > 0 && _dice.Chance(keys.Count == 0 ? 80 : 40))
            {
                string key = Key(type, _dice.Pick(candidates).Sql);
                keys.Add(key);
                items.Add((key, type));
            }
            else
            {
                items.Add((_aggregates.Of(type, scope), type));
            }
        }

        string where = Where(scope, 35, 1);
        string group = keys.Count == 0 ? "" : $" GROUP BY {Grouping([.. keys.Distinct()], items)}";
        (string list, ImmutableArray<OracleColumn> columns) = Named(items);
        bool hasAggregate = keys.Count < items.Count;
        string having = _dice.Chance(20) && (keys.Count > 0 || hasAggregate) ? $" HAVING {Having(scope)}" : "";
        return new GeneratedQuery(
            $"SELECT {list} FROM {from.Sql}{where}{group}{having}", columns, keys.Count == 0 ? 1 : Math.Min(from.RowsMax, 100));
    }

    /// <summary>GROUP BY's list; with several grouping sets, grouping() may take the place of an aggregate.</summary>
    private string Grouping(List<string> keys, List<(string Sql, ValueType Type)> items)
    {
        string all = string.Join(", ", keys);
        if (!_dice.Chance(22))
        {
            return all;
        }

        int shown = items.FindIndex(i => i.Type == ValueType.Int4 && !keys.Contains(i.Sql));
        if (shown >= 0)
        {
            items[shown] = ($"grouping({all})", ValueType.Int4);
        }

        return _dice.Next(4) switch
        {
            0 => $"ROLLUP ({all})",
            1 => $"CUBE ({all})",
            2 => $"GROUPING SETS (({all}), ({keys[^1]}), ())",
            _ => $"GROUPING SETS (({keys[0]}), ({all}), ({keys[0]}))",
        };
    }

    /// <summary>The first row of each group by some columns, in an order by every column.</summary>
    private GeneratedQuery DistinctOn(GeneratedQuery query)
    {
        List<int> columns = [.. Enumerable.Range(1, query.Columns.Length)];
        int keys = _dice.Between(1, columns.Count);
        IEnumerable<string> order = columns.Select(c => $"{c}{_dice.Pick("", "", " DESC", " NULLS FIRST")}");
        string on = string.Join(", ", columns.Take(keys).Select(c => query.Columns[c - 1].Name));
        string alias = _context.FreshName("x");
        return query with { Sql = $"SELECT DISTINCT ON ({on}) * FROM ({query.Sql}) AS {alias} ORDER BY {string.Join(", ", order)}" };
    }

    private string Having(Scope scope)
    {
        if (_dice.Chance(50))
        {
            return $"count(*) {_dice.Pick(">", ">=", "=", "<>")} {_dice.Between(0, 3)}";
        }

        if (_dice.Chance(15) && _context.PickRelation(DmlGenerator.TableRowsMax) is { } relation)
        {
            return $"count(*) {_dice.Pick(">", "<=", "<>")} (SELECT count(*) FROM {relation.Name} AS h)";
        }

        ValueType type = _dice.Pick(ValueType.Int4, ValueType.Int8, ValueType.Numeric, ValueType.Text);
        return $"{_aggregates.Of(type, scope)} {_dice.Pick("=", "<", ">", "<>")} {ValueTypes.Literal(_dice, type)}";
    }

    private string Key(ValueType type, string column) => !_dice.Chance(25) ? column : type switch
    {
        ValueType.Int4 or ValueType.Int8 => $"({column} % 3)",
        ValueType.Text => $"left({column}, 1)",
        ValueType.TimestampTz => $"date_trunc('day', {column})",
        ValueType.Bool => $"({column} IS NOT FALSE)",
        _ => column,
    };

    private GeneratedQuery SetOperation(int depth)
    {
        List<ValueType> types = Types(mayBeLoose: false);
        GeneratedQuery query = Core(depth, types);
        string sql = query.Sql;
        int rows = query.RowsMax;
        for (int i = _dice.Weighted(75, 25); i >= 0; i--)
        {
            GeneratedQuery next = Core(depth, types);
            string symbol = $"{_dice.Pick("UNION", "UNION", "INTERSECT", "EXCEPT")}{_dice.Pick("", " ALL")}";
            sql = i > 0 && _dice.Chance(30) ? $"({sql} {symbol} {next.Sql})" : $"{sql} {symbol} {next.Sql}";
            rows += next.RowsMax;
        }

        var result = new GeneratedQuery(sql, query.Columns, Math.Min(rows, FromGenerator.RowsMax));
        return _dice.Chance(15) ? Top(result) : result;
    }

    /// <summary>The first rows in an order by every column: rows that tie are equal, so any of them will do.</summary>
    private GeneratedQuery Top(GeneratedQuery query)
    {
        List<int> order = [.. Enumerable.Range(1, query.Columns.Length)];
        if (_dice.Chance(50))
        {
            order.Reverse();
        }

        IEnumerable<string> keys = order.Select(o =>
            $"{(_dice.Chance(20) ? query.Columns[o - 1].Name : o)}{_dice.Pick("", "", " DESC", " ASC NULLS FIRST", " DESC NULLS LAST")}");
        int limit = _dice.Weighted(5, 25, 25, 45) switch { 0 => 0, 1 => 1, 2 => 3, _ => _dice.Between(2, 12) };
        string offset = _dice.Chance(30) ? $" OFFSET {_dice.Between(1, 4)}" : "";
        string limited = offset.Length > 0 && _dice.Chance(15) ? "" : $" LIMIT {limit}";
        return query with
        {
            Sql = $"{query.Sql} ORDER BY {string.Join(", ", keys)}{limited}{offset}",
            RowsMax = limited.Length == 0 ? query.RowsMax : Math.Max(limit, 1),
        };
    }

    private GeneratedQuery With(int depth, bool mayBeLoose)
    {
        string name = _context.FreshName("w");
        if (!_context.IsPostgres && _dice.Chance(25) && Mutual(depth, mayBeLoose) is { } mutual)
        {
            return mutual;
        }

        GeneratedQuery? recursive = _dice.Chance(30) ? Recursive(name) : null;
        GeneratedQuery common = recursive ?? Generate(depth, mayBeLoose: false);
        var relation = new OracleRelation(name, common.Columns, common.RowsMax, []);

        // Twice, so that it is read and perhaps joined with itself more often than not.
        _context.Relations.Add(relation);
        _context.Relations.Add(relation);
        GeneratedQuery main = _dice.Chance(50) ? Select(depth, Types(mayBeLoose), isDistinct: false) : Aggregate(depth, Types(mayBeLoose));
        _context.Relations.RemoveAll(r => r == relation);
        _context.Used.Remove(name);
        if (recursive is not null)
        {
            string columns = string.Join(", ", common.Columns.Select(c => c.Name));
            return main with { Sql = $"WITH RECURSIVE {name} ({columns}) AS ({common.Sql}) {main.Sql}" };
        }

        return main with { Sql = $"WITH {name} AS {_dice.Pick("", "", "MATERIALIZED ", "NOT MATERIALIZED ")}({common.Sql}) {main.Sql}" };
    }

    /// <summary>A relation that can be read as a graph, which is then used; null when there is none.</summary>
    private OracleRelation? Graph()
    {
        List<OracleRelation> graphs =
            [.. _context.Relations.Where(r => r.RowsMax <= 100 && r.Columns.Any(c => c.Type == ValueType.Int4))];
        if (graphs.Count == 0)
        {
            return null;
        }

        OracleRelation graph = _dice.Pick(graphs);
        _context.Used.Add(graph.Name);
        _context.Used.UnionWith(graph.Uses);
        return graph;
    }

    /// <summary>
    /// Two tables that read each other, over a relation read as a graph of few nodes: growing until nothing changes, or, where
    /// one takes away what the other has, for a few iterations. Null without a relation for it.
    /// </summary>
    private GeneratedQuery? Mutual(int depth, bool mayBeLoose)
    {
        if (Graph() is not { } graph)
        {
            return null;
        }

        List<OracleColumn> numbers = [.. graph.Columns.Where(c => c.Type == ValueType.Int4)];
        string edge = $"(SELECT {_dice.Pick(numbers).Name} % 5 AS a, {_dice.Pick(numbers).Name} % 5 AS b FROM {graph.Name} AS g) AS e";
        string first = _context.FreshName("w");
        string second = _context.FreshName("w");
        string a = ValueTypes.ColumnName(ValueType.Int4, 0);
        string b = ValueTypes.ColumnName(ValueType.Int4, 1);
        bool isGrowing = _dice.Chance(60);
        string one = $"SELECT e.a, e.b FROM {edge} UNION SELECT s.{a}, e.b FROM {second} AS s {_dice.Pick("JOIN", "JOIN", "LEFT JOIN")} {edge} ON e.a = s.{b}";
        string other = isGrowing
            ? _dice.Pick(
                $"SELECT DISTINCT {b}, {a} FROM {first} WHERE {a} {_dice.Pick("<>", "<", ">=")} {b}",
                $"SELECT f.{a}, e.b FROM {first} AS f JOIN {edge} ON e.a = f.{b} UNION SELECT {a}, {b} FROM {first}")
            : _dice.Pick(
                $"SELECT {a}, {b} FROM {first} EXCEPT SELECT {b}, {a} FROM {second}",
                $"SELECT {a}, max({b}) FROM {first} GROUP BY {a} UNION ALL SELECT {b}, min({a}) FROM {second} GROUP BY {b}",
                $"SELECT {a}, {b} FROM {first} AS f WHERE NOT EXISTS (SELECT 1 FROM {second} AS s WHERE s.{a} = f.{b})");
        string limit = isGrowing ? _dice.Pick("", "", " (RETURN AT RECURSION LIMIT 3)") : $" (RETURN AT RECURSION LIMIT {_dice.Between(1, 6)})";
        ImmutableArray<OracleColumn> columns = [new OracleColumn(a, ValueType.Int4), new OracleColumn(b, ValueType.Int4)];
        OracleRelation[] tables = [new OracleRelation(first, columns, 36, []), new OracleRelation(second, columns, 72, [])];
        _context.Relations.AddRange([.. tables, .. tables]);
        GeneratedQuery main = _dice.Chance(50) ? Select(depth, Types(mayBeLoose), isDistinct: false) : Aggregate(depth, Types(mayBeLoose));
        _context.Relations.RemoveAll(tables.Contains);
        _context.Used.ExceptWith([first, second]);
        return main with
        {
            Sql = $"WITH MUTUALLY RECURSIVE{limit} {first} ({a} int, {b} int) AS ({one}), {second} ({a} int, {b} int) AS ({other}) {main.Sql}",
        };
    }

    /// <summary>Ways through a relation read as a graph of few nodes: which there are (cycles included), or all of at most two steps. Null without a relation for it.</summary>
    private GeneratedQuery? Recursive(string name)
    {
        const int NodesMax = 12;
        if (Graph() is not { } graph)
        {
            return null;
        }

        List<OracleColumn> numbers = [.. graph.Columns.Where(c => c.Type == ValueType.Int4)];
        string from = _dice.Pick(numbers).Name;
        string to = _dice.Pick(numbers).Name;
        string a = ValueTypes.ColumnName(ValueType.Int4, 0);
        string b = ValueTypes.ColumnName(ValueType.Int4, 1);
        ImmutableArray<OracleColumn> columns = [new OracleColumn(a, ValueType.Int4), new OracleColumn(b, ValueType.Int4)];
        string join = $"{_dice.Pick("JOIN", "JOIN", "LEFT JOIN")} {graph.Name} e ON e.{from} % 6 = {name}.{b}";
        string start = _dice.Chance(50) ? "" : $" WHERE e.{to} {_dice.Pick("=", "<", ">", "<>")} {_dice.Between(0, 5)}";
        if (_dice.Chance(65) || graph.RowsMax > 20)
        {
            string step = _dice.Pick($"{name}.{a}", $"{name}.{a}", $"e.{from} % 6");
            return new GeneratedQuery(
                $"SELECT e.{from} % 6, e.{to} % 6 FROM {graph.Name} e{start} UNION SELECT {step}, e.{to} % 6 FROM {name} {join}",
                columns,
                NodesMax * NodesMax);
        }

        return new GeneratedQuery(
            $"SELECT 0, e.{to} % 6 FROM {graph.Name} e{start} UNION ALL "
            + $"SELECT {name}.{a} + 1, e.{to} % 6 FROM {name} {join} WHERE {name}.{a} < 2",
            columns,
            graph.RowsMax * graph.RowsMax);
    }

    private static (string List, ImmutableArray<OracleColumn> Columns) Named(List<(string Sql, ValueType Type)> items)
    {
        List<string> list = [];
        ImmutableArray<OracleColumn>.Builder columns = ImmutableArray.CreateBuilder<OracleColumn>(items.Count);
        foreach ((string sql, ValueType type) in items)
        {
            string name = type == ValueType.Loose ? $"loose{list.Count}" : ValueTypes.ColumnName(type, list.Count);
            list.Add($"{sql} AS {name}");
            columns.Add(new OracleColumn(name, type));
        }

        return (string.Join(", ", list), columns.ToImmutable());
    }
}
