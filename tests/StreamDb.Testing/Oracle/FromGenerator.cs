using System.Collections.Immutable;

namespace StreamDb.Testing.Oracle;

/// <summary>A FROM clause and what it offers.</summary>
internal sealed record FromClause(string Sql, ImmutableArray<ScopeColumn> Columns, int RowsMax);

/// <summary>FROM clauses of one to three items: relations, derived tables, VALUES, table functions, LATERAL, and every kind of join.</summary>
internal sealed class FromGenerator(QueryContext context, ExpressionGenerator expressions, Func<int, GeneratedQuery> subquery)
{
    /// <summary>No generated query has many more rows: each is computed twice after every statement.</summary>
    public const int RowsMax = 1200;

    private readonly Dice _dice = context.Dice;

    /// <param name="depth">How many levels of derived tables may follow.</param>
    public FromClause Generate(int depth)
    {
        Item first = TakeItem(depth, RowsMax);
        var joined = new Joined(first.Sql, [.. first.Columns.Select(c => c.Bound)], [.. first.Columns.Select(c => c.Name)], [], first.RowsMax);
        int joins = _dice.Weighted(45, 40, 15);
        for (int i = 0; i < joins; i++)
        {
            joined = Join(joined, depth) ?? joined;
        }

        IEnumerable<ScopeColumn> merged = joined.Merged.Where(m => !joined.Ambiguous.Contains(m.Sql));
        return new FromClause(joined.Sql, [.. joined.Columns, .. merged], joined.RowsMax);
    }

    private Joined? Join(Joined left, int depth)
    {
        switch (_dice.Weighted(78, 10, 12))
        {
            case 1:
                return JoinFunction(left);
            case 2:
                return JoinLateral(left);
        }

        Item right = TakeItem(depth, RowsMax);
        List<(ScopeColumn Left, ItemColumn Right)> pairs =
        [
            .. from l in left.Columns
               from r in right.Columns
               where AreJoinable(l.Type, r.Bound.Type)
               select (l, r),
        ];
        if (!context.IsPostgres && _dice.Chance(8) && JoinAsOf(left, right, pairs) is { } nearest)
        {
            return nearest;
        }

        string kind = _dice.Weighted(40, 25, 10, 10, 15) switch
        {
            0 => "JOIN",
            1 => "LEFT JOIN",
            2 => "RIGHT JOIN",
            3 => "FULL JOIN",
            _ => "CROSS JOIN",
        };
        int product = left.RowsMax * right.RowsMax;
        if (kind == "CROSS JOIN" || pairs.Count == 0)
        {
            return product > RowsMax
                ? null
                : Combine(left, right, kind == "CROSS JOIN" ? kind : "LEFT JOIN", kind == "CROSS JOIN" ? "" : $" ON {Condition(left, right)}", product);
        }

        if (product / 4 > RowsMax)
        {
            return null;
        }

        if (_dice.Chance(20) && JoinUsing(left, right, kind) is { } joinedUsing)
        {
            return joinedUsing;
        }

        if (kind != "FULL JOIN" && product <= RowsMax && _dice.Chance(20))
        {
            return Combine(left, right, kind, $" ON {Condition(left, right)}", product);
        }

        (ScopeColumn l1, ItemColumn r1) = _dice.Pick(pairs);
        string on = $"{l1.Sql} = {r1.Bound.Sql}";
        if (_dice.Chance(20))
        {
            (ScopeColumn l2, ItemColumn r2) = _dice.Pick(pairs);
            on += $" AND {l2.Sql} {(kind == "FULL JOIN" ? "=" : _dice.Pick("=", "<", "<>", "IS NOT DISTINCT FROM"))} {r2.Bound.Sql}";
        }

        // PostgreSQL wants a FULL join to have an equality that it can hash.
        if (_dice.Chance(15) && (kind != "FULL JOIN" || l1.Type == r1.Bound.Type))
        {
            on += $" AND {Condition(left, right, 1)}";
        }

        return Combine(left, right, kind, $" ON {on}", (product / 4) + left.RowsMax + right.RowsMax);
    }

    /// <summary>Each row of the left with the nearest of the right's that are alike.</summary>
    private Joined? JoinAsOf(Joined left, Item right, List<(ScopeColumn Left, ItemColumn Right)> pairs)
    {
        List<(ScopeColumn Left, ItemColumn Right)> ordered = [.. pairs.Where(p => p.Left.Type == p.Right.Bound.Type && p.Left.Type is not ValueType.Bool)];
        if (ordered.Count == 0)
        {
            return null;
        }

        (ScopeColumn t, ItemColumn s) = _dice.Pick(ordered);
        string on = $"{t.Sql} {_dice.Pick(">=", ">", "<", "<=")} {s.Bound.Sql}";
        for (int i = _dice.Between(1, 2); i > 0; i--)
        {
            (ScopeColumn l, ItemColumn r) = _dice.Pick(pairs);
            on = $"{l.Sql} = {r.Bound.Sql} AND {on}";
        }

        return Combine(left, right, _dice.Pick("ASOF JOIN", "ASOF LEFT JOIN"), $" ON {on}", left.RowsMax);
    }

    private Joined? JoinUsing(Joined left, Item right, string kind)
    {
        List<ItemColumn> shared =
        [
            .. right.Columns.Where(r => r.Bound.Type != ValueType.Loose
                && left.Names.Count(n => n == r.Name) == 1
                && left.Columns.Any(l => l.Type == r.Bound.Type && l.Sql.EndsWith("." + r.Name, StringComparison.Ordinal))),
        ];
        if (left.Merged.Count > 0 || shared.Count == 0)
        {
            return null;
        }

        ItemColumn column = _dice.Pick(shared);
        Joined joined = Combine(
            left, right, kind, $" USING ({column.Name})", (left.RowsMax * right.RowsMax / 4) + left.RowsMax + right.RowsMax);
        return joined with { Merged = [new ScopeColumn(column.Name, column.Bound.Type)] };
    }

    /// <summary>A table function over the row at the left.</summary>
    private Joined? JoinFunction(Joined left)
    {
        string alias = context.FreshName("x");
        string name = context.FreshName("v");
        var scope = new Scope(left.Columns, 0);
        ValueType type = ValueType.Int4;
        string call;
        if (_dice.Chance(50))
        {
            call = $"generate_series({_dice.Between(0, 2)}, LEAST({expressions.Of(ValueType.Int4, scope, 0)}, 3))";
        }
        else
        {
            type = _dice.Pick(ValueType.Int4, ValueType.Text, ValueType.Numeric);
            call = $"unnest(ARRAY[{expressions.Of(type, scope, 1)}, {expressions.Of(type, scope, 0)}])";
        }

        if (left.RowsMax * 3 > RowsMax)
        {
            return null;
        }

        var item = new Item($"{call} AS {alias}({name})", [new ItemColumn(name, new ScopeColumn($"{alias}.{name}", type))], 3);
        return _dice.Chance(70)
            ? Combine(left, item, "CROSS JOIN", "", left.RowsMax * 3)
            : Combine(left, item, "LEFT JOIN", " ON true", left.RowsMax * 3);
    }

    /// <summary>A subquery over the row at the left: its first rows in a total order, all that match, or one aggregate row.</summary>
    private Joined? JoinLateral(Joined left)
    {
        if (context.PickRelation(DmlGenerator.TableRowsMax) is not { } relation)
        {
            return null;
        }

        string inner = context.FreshName("y");
        string alias = context.FreshName("x");
        List<ScopeColumn> columns = [.. relation.Columns.Select(c => new ScopeColumn($"{inner}.{c.Name}", c.Type)).Where(c => c.Type != ValueType.Loose)];
        if (columns.Count == 0)
        {
            return null;
        }

        List<(ScopeColumn Left, ScopeColumn Right)> pairs =
            [.. from l in left.Columns from r in columns where l.Type == r.Type select (l, r)];
        string where = "";
        if (pairs.Count > 0 && _dice.Chance(85))
        {
            (ScopeColumn l, ScopeColumn r) = _dice.Pick(pairs);
            where = $" WHERE {l.Sql} {_dice.Pick("=", "=", "=", "<", "<>", "IS NOT DISTINCT FROM")} {r.Sql}";
        }

        string from = $"FROM {relation.Name} AS {inner}{where}";
        var scope = new Scope([.. left.Columns, .. columns], 1);
        int rows = 1;
        string sql;
        List<ValueType> types;
        switch (_dice.Weighted(35, 30, 35))
        {
            case 0:
                types = [ValueType.Int8, columns[0].Type];
                sql = $"SELECT count(*), {(columns[0].Type == ValueType.Bool ? "bool_and" : "max")}({columns[0].Sql}) {from}";
                break;
            case 1:
                types = [columns[0].Type, ValueType.Int4];
                rows = _dice.Between(1, 3);
                sql = $"SELECT {columns[0].Sql}, {expressions.Of(ValueType.Int4, scope, 1)} {from} ORDER BY 1{_dice.Pick("", " DESC")}, 2 LIMIT {rows}";
                break;
            default:
                types = [_dice.Pick(columns).Type, ValueType.Text];
                rows = relation.RowsMax;
                sql = $"SELECT {_dice.Pick("", "DISTINCT ")}{expressions.Of(types[0], scope, 0)}, {expressions.Of(ValueType.Text, scope, 1)} {from}";
                break;
        }

        if (left.RowsMax * rows > RowsMax)
        {
            return null;
        }

        List<ItemColumn> made = [];
        foreach (ValueType type in types)
        {
            string name = context.FreshName("v");
            made.Add(new ItemColumn(name, new ScopeColumn($"{alias}.{name}", type)));
        }

        var item = new Item($"LATERAL ({sql}) AS {alias}({string.Join(", ", made.Select(c => c.Name))})", made, rows);
        if (_dice.Chance(50))
        {
            return Combine(left, item, "CROSS JOIN", "", left.RowsMax * rows);
        }

        string on = _dice.Chance(50) ? "true" : Condition(left, item);
        return Combine(left, item, _dice.Pick("LEFT JOIN", "LEFT JOIN", "JOIN"), $" ON {on}", left.RowsMax * rows);
    }

    private static Joined Combine(Joined left, Item right, string kind, string condition, int rowsMax) => new(
        $"{left.Sql} {kind} {right.Sql}{condition}",
        [.. left.Columns, .. right.Columns.Select(c => c.Bound)],
        [.. left.Names, .. right.Columns.Select(c => c.Name)],
        left.Merged,
        Math.Max(rowsMax, 1))
    {
        Ambiguous = [.. left.Ambiguous, .. left.Merged.Select(m => m.Sql).Where(m => right.Columns.Any(c => c.Name == m))],
    };

    private string Condition(Joined left, Item right, int subqueryDepth = 0) =>
        expressions.Predicate(new Scope([.. left.Columns, .. right.Columns.Select(c => c.Bound)], subqueryDepth), 1);

    private Item TakeItem(int depth, int rowsMax) =>
        _dice.Weighted(80, depth > 0 ? 9 : 0, 5, 3, 3) switch
        {
            0 => Relation(rowsMax) ?? Values(),
            1 => Derived(depth - 1),
            2 => Values(),
            3 => Function("generate_series", ValueType.Int4, $"{_dice.Between(0, 2)}, {_dice.Between(1, 5)}"),
            _ => Function("unnest", ValueType.Text, $"ARRAY['a', NULL, {ValueTypes.Literal(_dice, ValueType.Text)}]"),
        };

    private Item? Relation(int rowsMax)
    {
        if (context.PickRelation(rowsMax) is not { } relation)
        {
            return null;
        }

        string alias = context.FreshName("x");
        return new Item(
            $"{relation.Name}{_dice.Pick(" AS ", " ")}{alias}",
            [.. relation.Columns.Select(c => new ItemColumn(c.Name, new ScopeColumn($"{alias}.{c.Name}", c.Type)))],
            relation.RowsMax);
    }

    private Item Derived(int depth)
    {
        GeneratedQuery query = subquery(depth);
        string alias = context.FreshName("x");
        return new Item(
            $"({query.Sql}) AS {alias}",
            [.. query.Columns.Select(c => new ItemColumn(c.Name, new ScopeColumn($"{alias}.{c.Name}", c.Type)))],
            query.RowsMax);
    }

    private Item Values()
    {
        string alias = context.FreshName("x");
        ValueType type = _dice.Pick(ValueTypes.OfColumns);
        string first = context.FreshName("v");
        string second = context.FreshName("v");
        IEnumerable<string> rows = Enumerable.Range(0, _dice.Between(1, 3))
            .Select(i => $"({ValueTypes.Literal(_dice, ValueType.Int4)}, {(i > 0 && _dice.Chance(30) ? "NULL" : ValueTypes.Literal(_dice, type))})");
        return new Item(
            $"(VALUES {string.Join(", ", rows)}) AS {alias}({first}, {second})",
            [
                new ItemColumn(first, new ScopeColumn($"{alias}.{first}", ValueType.Int4)),
                new ItemColumn(second, new ScopeColumn($"{alias}.{second}", type)),
            ],
            3);
    }

    private Item Function(string function, ValueType type, string arguments)
    {
        string alias = context.FreshName("x");
        string name = context.FreshName("v");
        return new Item($"{function}({arguments}) AS {alias}({name})", [new ItemColumn(name, new ScopeColumn($"{alias}.{name}", type))], 5);
    }

    private static bool AreJoinable(ValueType left, ValueType right) =>
        left != ValueType.Loose
        && (left == right || (left is ValueType.Int4 or ValueType.Int8 or ValueType.Numeric && right is ValueType.Int4 or ValueType.Int8 or ValueType.Numeric));

    private sealed record ItemColumn(string Name, ScopeColumn Bound);

    private sealed record Item(string Sql, IReadOnlyList<ItemColumn> Columns, int RowsMax);

    /// <param name="Names">Bare names of the columns, at the same positions.</param>
    /// <param name="Merged">The column of a USING clause, by its bare name.</param>
    private sealed record Joined(
        string Sql, IReadOnlyList<ScopeColumn> Columns, IReadOnlyList<string> Names, IReadOnlyList<ScopeColumn> Merged, int RowsMax)
    {
        /// <summary>Merged names that a later item has too.</summary>
        public IReadOnlyList<string> Ambiguous { get; init; } = [];
    }
}
