using StreamDb.Dataflow.Operators;

namespace StreamDb.Dataflow;

/// <summary>An index that several dataflows read: one operator per worker keeps it.</summary>
internal sealed class SharedIndex(IndexOperator[] operators)
{
    public IndexOperator[] Operators { get; } = operators;
}
