using System.Collections.Immutable;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>One overload of a scalar function or operator: everything that binder, compiler, pg_proc and docs must know.</summary>
/// <remarks>Operators are overloads named by their symbol. Compared by reference: each exists once in the registry.</remarks>
public sealed class FunctionOverload
{
    /// <summary>Lower-case name, or an operator symbol.</summary>
    public required string Name { get; init; }

    /// <summary>Declared argument types; may be pseudo-types. With <see cref="IsVariadic"/> the last repeats.</summary>
    public required ImmutableArray<SqlType> ArgumentTypes { get; init; }

    /// <summary>Declared result type; a pseudo-type is resolved from the arguments.</summary>
    public required SqlType ReturnType { get; init; }

    public bool IsVariadic { get; init; }

    /// <summary>NULL as soon as one argument is NULL; the implementation never sees a NULL.</summary>
    public bool IsStrict { get; init; } = true;

    /// <summary>May yield NULL although no argument is NULL (this includes every overload that can fail with a row error).</summary>
    public bool ReturnsNull { get; init; }

    public Volatility Volatility { get; init; } = Volatility.Immutable;

    /// <summary>How the compiler calls it; owned by <see cref="Compilation"/>.</summary>
    public required object Implementation { get; init; }

    public override string ToString() => $"{Name}({string.Join(", ", ArgumentTypes)})";
}
