using StreamDb.Core.Types;

namespace StreamDb.Expressions.Compilation;

internal enum NodeKind : byte
{
    Column,
    Constant,
    Null,
    Call,
    And,
    Or,
    Not,
    IsNull,

    /// <summary>Condition, result, condition, result, …, else.</summary>
    Case,
    Coalesce,

    /// <summary>IS NOT DISTINCT FROM of two values, by an equality implementation.</summary>
    NotDistinct,
}

/// <summary>An expression as the kernel builder sees it: equal sub-expressions of one program are one node, constants are slots.</summary>
/// <param name="Slot">Column: position in the program's read columns. Constant, and Call with a target: slot of the constants.</param>
internal sealed record Node(int Id, NodeKind Kind, PhysicalType Physical, int Slot, ScalarImplementation? Implementation, Node[] Children)
{
    public Type ClrType { get; } = ClrTypes.Of(Physical);
}
