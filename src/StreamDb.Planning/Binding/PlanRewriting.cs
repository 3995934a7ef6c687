using System.Collections.Immutable;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Binding;

/// <summary>Rewrites every expression of a statement's plan.</summary>
internal static class PlanRewriting
{
    public static StatementPlan Rewrite(StatementPlan plan, Func<ScalarExpression, ScalarExpression> rewrite)
    {
        return plan switch
        {
            QueryPlan query => Query(query),
            InsertPlan insert => insert with
            {
                Source = Node(insert.Source),
                Returning = Returning(insert.Returning),
                ConflictUpdate = insert.ConflictUpdate is { } update ? All(update) : null,
                ConflictWhere = insert.ConflictWhere is null ? null : rewrite(insert.ConflictWhere),
                Finishing = insert.Finishing is null ? null : Finish(insert.Finishing),
            },
            UpdatePlan update => update with { Source = Node(update.Source), Returning = Returning(update.Returning) },
            DeletePlan delete => delete with { Source = Node(delete.Source), Returning = Returning(delete.Returning) },
            CreateTablePlan { AsQuery: not null } create => create with { AsQuery = Query(create.AsQuery) },
            CopyPlan { Query: not null } copy => copy with { Query = Query(copy.Query) },
            ExplainPlan explain => explain with { Inner = Rewrite(explain.Inner, rewrite) },
            _ => plan,
        };

        LogicalNode Node(LogicalNode node) => node.RewriteExpressions((e, _) => rewrite(e));

        ImmutableArray<ScalarExpression> All(ImmutableArray<ScalarExpression> list) => [.. list.Select(rewrite)];

        Finishing Finish(Finishing finishing) => finishing with
        {
            LimitExpression = finishing.LimitExpression is null ? null : rewrite(finishing.LimitExpression),
            OffsetExpression = finishing.OffsetExpression is null ? null : rewrite(finishing.OffsetExpression),
        };

        ReturningClause? Returning(ReturningClause? returning)
        {
            if (returning is null)
            {
                return null;
            }

            ImmutableArray<ScalarExpression> expressions = All(returning.Expressions);
            return new ReturningClause(expressions, [.. returning.Columns.Select((c, i) => c with { Type = expressions[i].Type })]);
        }

        QueryPlan Query(QueryPlan query)
        {
            LogicalNode root = Node(query.Root);
            return query with { Root = root, Finishing = Finish(query.Finishing), Columns = [.. root.Columns.Take(query.Columns.Length)] };
        }
    }
}
