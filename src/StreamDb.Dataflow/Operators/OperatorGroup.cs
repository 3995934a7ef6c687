using StreamDb.Core.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Operators;

/// <summary>The operators of one dataflow, relation or index on one worker: what is installed, fails and is removed together.</summary>
internal sealed class OperatorGroup(RelationId id) : IDisposable
{
    public RelationId Id { get; } = id;

    public List<Operator> Operators { get; } = [];

    /// <summary>The memory of its keyed state, which ends with it; null where it has none of its own.</summary>
    public StateArena? Arena { get; init; }

    /// <summary>Whether a checkpoint can have its state.</summary>
    public bool CanStore => Arena is not null && Failure is null && Operators.TrueForAll(static member => member.CanStore);

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

    /// <summary>Frees its operators and their state. Nothing may reach them any more.</summary>
    public void Dispose()
    {
        Operators.ForEach(static member => member.Dispose());
        Arena?.Dispose();
    }

    /// <summary>The state between two epochs, on its worker.</summary>
    public WorkerImage Capture()
    {
        using var stream = new MemoryStream();
        using var output = new BinaryWriter(stream);
        WriteRoots(Operators, output);
        output.Flush();
        return new WorkerImage(stream.ToArray(), Arena!.Capture());
    }

    /// <summary>Takes over the state that <see cref="Capture"/> wrote, before the first deltas.</summary>
    public void ReadRoots(byte[] roots)
    {
        using var input = new BinaryReader(new MemoryStream(roots));
        ReadRoots(Operators, input);
    }

    public static void WriteRoots(IReadOnlyList<Operator> operators, BinaryWriter output)
    {
        foreach (Operator member in operators)
        {
            output.Write(member.GetType().Name);
            member.WriteRoots(output);
        }
    }

    public static void ReadRoots(IReadOnlyList<Operator> operators, BinaryReader input)
    {
        foreach (Operator member in operators)
        {
            string name = input.ReadString();
            Invariant.Check(name == member.GetType().Name, "a restored dataflow has the operators that were stored");
            member.ReadRoots(input);
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
