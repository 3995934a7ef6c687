using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;
using StreamDb.Planning.Rules;

namespace StreamDb.Coordinator.Statements;

/// <summary>
/// A query that is nothing but the rows with one key of one relation: <c>SELECT columns FROM relation WHERE key = value</c>. Read
/// straight from the arrangement, without a dataflow.
/// </summary>
/// <param name="Arrangement">Relation or index.</param>
/// <param name="Values">Literals or parameters for the arrangement's whole key.</param>
/// <param name="Output">Columns of the relation that the query returns.</param>
internal sealed record PointRead(
    RelationId Arrangement, ImmutableArray<PhysicalType> KeyTypes, ImmutableArray<ScalarExpression> Values, ImmutableArray<int> Output)
{
    /// <summary>The direct read for a plan, parameters still in it; null when the plan does more than that.</summary>
    public static PointRead? TryFind(QueryPlan plan, Catalog catalog, StatementContext context)
    {
        if (!plan.Finishing.OrderBy.IsEmpty || plan.Finishing.Limit is not null || plan.Finishing.Offset != 0 || Depth(plan.Root) > 4)
        {
            return null;
        }

        using EvaluationContext evaluation = context.Evaluation();
        PhysicalNode root = Lowering.LowerQuery(Optimizer.Optimize(plan.Root, evaluation), QueryRunner.ArrangementsOf(catalog));
        if (root is not PhysicalMap { Input: PhysicalGet { Lookup: { IsWholeKey: true } lookup } get, Predicate: { } predicate } map
            || get.Relation is SystemRelationItem or MaterializedViewItem { FailsOnError: true }
            || map.Projections.Any(p => p is not ColumnExpression)
            || LogicalExpressions.Conjuncts(predicate).Count() != lookup.KeyColumns.Length)
        {
            return null;
        }

        return new PointRead(
            new RelationId(lookup.ArrangementOid),
            [.. lookup.KeyColumns.Select(c => get.Columns[c].Type.Physical)],
            lookup.Values,
            [.. map.Projections.Take(plan.Finishing.VisibleColumns).Select(p => ((ColumnExpression)p).Index)]);
    }

    /// <summary>The rows, each as often as it is there.</summary>
    public IReadOnlyList<ColumnBatch> Run(RelationSnapshot snapshot, IReadOnlyList<Datum> parameters)
    {
        ImmutableArray<Datum> key =
        [
            .. Values.Select(v => v switch
            {
                LiteralExpression literal => literal.Value,
                ParameterExpression parameter => parameters[parameter.Index],
                _ => throw new Core.Diagnostics.InvariantException("a point read has only literals and parameters"),
            }),
        ];

        // Equality with NULL is never true.
        if (key.Any(k => k.IsNull))
        {
            return [];
        }

        ColumnBatch keys = ColumnBatch.FromRows(KeyTypes.AsSpan(), [key]);
        DeltaBatch found = snapshot.Lookup(keys);
        keys.Release();
        try
        {
            if (found.Count == 0)
            {
                return [];
            }

            ColumnBatch rows = found.Rows.Select(Output.AsSpan());
            if (found.Weights is null || found.WeightSpan.IndexOfAnyExcept(1) < 0)
            {
                return [rows];
            }

            ColumnBatch repeated = rows.Gather([.. Enumerable.Range(0, found.Count).SelectMany(r => Enumerable.Repeat(r, (int)found.Weight(r)))]);
            rows.Release();
            return [repeated];
        }
        finally
        {
            found.Release();
        }
    }

    private static int Depth(LogicalNode node) => 1 + (node.Inputs.Count == 0 ? 0 : node.Inputs.Max(Depth));
}
