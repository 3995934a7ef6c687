namespace StreamDb.Testing.Oracle;

/// <summary>Scalar expressions that never raise: division is guarded, numbers stay far from their bounds.</summary>
/// <remarks>
/// A runtime error would be NULL in a maintained view and raised by the query (DESIGN section 8), so the two could not be
/// compared. The sqllogictest suites cover errors in views.
/// </remarks>
internal sealed class ExpressionGenerator
{
    private readonly QueryContext _context;
    private readonly Dice _dice;
    private readonly PredicateGenerator _predicates;
    private readonly SubqueryGenerator _subqueries;

    public ExpressionGenerator(QueryContext context)
    {
        _context = context;
        _dice = context.Dice;
        _predicates = new PredicateGenerator(_dice, this);
        _subqueries = new SubqueryGenerator(context, this);
    }

    public SubqueryGenerator Subqueries => _subqueries;

    public string Predicate(Scope scope, int depth) => _predicates.Of(scope, depth);

    /// <summary>An expression of exactly that type.</summary>
    public string Of(ValueType type, Scope scope, int depth)
    {
        List<ScopeColumn> columns = scope.OfType(type);
        if (columns.Count > 0 && (depth == 0 || _dice.Chance(60)))
        {
            return _dice.Pick(columns).Sql;
        }

        if (depth == 0 || _dice.Chance(20))
        {
            return Simple(type, scope);
        }

        return _dice.Weighted(60, 15, 15, 5, scope.SubqueryDepth > 0 ? 12 : 0) switch
        {
            0 => Compute(type, scope, depth - 1),
            1 => $"CASE WHEN {Predicate(scope, depth - 1)} THEN {Of(type, scope, depth - 1)}{Else(type, scope, depth - 1)} END",
            2 => $"COALESCE({Of(type, scope, depth - 1)}, {Of(type, scope, depth - 1)})",
            3 => $"NULLIF({Of(type, scope, depth - 1)}, {Of(type, scope, 0)})",
            _ => _subqueries.Scalar(type, scope) ?? Simple(type, scope),
        };
    }

    /// <summary>The same value kept within bounds, so that repeated updates do not let it grow.</summary>
    public static string Bounded(ValueType type, string expression) => type switch
    {
        ValueType.Int4 => $"LEAST(GREATEST({expression}, -20), 20)",
        ValueType.Int8 => $"LEAST(GREATEST({expression}, -20::bigint), 20::bigint)",
        ValueType.Numeric => $"LEAST(GREATEST({expression}, -99.50), 99.50)",
        ValueType.Float8 => $"LEAST(GREATEST({expression}, '-99.5'::float8), '99.5'::float8)",
        ValueType.Text => $"left({expression}, 4)",
        _ => expression,
    };

    private string Else(ValueType type, Scope scope, int depth) => _dice.Chance(70) ? $" ELSE {Of(type, scope, depth)}" : "";

    private string Simple(ValueType type, Scope scope)
    {
        if (type != ValueType.Loose)
        {
            return ValueTypes.Literal(_dice, type);
        }

        List<ScopeColumn> loose = scope.OfType(ValueType.Loose);
        return loose.Count > 0 ? _dice.Pick(loose).Sql : "1.500";
    }

    private string Compute(ValueType type, Scope scope, int depth)
    {
        string Sub(ValueType of) => Of(of, scope, depth);
        string Two(ValueType of, string symbol) => $"({Sub(of)} {symbol} {Sub(of)})";
        return type switch
        {
            ValueType.Int4 => _dice.Next(9) switch
            {
                0 => Two(ValueType.Int4, "+"),
                1 => Two(ValueType.Int4, "-"),
                2 => $"({Sub(ValueType.Int4)} * {_dice.Between(-2, 3)})",
                3 => $"({Sub(ValueType.Int4)} / NULLIF({Of(ValueType.Int4, scope, 0)}, 0))",
                4 => $"({Sub(ValueType.Int4)} % {_dice.Between(2, 4)})",
                5 => $"abs({Sub(ValueType.Int4)})",
                6 => $"length({Sub(ValueType.Text)})",
                7 => $"({Of(ValueType.Date, scope, 0)} - '2026-02-01'::date)",
                _ => $"{_dice.Pick("GREATEST", "LEAST")}({Sub(ValueType.Int4)}, {Sub(ValueType.Int4)})",
            },
            ValueType.Int8 => _dice.Next(4) switch
            {
                0 => $"({Sub(ValueType.Int4)}::bigint)",
                1 => $"({Sub(ValueType.Int8)} {_dice.Pick("+", "-")} {Sub(ValueType.Int4)})",
                2 => $"({Sub(ValueType.Int8)} % {_dice.Between(2, 4)})",
                _ => $"{_dice.Pick("GREATEST", "LEAST")}({Sub(ValueType.Int8)}, {Sub(ValueType.Int8)})",
            },
            ValueType.Text => _dice.Next(5) switch
            {
                0 => Two(ValueType.Text, "||"),
                1 => $"substr({Sub(ValueType.Text)}, 2)",
                2 => $"(({Sub(ValueType.Int4)})::text)",
                3 => $"replace({Sub(ValueType.Text)}, 'a', 'bb')",
                _ => $"left({Sub(ValueType.Text)}, {_dice.Between(1, 3)})",
            },
            ValueType.Numeric => _dice.Next(6) switch
            {
                0 => Two(ValueType.Numeric, "+"),
                1 => Two(ValueType.Numeric, "-"),
                2 => $"({Sub(ValueType.Numeric)} * {_dice.Between(-2, 3)})",
                3 => $"round({Sub(ValueType.Numeric)} / NULLIF({Of(ValueType.Numeric, scope, 0)}, 0), 2)",
                4 => $"({Sub(ValueType.Int4)}::numeric(12,2))",
                _ => $"round({Sub(ValueType.Numeric)} * 1.25, 2)",
            },
            ValueType.Float8 => _dice.Next(5) switch
            {
                0 => Two(ValueType.Float8, "+"),
                1 => Two(ValueType.Float8, "-"),
                2 => $"({Sub(ValueType.Float8)} * 2)",
                3 => $"({Sub(ValueType.Int4)}::float8)",
                _ => $"abs({Sub(ValueType.Float8)})",
            },
            ValueType.Bool => $"({Predicate(scope, depth)})",
            ValueType.TimestampTz => _dice.Next(2) switch
            {
                0 => $"date_trunc('day', {Sub(ValueType.TimestampTz)})",
                _ => $"({Sub(ValueType.TimestampTz)} + '36 hours'::interval)",
            },
            ValueType.Date => _dice.Next(2) switch
            {
                0 => $"({Sub(ValueType.Date)} + {_dice.Between(-3, 30)})",
                _ => $"({Of(ValueType.TimestampTz, scope, 0)}::date)",
            },
            _ => _dice.Next(2) switch
            {
                0 => $"({Sub(ValueType.Numeric)} * 1.5)",
                _ => $"({Sub(ValueType.Numeric)} / NULLIF({Of(ValueType.Int4, scope, 0)}, 0))",
            },
        };
    }
}
