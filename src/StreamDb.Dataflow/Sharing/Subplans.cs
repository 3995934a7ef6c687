using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Sharing;

/// <summary>The parts of a description that several dataflows can share, each under a name that equal parts have.</summary>
/// <remarks>
/// A name says all that a collection depends on: what its node does, to which collections, in which columns. Where that is not
/// known (a transform without a name, constants, recursion, what follows the time) there is none, and so for all above it.
/// <para>A part is a named join, group, top-n, threshold or window together with the maps and unions between it and the
/// parts and relations that it reads. What it is made of depends on its name alone, never on the rest of the description,
/// so that it can be stored under its name and taken over by another view. Hence a part has no node inside that something
/// else reads, too: computed in both, its row errors would count twice. Picking columns costs nothing and cannot fail.</para>
/// <para>Nor where equal values may look different (1.0 and 1.00) and the operator gives out one of them: which one depends
/// on its past, so that two operators over the same rows are not interchangeable.</para>
/// </remarks>
internal sealed class Subplans
{
    private readonly Dictionary<Node, string> _names = [];
    private readonly Dictionary<Node, bool> _isClosed = [];

    public Subplans(Node output)
    {
        Dictionary<Node, int> readers = CountReaders(output);
        foreach (Node node in readers.Keys.OrderBy(node => node.Index))
        {
            string? name = node.Inputs.All(_names.ContainsKey) ? NodeText.Of(node) : null;
            bool isClosed = name is not null && node.Inputs.All(input => _isClosed[input]);
            if (name is not null)
            {
                _names.Add(node, Hash($"{name}({string.Join(',', node.Inputs.Select(input => _names[input]))}){ShapeText(node.Shape)}"));
            }

            if (isClosed && IsPart(node))
            {
                Parts.Add(node, $"subplan:{_names[node]}");
            }
            else if (IsKept(node) || (node is not RelationNode && readers[node] > 1 && !(node is MapNode map && map.Transform.IsSelection)))
            {
                isClosed = false;
            }

            _isClosed.Add(node, isClosed);
        }
    }

    /// <summary>The parts and their names. Equal parts of one description have one name.</summary>
    public Dictionary<Node, string> Parts { get; } = [];

    /// <summary>The relations below a node.</summary>
    public static IReadOnlyList<RelationId> InputsOf(Node node) =>
        [.. CountReaders(node).Keys.OfType<RelationNode>().Select(input => input.Relation).Distinct()];

    /// <summary>The relations that a node reads itself, or by way of what belongs to no other part.</summary>
    /// <remarks>Each node is visited once: a description of nested equal subqueries has more ways through it than could ever be walked.</remarks>
    public IReadOnlyList<RelationId> OwnInputs(Node node)
    {
        var relations = new List<RelationId>();
        var seen = new HashSet<Node> { node };
        var open = new Stack<Node>([node]);
        while (open.TryPop(out Node? current))
        {
            if (current is RelationNode relation && !relations.Contains(relation.Relation))
            {
                relations.Add(relation.Relation);
            }

            foreach (Node input in current.Inputs)
            {
                if (!Parts.ContainsKey(input) && seen.Add(input))
                {
                    open.Push(input);
                }
            }
        }

        return relations;
    }

    /// <summary>How many inputs each node below and at <paramref name="root"/> is.</summary>
    public static Dictionary<Node, int> CountReaders(Node root)
    {
        var readers = new Dictionary<Node, int> { [root] = 1 };
        var open = new Stack<Node>([root]);
        while (open.TryPop(out Node? node))
        {
            foreach (Node input in node.Inputs)
            {
                int known = readers.GetValueOrDefault(input);
                readers[input] = known + 1;
                if (known == 0)
                {
                    open.Push(input);
                }
            }
        }

        return readers;
    }

    /// <summary>Whether its operators keep anything, or are as much work as if they did.</summary>
    private static bool IsKept(Node node) =>
        node is JoinNode or DeltaJoinNode or ReduceNode or TopNNode or ThresholdNode or WindowNode or AssertSingleNode or TemporalFilterNode or RecursiveNode;

    private static bool IsPart(Node node) => node switch
    {
        JoinNode or DeltaJoinNode => true,
        ReduceNode reduce => !reduce.Spec.Keys.Any(key => IsLossy(node, key)) && reduce.Spec.Aggregates.All(aggregate => aggregate switch
        {
            AccumulableAggregate sum => !sum.IsDistinct || !sum.Arguments.Any(column => IsLossy(node, column)),
            ExtremeAggregate extreme => !IsLossy(node, extreme.Column),
            CollectedAggregate collected => !collected.Columns.Any(column => IsLossy(node, column)),
            _ => false,
        }),
        TopNNode or ThresholdNode or WindowNode or AssertSingleNode => !Enumerable.Range(0, node.Inputs[0].Shape.Count).Any(column => IsLossy(node, column)),
        _ => false,
    };

    private static bool IsLossy(Node node, int inputColumn) => RowCodecField.IsLossy(node.Inputs[0].Shape[inputColumn].Type);

    private static string ShapeText(IReadOnlyList<ColumnShape> shape) =>
        string.Concat(shape.Select(column => string.Create(CultureInfo.InvariantCulture, $"{(int)column.Type}{(column.IsNullable ? '?' : '!')}")));

    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 16));
}
