using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.Expressions.Compilation;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;
using StreamDb.Planning.Rules;
using StreamDb.Rendering;

namespace StreamDb.Coordinator.Statements;

/// <summary>Runs queries once, over a read view, with the operators of maintained views.</summary>
internal static class QueryRunner
{
    /// <summary>Optimizes and renders a query whose parameters are substituted.</summary>
    public static RenderedQuery Prepare(LogicalNode root, Catalog catalog, StatementContext context)
    {
        using EvaluationContext evaluation = context.Evaluation();
        LogicalNode optimized = Optimizer.Optimize(root, evaluation, sizes: context.SizeOf);
        return Renderer.RenderQuery(Lowering.LowerQuery(optimized, ArrangementsOf(catalog)), context.Rendering);
    }

    /// <summary>Runs a rendered query.</summary>
    public static IReadOnlyList<ColumnBatch> Run(RenderedQuery query, ReadView view, StatementContext context)
    {
        Dictionary<RelationId, IEnumerable<DeltaBatch>> inputs = query.Inputs.ToDictionary(
            i => i.Key, i => view.Read(i.Value, context.System(view.Catalog)));
        return context.Database.Engine.RunOnce(
            query.Dataflow,
            inputs,
            context.NowMicroseconds,
            ThrowingErrorSink.Instance,
            context.Cancellation,
            context.Database.Options.QueryMemoryBytes);
    }

    /// <summary>Sorts, skips, cuts, and drops hidden columns. Takes over the batches.</summary>
    public static IReadOnlyList<ColumnBatch> Finish(IReadOnlyList<ColumnBatch> batches, Finishing finishing)
    {
        if (!finishing.OrderBy.IsEmpty && batches.Sum(b => b.Count) > 1)
        {
            batches = [RowSorter.Sort(batches, finishing.OrderBy)];
        }

        var result = new List<ColumnBatch>();
        long skip = finishing.Offset;
        long left = finishing.Limit ?? long.MaxValue;
        foreach (ColumnBatch batch in batches)
        {
            int start = (int)Math.Min(skip, batch.Count);
            int count = (int)Math.Min(left, batch.Count - start);
            skip -= start;
            left -= count;
            if (count > 0)
            {
                ColumnBatch rows = count == batch.Count ? batch.Acquire() : batch.Gather([.. Enumerable.Range(start, count)]);
                result.Add(rows.ColumnCount == finishing.VisibleColumns ? rows.Acquire() : rows.Select([.. Enumerable.Range(0, finishing.VisibleColumns)]));
                rows.Release();
            }

            batch.Release();
        }

        return result;
    }

    /// <summary>The arrangements that queries over that catalog may read by key.</summary>
    public static IArrangementCatalog ArrangementsOf(Catalog catalog) => new CatalogArrangements(catalog);

    private sealed class CatalogArrangements(Catalog catalog) : IArrangementCatalog
    {
        public IEnumerable<(uint Oid, ImmutableArray<int> Key)> ArrangementsOf(RelationItem relation)
        {
            ImmutableArray<int> own = KeyInference.KeyOf(new LogicalGet(relation));
            if (!own.IsEmpty)
            {
                yield return (relation.Oid, own);
            }

            foreach (IndexItem index in catalog.DependentsOf(relation.Oid).OfType<IndexItem>())
            {
                yield return (index.Oid, index.KeyColumns);
            }
        }
    }
}
