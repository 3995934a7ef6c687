namespace StreamDb.Testing.Oracle;

/// <summary>Aggregate calls by the type of their result, with DISTINCT, FILTER and ORDER BY: every aggregate that PostgreSQL has.</summary>
/// <remarks>
/// What collects rows orders them by all it shows, so that nothing is left open. Statistics of floats are rounded: PostgreSQL
/// sums in the order in which it meets the rows, and its last digits follow from that.
/// </remarks>
internal sealed class AggregateGenerator(Dice dice, ExpressionGenerator expressions)
{
    private static readonly string[] _pairStatistics =
    [
        "corr", "covar_pop", "covar_samp", "regr_avgx", "regr_avgy", "regr_intercept", "regr_r2", "regr_slope", "regr_sxx", "regr_sxy", "regr_syy",
    ];

    private static readonly string[] _fractions = ["0", "0.25", "0.5", "0.9", "1"];

    /// <summary>Types whose values have one text each, so that they can be collected.</summary>
    private static readonly ValueType[] _collected =
        [ValueType.Int4, ValueType.Int8, ValueType.Text, ValueType.Numeric, ValueType.Bool, ValueType.Date, ValueType.Float8];

    public string Of(ValueType type, Scope scope) => new Call(dice, expressions, scope).Of(type);

    /// <summary>One call over one scope.</summary>
    private sealed class Call
    {
        private readonly Dice _dice;
        private readonly ExpressionGenerator _expressions;
        private readonly Scope _scope;
        private readonly string _filter;

        public Call(Dice dice, ExpressionGenerator expressions, Scope scope)
        {
            _dice = dice;
            _expressions = expressions;
            _scope = scope with { SubqueryDepth = dice.Chance(15) ? Math.Min(scope.SubqueryDepth, 1) : 0 };
            _filter = dice.Chance(20) ? $" FILTER (WHERE {expressions.Predicate(scope with { SubqueryDepth = 0 }, 1)})" : "";
        }

        public string Of(ValueType type) => type switch
        {
            ValueType.Int4 when _dice.Chance(25) => $"{_dice.Pick("bit_and", "bit_or", "bit_xor")}({Distinct()}{Argument(type)}){_filter}",
            ValueType.Int8 => Int8(),
            ValueType.Text when _dice.Chance(45) => Collection(),
            ValueType.Numeric => _dice.Next(6) switch
            {
                0 => $"sum({Distinct()}{Argument(ValueType.Numeric)}){_filter}",
                1 => $"round(avg({Distinct()}{Argument(_dice.Pick(ValueType.Int4, ValueType.Numeric))}){_filter}, 2)",
                2 => $"round(sum({Argument(ValueType.Int8)}){_filter}, 2)",
                3 => $"round({Variance()}({Distinct()}{Argument(_dice.Pick(ValueType.Int4, ValueType.Int8, ValueType.Numeric))}){_filter}, 2)",
                _ => Edge(type),
            },
            ValueType.Float8 => _dice.Next(4) switch
            {
                0 => $"sum({Argument(ValueType.Float8)}){_filter}",
                1 => $"floor(avg({Argument(ValueType.Float8)}){_filter} * 4) / 4",
                _ => Edge(type),
            },
            ValueType.Bool => $"{_dice.Pick("bool_and", "bool_or", "every")}({Argument(ValueType.Bool)}){_filter}",
            ValueType.Loose => Loose(),
            _ => Edge(type),
        };

        private string Argument(ValueType of)
        {
            // A bare text literal has no type yet, and a polymorphic aggregate would not give it one.
            string argument = _expressions.Of(of, _scope, 1);
            return argument.StartsWith('\'') && !argument.Contains("::", StringComparison.Ordinal) ? $"{argument}::text" : argument;
        }

        private string Distinct() => _dice.Chance(20) ? "DISTINCT " : "";

        private string Variance() => _dice.Pick("var_pop", "var_samp", "variance", "stddev", "stddev_pop", "stddev_samp");

        private string Int8() => _dice.Weighted(30, 15, 15, 20, 5, 15) switch
        {
            0 => $"count(*){_filter}",
            1 => $"count({Distinct()}{Argument(_dice.Pick(ValueTypes.OfColumns))}){_filter}",
            2 => $"count(DISTINCT {Argument(_dice.Pick(ValueTypes.OfColumns))}){_filter}",
            3 => $"sum({Distinct()}{Argument(ValueType.Int4)}){_filter}",
            4 => $"regr_count({Argument(ValueType.Float8)}, {Argument(ValueType.Int4)}){_filter}",
            _ => Edge(ValueType.Int8),
        };

        /// <summary>One of the values: the least, the greatest, the most frequent, a percentile, the first in an order.</summary>
        private string Edge(ValueType type) => type == ValueType.Bool ? $"bool_or({Argument(type)}){_filter}" : _dice.Weighted(70, 10, 10, 10) switch
        {
            0 => $"{_dice.Pick("min", "max")}({Argument(type)}){_filter}",
            1 => $"mode() WITHIN GROUP (ORDER BY {Argument(type)}{_dice.Pick("", " DESC")}){_filter}",
            2 => $"percentile_disc({_dice.Pick(_fractions)}) WITHIN GROUP (ORDER BY {Argument(type)}{_dice.Pick("", " DESC")}){_filter}",
            _ => First(Argument(type)),
        };

        private string First(string argument) =>
            $"(array_agg({Distinct()}{argument} ORDER BY {argument}{_dice.Pick("", " DESC", " NULLS FIRST")}){_filter})[1]";

        private string Collection()
        {
            ValueType type = _dice.Pick(_collected);
            string text = Argument(ValueType.Text);
            string value = Argument(type);
            string order = $" ORDER BY {value}{_dice.Pick("", " DESC", " NULLS FIRST", " DESC NULLS LAST")}";
            return _dice.Weighted(35, 20, 15, 15, 15) switch
            {
                0 => $"string_agg({Distinct()}{text}, ',' ORDER BY {text}){_filter}",
                1 => $"(array_agg({Distinct()}{value}{order}){_filter})::text",
                2 => $"(jsonb_agg({Distinct()}{value}{order}){_filter})::text",
                3 => $"(jsonb_object_agg(COALESCE({text}, '-'), {value} ORDER BY {text}, {value}){_filter})::text",
                _ => $"(percentile_disc(ARRAY[0.25, 0.5, NULL, 1]) WITHIN GROUP (ORDER BY {value}){_filter})::text",
            };
        }

        private string Loose() => _dice.Next(8) switch
        {
            0 => $"avg({Distinct()}{Argument(_dice.Pick(ValueType.Int4, ValueType.Int8, ValueType.Numeric, ValueType.Float8))}){_filter}",
            1 => $"sum({Argument(ValueType.Int8)}){_filter}",
            2 => $"sum({Argument(ValueType.Numeric)} * 1.5){_filter}",
            3 => $"avg({Argument(ValueType.Int4)}){_filter}",
            4 => $"round(({Variance()}({Argument(ValueType.Float8)}){_filter})::numeric, 6)",
            5 => $"percentile_cont({_dice.Pick(_fractions)}) WITHIN GROUP (ORDER BY {Argument(ValueType.Float8)}{_dice.Pick("", " DESC")}){_filter}",
            _ => $"round(({_dice.Pick(_pairStatistics)}({Argument(ValueType.Float8)}, {Argument(_dice.Pick(ValueType.Float8, ValueType.Int4))}){_filter})::numeric, 5)",
        };
    }
}
