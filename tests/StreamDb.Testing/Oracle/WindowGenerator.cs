namespace StreamDb.Testing.Oracle;

/// <summary>Window function calls by the type of their result.</summary>
/// <remarks>
/// SQL leaves open what comes first among rows that tie. So functions that see single rows are ordered by every column of the
/// scope (rows that still tie are equal in all that the query can show), and those ordered by less see whole peer groups only.
/// Of two that see single rows each may take another of equal rows for the first. Ours never do, PostgreSQL's do: then one must be enough.
/// </remarks>
internal sealed class WindowGenerator(Dice dice, ExpressionGenerator expressions)
{
    private bool _isOnce;
    private bool _maySeeRows = true;

    /// <summary>Before the first call of a SELECT.</summary>
    /// <param name="isOnce">Whether only one of its functions may see single rows.</param>
    public void Begin(bool isOnce) => (_isOnce, _maySeeRows) = (isOnce, true);

    /// <param name="scope">Not empty, without <see cref="ValueType.Loose"/>.</param>
    public string Of(ValueType type, Scope scope)
    {
        Scope arguments = scope with { SubqueryDepth = 0 };
        bool maySeeRows = _maySeeRows;
        string Argument(ValueType of) => expressions.Of(of, arguments, 1);
        string Filter() => dice.Chance(20) ? $" FILTER (WHERE {expressions.Predicate(arguments, 1)})" : "";
        string Total() => $" OVER ({Ordered(scope)}{dice.Pick("", Frame("ROWS"), Frame("ROWS"), Frame("GROUPS"))})";
        string Place() => $" OVER ({Ordered(scope)})";
        string Peers() => maySeeRows && dice.Chance(40) ? Total() : $" OVER ({Partition(scope)}{PeerOrder(scope)})";
        // These are polymorphic: PostgreSQL must be told what a literal is.
        string Typed() => type == ValueType.Text ? $"({Argument(type)})::text" : Argument(type);
        string Value() => (maySeeRows ? dice.Next(5) : 4) switch
        {
            0 => $"{dice.Pick("lag", "lead")}({Typed()}){Place()}",
            1 => $"{dice.Pick("lag", "lead")}({Typed()}, {dice.Between(-1, 3)}{(dice.Chance(50) ? $", {Argument(type)}" : "")}){Place()}",
            2 => $"{dice.Pick("first_value", "last_value")}({Typed()}){Total()}",
            3 => $"nth_value({Typed()}, {dice.Between(1, 3)}){Total()}",
            _ => $"{dice.Pick("min", "max")}({Argument(type)}){Filter()}{Peers()}",
        };

        return type switch
        {
            ValueType.Bool when !maySeeRows || dice.Chance(60) => $"{dice.Pick("bool_and", "bool_or")}({Argument(type)}){Filter()}{Peers()}",
            ValueType.Bool => $"coalesce(lag({Argument(type)}){Place()}, false)",
            ValueType.Int8 => (maySeeRows ? dice.Next(6) : dice.Between(1, 4)) switch
            {
                0 => $"row_number(){Place()}",
                1 => $"{dice.Pick("rank", "dense_rank")}() OVER ({Partition(scope)}ORDER BY {Key(scope)})",
                2 => $"count({dice.Pick("*", Argument(dice.Pick(ValueTypes.OfColumns)))}){Filter()}{Peers()}",
                3 or 4 => $"sum({Argument(ValueType.Int4)}){Filter()}{Peers()}",
                _ => Value(),
            },
            ValueType.Int4 when maySeeRows && dice.Chance(20) => $"ntile({dice.Between(1, 5)}){Place()}",
            ValueType.Text when maySeeRows && dice.Chance(20) => $"string_agg({Argument(type)}, ','){Filter()}{Total()}",
            ValueType.Numeric when dice.Chance(50) => dice.Chance(50)
                ? $"sum({Argument(type)}){Filter()}{Peers()}"
                : $"round(avg({Argument(dice.Pick(ValueType.Int4, type))}){Filter()}{Peers()}, 2)",
            ValueType.Float8 => dice.Next(4) switch
            {
                0 => $"sum({Argument(type)}){Filter()}{Peers()}",
                1 => $"floor({dice.Pick("percent_rank", "cume_dist")}() OVER ({Partition(scope)}ORDER BY {Key(scope)}) * 4) / 4",
                _ => Value(),
            },
            _ => Value(),
        };
    }

    /// <summary>A call that numbers rows, to keep some of them.</summary>
    public string Number(Scope scope)
    {
        string function = _maySeeRows ? dice.Pick("row_number", "row_number", "rank", "dense_rank") : dice.Pick("rank", "dense_rank");
        return $"{function}() OVER ({Ordered(scope)})";
    }

    /// <summary>A partitioning and a total order.</summary>
    private string Ordered(Scope scope)
    {
        _maySeeRows = !_isOnce;
        return Partition(scope) + TotalOrder(scope);
    }

    private string Partition(Scope scope) => dice.Chance(40) ? "" : $"PARTITION BY {dice.Pick(scope.Columns).Sql} ";

    private string TotalOrder(Scope scope)
    {
        List<ScopeColumn> columns = [.. scope.Columns];
        for (int i = columns.Count - 1; i > 0; i--)
        {
            int other = dice.Next(i + 1);
            (columns[i], columns[other]) = (columns[other], columns[i]);
        }

        return $"ORDER BY {string.Join(", ", columns.Select(c => c.Sql + Direction()))}";
    }

    private string Key(Scope scope) => dice.Pick(scope.Columns).Sql + Direction();

    private string Direction() => dice.Pick("", "", "", " DESC", " NULLS FIRST", " DESC NULLS LAST");

    /// <summary>An order by one column, or none, with a frame of whole groups of peers.</summary>
    private string PeerOrder(Scope scope)
    {
        if (dice.Chance(15))
        {
            return "";
        }

        ScopeColumn key = dice.Pick(scope.Columns);
        string order = $"ORDER BY {key.Sql}{Direction()}";
        string[]? offsets = key.Type switch
        {
            ValueType.Int4 or ValueType.Int8 => ["0", "1", "3"],
            ValueType.Numeric => ["0", "1.5", "20"],
            ValueType.Float8 => ["0", "1.5", "20"],
            ValueType.TimestampTz => ["'0'::interval", "'12 hours'::interval", "'1 day'::interval"],
            ValueType.Date => ["'1 day'::interval", "'1 month'::interval"],
            _ => null,
        };
        return dice.Next(4) switch
        {
            0 => order,
            1 when offsets is not null => order + Frame("RANGE", offsets),
            2 => order + Frame("RANGE", []),
            _ => order + Frame("GROUPS"),
        };
    }

    private string Frame(string unit) => Frame(unit, ["0", "1", "2", "4"]);

    /// <param name="offsets">None: only frames without offsets.</param>
    private string Frame(string unit, string[] offsets)
    {
        (string Text, int Rank) Edge() => (offsets.Length == 0 ? 2 * dice.Next(3) : dice.Next(5)) switch
        {
            0 => ("UNBOUNDED", 0),
            1 => ($"{dice.Pick(offsets)} PRECEDING", 1),
            2 => ("CURRENT ROW", 2),
            3 => ($"{dice.Pick(offsets)} FOLLOWING", 3),
            _ => ("UNBOUNDED", 4),
        };
        ((string Text, int Rank) start, (string Text, int Rank) end) = (Edge(), Edge());
        if (start.Rank > end.Rank)
        {
            (start, end) = (end, start);
        }

        string first = start.Rank is 0 or 4 ? "UNBOUNDED PRECEDING" : start.Text;
        string last = end.Rank is 0 or 4 ? "UNBOUNDED FOLLOWING" : end.Text;
        string exclusion = dice.Chance(25) ? $" EXCLUDE {dice.Pick("CURRENT ROW", "GROUP", "TIES", "NO OTHERS")}" : "";
        return $" {unit} BETWEEN {first} AND {last}{exclusion}";
    }
}
