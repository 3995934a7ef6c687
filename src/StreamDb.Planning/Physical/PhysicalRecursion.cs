using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Physical;

/// <summary>A recursive scope of a physical plan: its bodies are computed together, iteration after iteration. Compared by reference.</summary>
public sealed class PhysicalRecursiveScope(RecursionScope scope)
{
    public RecursionLimit Limit => scope.Limit;

    public ImmutableArray<ImmutableArray<Field>> Bindings => scope.Bindings;

    /// <summary>Set once, as soon as they are lowered.</summary>
    public ImmutableArray<PhysicalNode> Bodies { get; internal set; } = [];
}

/// <summary>One table of a recursive scope, from outside.</summary>
public sealed record PhysicalRecursive(PhysicalRecursiveScope Scope, int Binding) : PhysicalNode(Scope.Bindings[Binding])
{
    public override IReadOnlyList<PhysicalNode> Inputs => Scope.Bodies;
}

/// <summary>One table of a recursive scope, from inside: of this iteration or of the one before.</summary>
public sealed record PhysicalRecursiveReference(PhysicalRecursiveScope Scope, int Binding, bool IsCurrent) : PhysicalNode(Scope.Bindings[Binding])
{
    public override IReadOnlyList<PhysicalNode> Inputs => [];
}
