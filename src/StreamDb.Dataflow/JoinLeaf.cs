using StreamDb.Dataflow.Operators;

namespace StreamDb.Dataflow;

/// <summary>A join of two relations in a dataflow that may take its deltas from a shared one.</summary>
/// <param name="LeftTap">Where the left relation's rows come in, which nothing else reads; <paramref name="RightTap"/> likewise.</param>
/// <param name="Output">What emits the joined rows.</param>
internal sealed record JoinLeaf(JoinNode Node, Operator LeftTap, Operator RightTap, Operator Output);
