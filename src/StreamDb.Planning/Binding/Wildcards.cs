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

        ImmutableArray<ScopeColumn> kept = columns;
        foreach (QualifiedNameSyntax name in wildcard.Except)
        {
            ImmutableArray<ScopeColumn> among = name.Qualifier is null
                ? columns
                : Item(scope, QualifiedNameSyntax.Of(name.Qualifier), name.Position);
            if (among.All(c => c.Name != name.Name))
            {
                throw BindError.At(SqlState.UndefinedColumn, name.Position, $"column \"{name.Name}\" does not exist");
            }

            // By what it reads, not by name: * EXCEPT (a.x) keeps b.x.
            kept = [.. kept.Where(c => !among.Any(e => e.Name == name.Name && e.Expression.Equals(c.Expression)))];
        }

        return kept;
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
