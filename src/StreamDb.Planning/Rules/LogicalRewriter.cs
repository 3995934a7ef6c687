using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Rewrites a plan bottom-up, keeping shared nodes shared: a node reached twice is rewritten once.</summary>
internal sealed class LogicalRewriter(Func<LogicalNode, LogicalNode> map)
{
    private readonly Dictionary<LogicalNode, LogicalNode> _done = new(ReferenceEqualityComparer.Instance);

    public LogicalNode Rewrite(LogicalNode node)
    {
        if (_done.TryGetValue(node, out LogicalNode? known))
        {
            return known;
        }

        LogicalNode result = map(RewriteInputs(node, Rewrite));
        _done.Add(node, result);
        return result;
    }

    /// <summary>The node over rewritten inputs; the node itself when none changed.</summary>
    public static LogicalNode RewriteInputs(LogicalNode node, Func<LogicalNode, LogicalNode> rewrite)
    {
        IReadOnlyList<LogicalNode> inputs = node.Inputs;
        LogicalNode[]? changed = null;
        for (int i = 0; i < inputs.Count; i++)
        {
            LogicalNode input = rewrite(inputs[i]);
            if (!ReferenceEquals(input, inputs[i]))
            {
                changed ??= [.. inputs];
                changed[i] = input;
            }
        }

        return changed is null ? node : node.WithInputs(changed);
    }

    /// <summary>Whether the node or one below it is so.</summary>
    public static bool Any(LogicalNode root, Func<LogicalNode, bool> isSo)
    {
        var seen = new HashSet<LogicalNode>(ReferenceEqualityComparer.Instance);
        return Visit(root);

        bool Visit(LogicalNode node) => seen.Add(node) && (isSo(node) || node.Inputs.Any(Visit));
    }

    /// <summary>Whether the relation of a recursion is read somewhere below: rules that are made for relations that are kept leave it alone.</summary>
    public static bool ReadsRecursion(LogicalNode node) => Any(node, static below => below is LogicalRecursiveReference);

    /// <summary>How many parents each node has, by reference.</summary>
    public static Dictionary<LogicalNode, int> CountParents(LogicalNode root)
    {
        var parents = new Dictionary<LogicalNode, int>(ReferenceEqualityComparer.Instance);
        Visit(root);
        return parents;

        void Visit(LogicalNode node)
        {
            foreach (LogicalNode input in node.Inputs)
            {
                parents[input] = parents.GetValueOrDefault(input) + 1;
                if (parents[input] == 1)
                {
                    Visit(input);
                }
            }
        }
    }
}
