using System.Reflection;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Compilation;

/// <summary>What a function does on bad input.</summary>
internal enum FailureMode : byte
{
    /// <summary>It cannot fail.</summary>
    None,

    /// <summary>It calls <see cref="EvaluationContext.Fail{T}"/> and returns. For functions that run millions of times a second.</summary>
    Flag,

    /// <summary>
    /// It returns false after calling <see cref="EvaluationContext.Fail{T}"/>; its result is a last out parameter. For the
    /// hottest of all: success costs nothing but the branch that the operation needs anyway.
    /// </summary>
    Tries,

    /// <summary>It throws a SqlException (or OverflowException, for numeric).</summary>
    Throws,
}

/// <summary>How compiled code calls a function: a method over CLR values, and what its signature says of NULL.</summary>
/// <remarks>
/// Parameters are the CLR types of the physical types (<see cref="ClrTypes"/>). A Nullable parameter receives NULLs; any
/// other makes the function strict in it. A Nullable result may be NULL. A <see cref="VariadicArguments"/> parameter takes
/// all remaining arguments; a last <see cref="EvaluationContext"/> parameter is filled in. <paramref name="Target"/> is null
/// for static methods, else an immutable object.
/// </remarks>
internal sealed record ScalarImplementation(MethodInfo Method, object? Target, FailureMode Failure)
{
    public ScalarImplementation(Delegate method, FailureMode failure)
        : this(method.Method, method.Method.IsStatic ? null : method.Target, failure)
    {
    }

    /// <summary>A public generic method of <paramref name="target"/>, made for values of a type.</summary>
    public static ScalarImplementation Generic(object target, string method, SqlType type, FailureMode failure) =>
        new(target.GetType().GetMethod(method)!.MakeGenericMethod(ClrTypes.Of(type.Physical)), target, failure);

    public ParameterInfo[] Parameters { get; } = Method.GetParameters();

    /// <summary>Index of the parameter that takes all remaining arguments, or -1.</summary>
    public int VariadicIndex { get; } = Array.FindIndex(Method.GetParameters(), p => p.ParameterType == typeof(VariadicArguments));

    public bool IsVariadic => VariadicIndex >= 0;

    public bool TakesContext => Array.Exists(Parameters, p => p.ParameterType == typeof(EvaluationContext));

    /// <summary>The CLR type of the value that it gives; may be Nullable.</summary>
    public Type ResultType => Failure == FailureMode.Tries ? Parameters[^1].ParameterType.GetElementType()! : Method.ReturnType;

    public bool ReturnsNullable => Nullable.GetUnderlyingType(ResultType) is not null;

    /// <summary>Parameter <paramref name="index"/> wants NULLs too.</summary>
    public bool AcceptsNull(int index) => (VariadicIndex >= 0 && index >= VariadicIndex)
        || Nullable.GetUnderlyingType(Parameters[index].ParameterType) is not null;
}

/// <summary>Chooses or makes the implementation for one call, by its types or its constant arguments.</summary>
internal delegate ScalarImplementation ScalarBinder(Trees.CallExpression call);
