using StreamDb.Core.Errors;
using StreamDb.Expressions.Trees;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Finds what a column reference means, from the innermost scope outwards.</summary>
internal static class NameResolution
{
    /// <summary>The expression that <paramref name="name"/> means over the row of <paramref name="scope"/>; 42703, 42702, 42P01.</summary>
    /// <param name="wholeRow">Makes a record of an item's columns, for a reference to the item itself.</param>
    public static ScalarExpression Resolve(
        BinderState state, Scope scope, QualifiedNameSyntax name, int position, Func<FromItem, ScalarExpression> wholeRow)
    {
        int levels = 0;
        for (Scope? current = scope; current is not null; current = current.Parent, levels++)
        {
            if (Find(state, current, name, position, wholeRow) is { } found)
            {
                return found is ColumnExpression column && levels == 0
                    ? state.Located(column with { }, position)
                    : found.ToOuter(levels);
            }
        }

        throw NotFound(state, scope, name, position);
    }

    /// <summary>The column that a simple reference names in this scope itself; null when there is none.</summary>
    public static ScopeColumn? FindColumn(Scope scope, QualifiedNameSyntax name, int position)
    {
        if (name.IsSimple)
        {
            return Single(scope.Visible, name.Name, position);
        }

        string? schema = name.Parts.Count > 2 ? name.Parts[name.Parts.Count - 3] : null;
        return scope.FindItem(schema, name.Qualifier!) is { } item ? Single(item.Columns, name.Name, position) : null;
    }

    private static ScopeColumn? Single(IEnumerable<ScopeColumn> columns, string name, int position)
    {
        ScopeColumn? found = null;
        foreach (ScopeColumn column in columns)
        {
            if (column.Name != name)
            {
                continue;
            }

            if (found is not null)
            {
                throw BindError.At(SqlState.AmbiguousColumn, position, $"column reference \"{name}\" is ambiguous");
            }

            found = column;
        }

        return found;
    }

    private static ScalarExpression? Find(
        BinderState state, Scope scope, QualifiedNameSyntax name, int position, Func<FromItem, ScalarExpression> wholeRow)
    {
        if (FindColumn(scope, name, position) is { } column)
        {
            return column.Expression;
        }

        if (name.IsSimple)
        {
            return scope.FindItem(null, name.Name) is { } item
                ? item.IsScalarFunction ? item.Columns[0].Expression : wholeRow(item)
                : null;
        }

        string? schema = name.Parts.Count > 2 ? name.Parts[name.Parts.Count - 3] : null;
        if (name.Parts.Count > 3 && name.Parts[0] != state.Context.Database)
        {
            throw BindError.At(
                SqlState.FeatureNotSupported, position, $"cross-database references are not implemented: {string.Join(".", name.Parts)}");
        }

        if (scope.FindItem(schema, name.Qualifier!) is not null)
        {
            throw BindError.At(
                SqlState.UndefinedColumn, position, $"column {name.Qualifier}.{name.Name} does not exist", Near(scope, name.Name, name.Qualifier));
        }

        return null;
    }

    private static SqlException NotFound(BinderState state, Scope scope, QualifiedNameSyntax name, int position)
    {
        if (name.IsSimple)
        {
            return BindError.At(SqlState.UndefinedColumn, position, $"column \"{name.Name}\" does not exist", Near(scope, name.Name, null));
        }

        string qualifier = name.Qualifier!;
        return state.Relations.Find(new QualifiedNameSyntax(SyntaxList.Create<string>([qualifier]))) is not null
            && scope.Items.FirstOrDefault(i => i.Relation?.Name == qualifier) is { Alias: { } alias }
            ? BindError.At(
                SqlState.UndefinedTable, position, $"invalid reference to FROM-clause entry for table \"{qualifier}\"",
                $"Perhaps you meant to reference the table alias \"{alias}\".")
            : BindError.At(SqlState.UndefinedTable, position, $"missing FROM-clause entry for table \"{qualifier}\"");
    }

    /// <summary>"Perhaps you meant …" for the nearest one or two names, if they are near enough.</summary>
    private static string? Near(Scope scope, string name, string? qualifier)
    {
        (string Name, int Distance)[] candidates =
        [
            .. scope.Items.Where(i => i.Alias is not null)
                .SelectMany(i => i.Columns.Select(c => ($"{i.Alias}.{c.Name}", Distance(c.Name, name) + (qualifier is null || qualifier == i.Alias ? 0 : 1))))
                .Where(c => c.Item2 <= Math.Max(1, name.Length / 2) && c.Item2 < name.Length)
                .OrderBy(c => c.Item2)
                .Take(3),
        ];
        return candidates.Length switch
        {
            0 => null,
            1 => $"Perhaps you meant to reference the column \"{candidates[0].Name}\".",
            2 when candidates[1].Distance == candidates[0].Distance =>
                $"Perhaps you meant to reference the column \"{candidates[0].Name}\" or the column \"{candidates[1].Name}\".",
            _ when candidates[0].Distance < candidates[1].Distance => $"Perhaps you meant to reference the column \"{candidates[0].Name}\".",
            _ => null,
        };
    }

    /// <summary>Levenshtein distance; names are at most 63 bytes.</summary>
    private static int Distance(string left, string right)
    {
        int[] previous = [.. Enumerable.Range(0, right.Length + 1)];
        for (int i = 1; i <= left.Length; i++)
        {
            int[] current = new int[right.Length + 1];
            current[0] = i;
            for (int j = 1; j <= right.Length; j++)
            {
                int replace = previous[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1);
                current[j] = Math.Min(replace, 1 + Math.Min(previous[j], current[j - 1]));
            }

            previous = current;
        }

        return previous[right.Length];
    }
}
