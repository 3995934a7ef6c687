namespace StreamDb.Testing.Oracle;

/// <summary>Aggregate calls by the type of their result, with DISTINCT and FILTER.</summary>
internal sealed class AggregateGenerator(Dice dice, ExpressionGenerator expressions)
{
    public string Of(ValueType type, Scope scope)
    {
        Scope arguments = scope with { SubqueryDepth = 0 };
        string filter = dice.Chance(20) ? $" FILTER (WHERE {expressions.Predicate(arguments, 1)})" : "";
        string Argument(ValueType of) => expressions.Of(of, arguments, 1);
        string Distinct() => dice.Chance(20) ? "DISTINCT " : "";
        string Extreme() => $"{dice.Pick("min", "max")}({Argument(type)}){filter}";
        string StringAggregate()
        {
            // Equal texts are the same, so ordering by the argument itself leaves nothing open.
            string argument = Argument(ValueType.Text);
            return $"string_agg({argument}, ',' ORDER BY {argument}){filter}";
        }

        return type switch
        {
            ValueType.Int8 => dice.Weighted(30, 15, 15, 25, 15) switch
            {
                0 => $"count(*){filter}",
                1 => $"count({Distinct()}{Argument(dice.Pick(ValueTypes.OfColumns))}){filter}",
                2 => $"count(DISTINCT {Argument(dice.Pick(ValueTypes.OfColumns))}){filter}",
                3 => $"sum({Distinct()}{Argument(ValueType.Int4)}){filter}",
                _ => Extreme(),
            },
            ValueType.Text when dice.Chance(25) => StringAggregate(),
            ValueType.Numeric => dice.Next(4) switch
            {
                0 => $"sum({Distinct()}{Argument(ValueType.Numeric)}){filter}",
                1 => $"round(avg({Distinct()}{Argument(dice.Pick(ValueType.Int4, ValueType.Numeric))}){filter}, 2)",
                2 => $"round(sum({Argument(ValueType.Int8)}){filter}, 2)",
                _ => Extreme(),
            },
            ValueType.Float8 => dice.Next(3) switch
            {
                0 => $"sum({Argument(ValueType.Float8)}){filter}",
                1 => $"floor(avg({Argument(ValueType.Float8)}){filter} * 4) / 4",
                _ => Extreme(),
            },
            ValueType.Bool => $"{dice.Pick("bool_and", "bool_or")}({Argument(ValueType.Bool)}){filter}",
            ValueType.Loose => dice.Next(4) switch
            {
                0 => $"avg({Distinct()}{Argument(dice.Pick(ValueType.Int4, ValueType.Int8, ValueType.Numeric, ValueType.Float8))}){filter}",
                1 => $"sum({Argument(ValueType.Int8)}){filter}",
                2 => $"sum({Argument(ValueType.Numeric)} * 1.5){filter}",
                _ => $"avg({Argument(ValueType.Int4)}){filter}",
            },
            _ => Extreme(),
        };
    }
}
