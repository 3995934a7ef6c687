using StreamDb.Expressions.Compilation;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;

namespace StreamDb.Planning.Rules;

/// <summary>Rewrites a bound plan into an equal one that is cheaper to maintain: no applies, filters low, joins with keys, no unread columns.</summary>
public static class Optimizer
{
    private static readonly (string Name, Func<LogicalNode, RuleContext, LogicalNode> Apply)[] _rules =
    [
        ("fold constants", (n, c) => FoldConstants(n, c.Evaluation)),
        ("fold empty", (n, _) => FoldEmpty.Apply(n)),
        ("push predicates", (n, _) => PushPredicates.Apply(n)),
        ("decorrelate", (n, _) => Decorrelate.Apply(n)),
        ("push predicates", (n, _) => PushPredicates.Apply(n)),
        ("simplify outer joins", (n, _) => SimplifyOuterJoins.Apply(n)),
        ("push predicates", (n, _) => PushPredicates.Apply(n)),
        ("order joins", (n, c) => OrderJoins.Apply(n, c.Sizes)),
        ("push predicates", (n, _) => PushPredicates.Apply(n)),
        ("rank filters", (n, _) => RankFilters.Apply(n)),
        ("fold empty", (n, _) => FoldEmpty.Apply(n)),
        ("prune columns", (n, _) => PruneColumns.Apply(n)),
        ("remove distinct", (n, _) => RemoveDistinct.Apply(n)),
        ("remove joins", (n, c) => RemoveJoins.Apply(n, c.Indexes)),
        ("remove distinct", (n, _) => RemoveDistinct.Apply(n)),
        ("extreme rows", (n, c) => c.Indexes is null ? n : ExtremeRows.Apply(n)),
        ("push top-n", (n, _) => PushTopN.Apply(n)),
        ("push extremes", (n, c) => c.Indexes is { } indexes ? PushExtremes.Apply(n, indexes) : n),
        ("prune columns", (n, _) => PruneColumns.Apply(n)),
        ("merge projects", (n, _) => MergeProjects.Apply(n)),
        ("share subplans", (n, _) => ShareSubplans.Apply(n)),
    ];

    /// <param name="trace">Called with the rule's name and the plan after each rule that changed it; EXPLAIN (TRACE).</param>
    /// <param name="sizes">See <see cref="OrderJoins"/>.</param>
    /// <param name="indexes">Of a view: by what columns its relations are kept whole for joins; null: the query runs once.</param>
    public static LogicalNode Optimize(
        LogicalNode root,
        EvaluationContext context,
        Action<string, LogicalNode>? trace = null,
        Func<RelationItem, long?>? sizes = null,
        JoinIndexes? indexes = null)
    {
        foreach ((string name, Func<LogicalNode, RuleContext, LogicalNode> apply) in _rules)
        {
            LogicalNode result = apply(root, new RuleContext(context, sizes, indexes));
            if (trace is not null && !ReferenceEquals(result, root) && Explain.PlanPrinter.Print(result) != Explain.PlanPrinter.Print(root))
            {
                trace(name, result);
            }

            root = result;
        }

        return root;
    }

    internal static LogicalNode FoldConstants(LogicalNode root, EvaluationContext context) =>
        new LogicalRewriter(node => LogicalExpressions.MapExpressions(node, e => ConstantFolding.Fold(e, context))).Rewrite(root);

    /// <summary>What rules may ask besides the plan.</summary>
    private readonly record struct RuleContext(EvaluationContext Evaluation, Func<RelationItem, long?>? Sizes, JoinIndexes? Indexes);
}
