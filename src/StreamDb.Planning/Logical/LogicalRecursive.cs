using System.Collections.Immutable;
using StreamDb.Core.Rows;

namespace StreamDb.Planning.Logical;

/// <summary>One table of a recursive scope, from outside: what <paramref name="Bodies"/>, evaluated again and again, give for it in the end.</summary>
/// <remarks>
/// In each iteration the bodies are evaluated in order. A <see cref="LogicalRecursiveReference"/> is a table as it was in the
/// iteration before (empty in the first), or as an earlier body gave it in this one. It ends when nothing changes, or at the
/// limit. All tables of a scope have the same bodies; each body has the physical types of its table.
/// </remarks>
public sealed record LogicalRecursive(RecursionScope Scope, ImmutableArray<LogicalNode> Bodies, int Binding) : LogicalNode
{
    public override ImmutableArray<Field> Columns => Scope.Bindings[Binding];

    public override IReadOnlyList<LogicalNode> Inputs => Bodies;

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) => new LogicalRecursive(Scope, [.. inputs], Binding);
}
