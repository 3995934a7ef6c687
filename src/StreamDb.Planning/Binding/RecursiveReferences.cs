using StreamDb.Core.Errors;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Finds the references to a common table in syntax, and refuses those that WITH RECURSIVE does not allow, as PostgreSQL does (checkWellFormedRecursion).</summary>
internal static class RecursiveReferences
{
    private enum Place
    {
        Fine,
        NonRecursiveTerm,
        Subquery,
        OuterJoin,
        Intersect,
        Except,
    }

    /// <summary>Whether the query reads the common table called <paramref name="name"/>; one of the same name further in is another.</summary>
    public static bool RefersTo(SyntaxNode query, string name) => Find(query, name, Place.Fine).Any();

    /// <summary>The tables of a WITH RECURSIVE so that each comes after those it reads; 0A000 when two read each other.</summary>
    public static IEnumerable<CommonTableSyntax> InOrder(WithSyntax with)
    {
        var done = new HashSet<CommonTableSyntax>(ReferenceEqualityComparer.Instance);
        var open = new HashSet<CommonTableSyntax>(ReferenceEqualityComparer.Instance);
        var order = new List<CommonTableSyntax>();
        foreach (CommonTableSyntax table in with.Tables)
        {
            Visit(table);
        }

        return order;

        void Visit(CommonTableSyntax table)
        {
            if (done.Contains(table))
            {
                return;
            }

            if (!open.Add(table))
            {
                throw BindError.At(
                    SqlState.FeatureNotSupported, table.Position, "mutual recursion between WITH items is not implemented",
                    "Use WITH MUTUALLY RECURSIVE.");
            }

            foreach (CommonTableSyntax other in with.Tables)
            {
                if (!ReferenceEquals(other, table) && RefersTo(table.Query, other.Name))
                {
                    Visit(other);
                }
            }

            done.Add(table);
            order.Add(table);
        }
    }

    /// <summary>A recursive query without mere parentheses, once it is known to be well formed: its body is the union of the two terms. 42P19, 0A000.</summary>
    public static QuerySyntax WellFormed(CommonTableSyntax table)
    {
        string name = table.Name;
        QuerySyntax query = table.Query;
        while (query is { With: null, Limit: null, Offset: null, Body: NestedQuerySyntax nested } && query.OrderBy.IsEmpty && query.Locking.IsEmpty)
        {
            query = nested.Query;
        }

        if (query.Body is not SetOperationSyntax { Operator: SetOperator.Union } union)
        {
            throw BindError.At(
                SqlState.InvalidRecursion, table.Position,
                $"recursive query \"{name}\" does not have the form non-recursive-term UNION [ALL] recursive-term");
        }

        Refuse(query.With, Place.Subquery);
        Refuse(union.Left, Place.NonRecursiveTerm);
        RefuseClause(query.OrderBy.IsEmpty ? -1 : query.OrderBy[0].Position, "ORDER BY");
        RefuseClause(query.Offset?.Position ?? -1, "OFFSET");
        RefuseClause(query.Limit?.Position ?? -1, "LIMIT");
        RefuseClause(query.Locking.IsEmpty ? -1 : query.Locking[0].Position, "FOR UPDATE/SHARE");
        Refuse(union.Right, Place.Fine);
        return query;

        void Refuse(SyntaxNode? part, Place place)
        {
            int count = 0;
            foreach ((int position, Place found) in part is null ? [] : Find(part, name, place))
            {
                string? where = found switch
                {
                    Place.NonRecursiveTerm => "within its non-recursive term",
                    Place.Subquery => "within a subquery",
                    Place.OuterJoin => "within an outer join",
                    Place.Intersect => "within INTERSECT",
                    Place.Except => "within EXCEPT",
                    _ => ++count > 1 ? "more than once" : null,
                };
                if (where is not null)
                {
                    throw BindError.At(
                        SqlState.InvalidRecursion, position, $"recursive reference to query \"{name}\" must not appear {where}");
                }
            }
        }

        static void RefuseClause(int position, string clause)
        {
            if (position >= 0)
            {
                throw BindError.At(SqlState.FeatureNotSupported, position, $"{clause} in a recursive query is not implemented");
            }
        }
    }

    /// <summary>Positions of the references and the strictest thing around each.</summary>
    private static IEnumerable<(int Position, Place Place)> Find(SyntaxNode node, string name, Place place)
    {
        System.Runtime.CompilerServices.RuntimeHelpers.EnsureSufficientExecutionStack();
        switch (node)
        {
            case TableReferenceSyntax { Name: { IsSimple: true } reference } when reference.Name == name:
                return [(node.Position, place)];
            case TableBodySyntax { Name: { IsSimple: true } reference } when reference.Name == name:
                return [(node.Position, place)];
            case QuerySyntax { With: { } with } query:
                // A recursive WITH's own table is known to all its queries, a plain one's to those after it.
                int own = with.Tables.Select((t, i) => (t, i)).FirstOrDefault(pair => pair.t.Name == name, (null!, -1)).Item2;
                IEnumerable<CommonTableSyntax> tables = own < 0 ? with.Tables : with.Kind == WithKind.Plain ? with.Tables.Take(own + 1) : [];
                IEnumerable<(int, Place)> found = tables.SelectMany(table => Find(table.Query, name, place));
                return own >= 0 ? found : found.Concat(InChildren(query with { With = null }, name, place));
            case JoinSyntax join:
                return Find(join.Left, name, join.Kind is JoinKind.Right or JoinKind.Full ? Place.OuterJoin : place)
                    .Concat(Find(join.Right, name, join.Kind is JoinKind.Left or JoinKind.Full ? Place.OuterJoin : place))
                    .Concat(join.On is null ? [] : Find(join.On, name, place));
            case SetOperationSyntax { Operator: SetOperator.Intersect, IsAll: true } operation:
                return InChildren(operation, name, Place.Intersect);
            case SetOperationSyntax { Operator: SetOperator.Except } operation:
                return Find(operation.Left, name, operation.IsAll ? Place.Except : place).Concat(Find(operation.Right, name, Place.Except));
            case ExpressionSyntax:
                return SyntaxRewriter.Children(node).SelectMany(child => Find(child, name, child is QuerySyntax ? Place.Subquery : place));
            default:
                return InChildren(node, name, place);
        }
    }

    private static IEnumerable<(int Position, Place Place)> InChildren(SyntaxNode node, string name, Place place) =>
        SyntaxRewriter.Children(node).SelectMany(child => Find(child, name, place));
}
