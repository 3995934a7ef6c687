using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary><c>*</c> and <c>t.*</c>.</summary>
internal static class Wildcards
{
    public static ImmutableArray<ScopeColumn> Expand(Scope scope, WildcardSyntax wildcard)
    {
        ImmutableArray<ScopeColumn> columns = wildcard.Qualifier is null
            ? scope.Items.IsEmpty
                ? throw BindError.At(SqlState.SyntaxError, wildcard.Position, "SELECT * with no tables specified is not valid")
                : scope.Visible
            : Item(scope, wildcard.Qualifier, wildcard.Position);
        if (wildcard.Except.IsEmpty)
        {
            return columns;
        }

        HashSet<string> left = [.. wildcard.Except.Select(e => e.Name)];
        foreach (QualifiedNameSyntax name in wildcard.Except)
        {
            if (!columns.Any(c => c.Name == name.Name))
            {
                throw BindError.At(SqlState.UndefinedColumn, name.Position, $"column \"{name.Name}\" does not exist");
            }
        }

        return [.. columns.Where(c => !left.Contains(c.Name))];
    }

    private static ImmutableArray<ScopeColumn> Item(Scope scope, QualifiedNameSyntax qualifier, int position)
    {
        int levels = 0;
        for (Scope? current = scope; current is not null; current = current.Parent, levels++)
        {
            if (current.FindItem(qualifier.Qualifier, qualifier.Name) is { } item)
            {
                return [.. item.Columns.Select(c => c with { Expression = c.Expression.ToOuter(levels) })];
            }
        }

        throw BindError.At(SqlState.UndefinedTable, position, $"missing FROM-clause entry for table \"{qualifier.Name}\"");
    }
}
