namespace StreamDb.Dataflow;

/// <summary>One collection that a recursive scope computes.</summary>
/// <param name="Variable">Made by <see cref="DataflowBuilder.Variable"/>: the collection in the iteration before.</param>
/// <param name="Body">The collection in this iteration.</param>
public sealed record RecursiveBinding(Node Variable, Node Body);
