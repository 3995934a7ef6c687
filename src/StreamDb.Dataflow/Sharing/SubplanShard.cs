using StreamDb.Dataflow.Operators;

namespace StreamDb.Dataflow.Sharing;

/// <summary>A part of dataflows on one worker: operators of its own group, whose deltas flow into those of its readers.</summary>
/// <param name="Output">What emits its collection. All of its targets are its readers'.</param>
/// <param name="Partition">The columns that tell which worker has a row; null where any may have it.</param>
internal sealed record SubplanShard(string Name, Node Node, OperatorGroup Group, Operator Output, int[]? Partition, SharedErrors Errors)
{
    /// <summary>Lets an equal part take its place. Between epochs, both at the same one.</summary>
    /// <param name="dropped">Groups that end with it: readers not to be fed any more.</param>
    public void GiveWay(SubplanShard other, IReadOnlyCollection<OperatorGroup> dropped)
    {
        other.Output.Targets.AddRange(Output.Targets.Where(target => !dropped.Contains(target.Operator.Group)));
        Output.Targets.Clear();
        other.Errors.Add(Errors);
    }
}
