using StreamDb.Core.Identifiers;
using StreamDb.Dataflow.Exchange;
using StreamDb.Dataflow.Recursion;

namespace StreamDb.Dataflow;

/// <summary>What a graph under construction asks of where it will run.</summary>
internal interface IGraphHost
{
    /// <summary>What a part of that name asks instead; the same for all workers.</summary>
    IGraphHost HostOf(string subplan);

    /// <summary>Whether a relation is fed from outside rather than by a dataflow.</summary>
    bool IsBase(RelationId relation);

    /// <summary>The shared index of a relation by these keys; null where nothing is shared (one-shot runs).</summary>
    SharedIndex? FindIndex(RelationId relation, IReadOnlyList<int> keys, IReadOnlyList<bool> nullsMatch);

    /// <summary>The mailboxes of the n-th exchange of this dataflow, the same for all workers.</summary>
    ExchangeChannel Channel(int ordinal);

    /// <summary>What the workers of one of this dataflow's recursive scopes agree by.</summary>
    Agreement Agreement(int ordinal);
}
