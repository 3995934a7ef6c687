using StreamDb.Core.Identifiers;

namespace StreamDb.Dataflow.Operators;

/// <summary>The operators of one dataflow, relation or index on one worker: what is installed, fails and is removed together.</summary>
internal sealed class OperatorGroup(RelationId id)
{
    public RelationId Id { get; } = id;

    public List<Operator> Operators { get; } = [];

    /// <summary>Why the group is paused; null while it is live.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>Pauses this group and every group that its deltas flow into.</summary>
    public void Fail(Exception reason, List<OperatorGroup> failed)
    {
        if (Failure is not null)
        {
            return;
        }

        Failure = reason;
        failed.Add(this);
        foreach (Operator member in Operators)
        {
            member.Discard();
            foreach ((Operator target, _) in member.Targets)
            {
                if (target.Group != this)
                {
                    target.Group.Fail(reason, failed);
                }
            }

            foreach (Operator reader in (member as IndexOperator)?.Readers ?? [])
            {
                reader.Group.Fail(reason, failed);
            }
        }
    }

    public long StateBytes()
    {
        long bytes = 0;
        foreach (Operator member in Operators)
        {
            bytes += member.StateBytes;
        }

        return bytes;
    }
}
