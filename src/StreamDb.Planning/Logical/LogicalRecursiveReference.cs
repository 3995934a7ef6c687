using System.Collections.Immutable;
using StreamDb.Core.Rows;

namespace StreamDb.Planning.Logical;

/// <summary>A table of a recursive scope, from inside.</summary>
/// <param name="IsCurrent">As its body, an earlier one, gave it in this iteration; otherwise as it was in the iteration before.</param>
public sealed record LogicalRecursiveReference(RecursionScope Scope, int Binding, bool IsCurrent) : LogicalNode
{
    public override ImmutableArray<Field> Columns => Scope.Bindings[Binding];

    public override IReadOnlyList<LogicalNode> Inputs => [];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => this;
}
