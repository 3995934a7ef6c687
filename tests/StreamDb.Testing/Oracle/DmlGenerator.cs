using System.Collections.Immutable;

namespace StreamDb.Testing.Oracle;

/// <summary>INSERT, UPDATE, DELETE and TRUNCATE whose outcome does not depend on the order in which rows are visited.</summary>
internal sealed class DmlGenerator(Dice dice)
{
    /// <summary>About how many rows a table gets at most.</summary>
    public const int TableRowsMax = 24;

    /// <summary>Changes of rows that are there come more often than new ones, so that views retract; at times those of the rows that are an extreme.</summary>
    public OracleStep Generate(OracleRelation table, IReadOnlyList<OracleRelation> relations) =>
        dice.Weighted(40, table.Key.IsEmpty ? 0 : 14, 10, 22, 4, 12, 5, 2, 10) switch
        {
            0 => Insert(table, ""),
            1 => Insert(table, OnConflict(table)),
            2 => InsertSelect(table, relations),
            3 => Update(table, relations),
            4 => UpdateFrom(table, relations) ?? Update(table, relations),
            5 => Delete(table, relations),
            6 => new PlainStep($"DELETE FROM {table.Name}{(dice.Chance(60) ? "" : " WHERE true")}"),
            7 => new PlainStep($"TRUNCATE {dice.Pick("", "TABLE ")}{table.Name}"),
            _ => ChangeExtreme(table) ?? Delete(table, relations),
        };

    private InsertStep Insert(OracleRelation table, string suffix)
    {
        ImmutableArray<OracleColumn> columns = table.Columns;
        string list = "";
        if (dice.Chance(40))
        {
            // Columns out of order, one perhaps left out.
            columns = [.. columns.Reverse().Where((c, i) => !c.IsNullable || i % 5 != 0)];
            columns = columns.IsEmpty ? table.Columns : columns;
            list = $" ({string.Join(", ", columns.Select(c => c.Name))})";
        }

        // Many at once only where keys do not forbid it: most values are of few.
        int count = dice.Weighted(25, 40, table.Key.IsEmpty ? 45 : 15) switch { 0 => 1, 1 => dice.Between(2, 4), _ => dice.Between(4, 8) };

        // Often rows that agree in some column: groups and joins then meet several.
        List<OracleColumn> agreeing = [.. columns.Where(c => !table.Key.Contains(table.Columns.IndexOf(c)) && dice.Chance(50))];
        OracleColumn? agreed = agreeing.Count > 0 && dice.Chance(60) ? dice.Pick(agreeing) : null;
        string value = agreed is null ? "" : ValueTypes.Inserted(dice, agreed.Type, isNullable: false);
        List<string> rows = [];
        while (rows.Count < count)
        {
            string row = $"({string.Join(", ", columns.Select(c => c == agreed ? value : ValueTypes.Inserted(dice, c.Type, c.IsNullable || dice.Chance(1))))})";
            rows.Add(row);
            if (table.Key.IsEmpty && dice.Chance(15))
            {
                rows.Add(row);
            }
        }

        return new InsertStep($"INSERT INTO {table.Name}{list}", [.. rows], suffix);
    }

    private string OnConflict(OracleRelation table)
    {
        string key = string.Join(", ", table.Key.Select(k => table.Columns[k].Name));
        List<OracleColumn> others = [.. table.Columns.Where((_, i) => !table.Key.Contains(i))];
        if (others.Count == 0 || dice.Chance(35))
        {
            return $" ON CONFLICT {dice.Pick("", $"({key}) ")}DO NOTHING";
        }

        IEnumerable<string> assignments = others.Where((_, i) => i == 0 || dice.Chance(50)).Select(c => $"{c.Name} = {Merged(table, c)}");
        string where = dice.Chance(20) ? $" WHERE {table.Name}.{others[0].Name} IS DISTINCT FROM EXCLUDED.{others[0].Name}" : "";
        return $" ON CONFLICT ({key}) DO UPDATE SET {string.Join(", ", assignments)}{where}";
    }

    private string Merged(OracleRelation table, OracleColumn column) => dice.Next(3) switch
    {
        0 when ValueTypes.IsNumber(column.Type) =>
            ExpressionGenerator.Bounded(column.Type, $"{table.Name}.{column.Name} + EXCLUDED.{column.Name}"),
        1 when column.IsNullable => $"COALESCE({table.Name}.{column.Name}, EXCLUDED.{column.Name})",
        _ => $"EXCLUDED.{column.Name}",
    };

    private PlainStep InsertSelect(OracleRelation table, IReadOnlyList<OracleRelation> relations)
    {
        var queries = new QueryGenerator(new QueryContext(dice, relations));
        List<ValueType> types = [.. table.Columns.Select(c => c.Type)];
        GeneratedQuery query = queries.FewRows(types, dice.Between(1, 5));
        IEnumerable<string> bounded = query.Columns.Select((c, i) => table.Columns[i].IsNullable
            ? ExpressionGenerator.Bounded(c.Type, c.Name)
            : $"COALESCE({ExpressionGenerator.Bounded(c.Type, c.Name)}, {ValueTypes.Literal(dice, c.Type)})");
        return new PlainStep($"INSERT INTO {table.Name} SELECT {string.Join(", ", bounded)} FROM ({query.Sql}) AS q");
    }

    private PlainStep Update(OracleRelation table, IReadOnlyList<OracleRelation> relations)
    {
        var expressions = new ExpressionGenerator(new QueryContext(dice, relations));
        Scope scope = ScopeOf(table);
        List<OracleColumn> targets = [.. table.Columns.Where((_, i) => !table.Key.Contains(i))];
        if (targets.Count == 0 || dice.Chance(8))
        {
            return UpdateKey(table);
        }

        IEnumerable<string> assignments = targets.Where((c, i) => i == targets.Count - 1 || dice.Chance(35))
            .Select(c => $"{c.Name} = {Assigned(c, scope, expressions)}");
        return new PlainStep($"UPDATE {table.Name} SET {string.Join(", ", assignments)}{Where(scope, expressions, 85)}");
    }

    /// <summary>One key becomes another one: PostgreSQL checks keys row by row, so that several at once could fail midway.</summary>
    private PlainStep UpdateKey(OracleRelation table)
    {
        int index = table.Key.IsEmpty ? 0 : table.Key[0];
        OracleColumn column = table.Columns[index];
        IEnumerable<string> all = table.Key.Select(k => $"{table.Columns[k].Name} = {ValueTypes.Literal(dice, table.Columns[k].Type)}");
        string where = table.Key.IsEmpty ? $"{column.Name} IS NULL" : string.Join(" AND ", all);
        return new PlainStep($"UPDATE {table.Name} SET {column.Name} = {ValueTypes.Literal(dice, column.Type)} WHERE {where}");
    }

    /// <summary>Joined on the other table's whole key, so that each row finds one partner at most.</summary>
    private PlainStep? UpdateFrom(OracleRelation table, IReadOnlyList<OracleRelation> relations)
    {
        List<(OracleColumn Own, OracleRelation Other)> partners =
        [
            .. from other in relations
               where other.IsTable && other.Key.Length == 1 && other.Name != table.Name
               from own in table.Columns
               where own.Type == other.Columns[other.Key[0]].Type
               select (own, other),
        ];
        List<OracleColumn> targets = [.. table.Columns.Where((_, i) => !table.Key.Contains(i))];
        if (partners.Count == 0 || targets.Count == 0)
        {
            return null;
        }

        (OracleColumn column, OracleRelation source) = dice.Pick(partners);
        OracleColumn target = dice.Pick(targets);
        string value = source.Columns.FirstOrDefault(c => c.Type == target.Type) is { } found && target.IsNullable
            ? $"s.{found.Name}"
            : ValueTypes.Literal(dice, target.Type);
        return new PlainStep(
            $"UPDATE {table.Name} SET {target.Name} = {value} FROM {source.Name} AS s WHERE {table.Name}.{column.Name} = s.{source.Columns[source.Key[0]].Name}");
    }

    private PlainStep Delete(OracleRelation table, IReadOnlyList<OracleRelation> relations)
    {
        var expressions = new ExpressionGenerator(new QueryContext(dice, relations));
        if (dice.Chance(12) && relations.Where(r => r.IsTable && r.Name != table.Name).ToList() is { Count: > 0 } others)
        {
            OracleRelation other = dice.Pick(others);
            if ((from o in other.Columns from c in table.Columns where o.Type == c.Type select (o, c)).FirstOrDefault() is ({ } o1, { } c1))
            {
                return new PlainStep($"DELETE FROM {table.Name} USING {other.Name} AS s WHERE {table.Name}.{c1.Name} = s.{o1.Name}");
            }
        }

        return new PlainStep($"DELETE FROM {table.Name}{Where(ScopeOf(table), expressions, 100)}");
    }

    /// <summary>Deletes the rows of the least or greatest value, of all or of their group, or gives them another value.</summary>
    private PlainStep? ChangeExtreme(OracleRelation table)
    {
        List<OracleColumn> values = [.. table.Columns.Where((c, i) => c.Type != ValueType.Bool && !table.Key.Contains(i))];
        if (values.Count == 0)
        {
            return null;
        }

        OracleColumn value = dice.Pick(values);
        OracleColumn group = table.Columns[dice.Next(table.Columns.Length)];
        string where = group == value || dice.Chance(30) ? "" : $" WHERE m.{group.Name} = {table.Name}.{group.Name}";
        string change = dice.Chance(65) ? $"DELETE FROM {table.Name}" : $"UPDATE {table.Name} SET {value.Name} = {ValueTypes.Literal(dice, value.Type)}";
        return new PlainStep($"{change} WHERE {table.Name}.{value.Name} = (SELECT {dice.Pick("min", "max")}(m.{value.Name}) FROM {table.Name} AS m{where})");
    }

    private string Assigned(OracleColumn column, Scope scope, ExpressionGenerator expressions)
    {
        if (column.IsNullable && dice.Chance(12))
        {
            return "NULL";
        }

        // Dates and times would grow without end, and a key must not become NULL.
        bool isPlain = column.Type is ValueType.Date or ValueType.TimestampTz || !column.IsNullable || dice.Chance(40);
        return isPlain
            ? ValueTypes.Literal(dice, column.Type)
            : ExpressionGenerator.Bounded(column.Type, expressions.Of(column.Type, scope, 2));
    }

    private string Where(Scope scope, ExpressionGenerator expressions, int percent) =>
        dice.Chance(percent) ? $" WHERE {expressions.Predicate(scope, 1)}" : "";

    private static Scope ScopeOf(OracleRelation table) =>
        new([.. table.Columns.Select(c => new ScopeColumn($"{table.Name}.{c.Name}", c.Type))], 1);
}
