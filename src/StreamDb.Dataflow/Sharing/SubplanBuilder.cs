using StreamDb.Core.Rows;
using StreamDb.Dataflow.Operators;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Sharing;

/// <summary>Builds the parts of one dataflow, on one worker, each in a group of its own.</summary>
/// <param name="open">A group for the part of that name.</param>
/// <param name="contextOf">What the operators of a group see.</param>
internal sealed class SubplanBuilder(
    Subplans subplans, IGraphHost host, IErrorSink errors, Func<string, OperatorGroup> open, Func<OperatorGroup, OperatorContext> contextOf)
{
    private readonly Dictionary<string, SubplanShard> _built = [];

    /// <summary>The parts, those that others read first.</summary>
    public List<SubplanShard> Built { get; } = [];

    /// <summary>The name of a part; null for other nodes.</summary>
    public string? NameOf(Node node) => subplans.Parts.GetValueOrDefault(node);

    public SubplanShard Build(Node node, string name, GraphBuilder outer)
    {
        if (!_built.TryGetValue(name, out SubplanShard? built))
        {
            OperatorGroup group = open(name);
            OperatorContext context = contextOf(group);
            var shared = new SharedErrors(errors);
            context.Errors = shared;
            var builder = new GraphBuilder(context, group, host.HostOf(name), this, outer, node);
            Operator output = builder.Build(node);
            built = new SubplanShard(name, node, group, output, builder.PartitionOf(node), shared);
            _built.Add(name, built);
            Built.Add(built);
        }

        return built;
    }
}
