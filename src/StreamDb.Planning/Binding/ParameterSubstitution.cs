using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Binding;

/// <summary>Replaces parameters by their values.</summary>
public static class ParameterSubstitution
{
    /// <summary>The plan with literals for parameters, and the limits that depend on them computed. 2201W, 2201X.</summary>
    /// <param name="values">One per parameter, of the types that binding reported.</param>
    public static StatementPlan Apply(StatementPlan plan, IReadOnlyList<Datum> values)
    {
        if (values.Count == 0)
        {
            return plan;
        }

        StatementPlan substituted = PlanRewriting.Rewrite(plan, e => e.Rewrite(x => x is ParameterExpression p
            ? new LiteralExpression(p.Index < values.Count ? values[p.Index] : throw Missing(p.Index), p.Type)
            : x));
        return substituted switch
        {
            QueryPlan query => Limit(query),
            InsertPlan insert => insert with { Source = Limit(insert.Source), Finishing = insert.Finishing is null ? null : Limit(insert.Finishing) },
            UpdatePlan update => update with { Source = Limit(update.Source) },
            DeletePlan delete => delete with { Source = Limit(delete.Source) },
            CreateTablePlan { AsQuery: not null } create => create with { AsQuery = Limit(create.AsQuery) },
            CopyPlan { Query: not null } copy => copy with { Query = Limit(copy.Query) },
            ExplainPlan { Inner: QueryPlan query } explain => explain with { Inner = Limit(query) },
            _ => substituted,
        };
    }

    private static SqlException Missing(int index) => new(SqlState.UndefinedParameter, $"there is no parameter ${index + 1}");

    private static QueryPlan Limit(QueryPlan query) => query with { Root = Limit(query.Root), Finishing = Limit(query.Finishing) };

    private static Finishing Limit(Finishing finishing) => finishing with
    {
        Limit = finishing.LimitExpression is { } limit ? Count(limit, "LIMIT", SqlState.InvalidRowCountInLimit) : finishing.Limit,
        Offset = finishing.OffsetExpression is { } offset ? Count(offset, "OFFSET", SqlState.InvalidRowCountInOffset) ?? 0 : finishing.Offset,
        LimitExpression = null,
        OffsetExpression = null,
    };

    private static LogicalNode Limit(LogicalNode node)
    {
        LogicalNode[] inputs = [.. node.Inputs.Select(Limit)];
        if (!inputs.SequenceEqual(node.Inputs, ReferenceEqualityComparer.Instance))
        {
            node = node.WithInputs(inputs);
        }

        return node is LogicalTopN top && (top.LimitExpression is not null || top.OffsetExpression is not null)
            ? top with
            {
                Limit = top.LimitExpression is { } limit ? Count(limit, "LIMIT", SqlState.InvalidRowCountInLimit) : top.Limit,
                Offset = top.OffsetExpression is { } offset ? Count(offset, "OFFSET", SqlState.InvalidRowCountInOffset) ?? 0 : top.Offset,
                LimitExpression = null,
                OffsetExpression = null,
            }
            : node;
    }

    private static long? Count(ScalarExpression expression, string construct, string invalidState)
    {
        using EvaluationContext context = new(ThrowingErrorSink.Instance);
        return QueryBinder.RowCount(ConstantFolding.Evaluate(expression, context), construct, invalidState);
    }
}
