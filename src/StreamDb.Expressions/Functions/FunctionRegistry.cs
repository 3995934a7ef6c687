using System.Collections.Frozen;
using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>Every scalar function and operator, once: the binder resolves calls here, and compiler, pg_proc and docs read it.</summary>
public static class FunctionRegistry
{
    private static readonly FrozenDictionary<string, FunctionOverload[]> _byName = Build();

    /// <summary>All overloads; operators are those whose name is a symbol.</summary>
    public static IReadOnlyList<FunctionOverload> All { get; } = [.. _byName.Values.SelectMany(o => o)];

    /// <summary>There is a function (not a table function or aggregate) of that name.</summary>
    public static bool Exists(string name) => _byName.ContainsKey(name) || SpecialForms.Exists(name);

    /// <summary>A call of a function; arguments are coerced to the chosen overload's types.</summary>
    /// <param name="position">0-based offset of the call in the statement, or -1.</param>
    /// <exception cref="SqlException">42883 no such function, 42725 several, 22P02 and others for bad literals.</exception>
    public static ScalarExpression Call(string name, IReadOnlyList<ScalarExpression> arguments, int position)
    {
        if (SpecialForms.TryBuild(name, arguments, position, out ScalarExpression? special))
        {
            return special;
        }

        if (_byName.TryGetValue(name, out FunctionOverload[]? overloads))
        {
            int index = Resolve(overloads, arguments, isOperator: false);
            if (index >= 0)
            {
                return Build(overloads[index], arguments, position);
            }

            if (index == -2)
            {
                throw new SqlException(SqlState.AmbiguousFunction, $"function {Describe(name, arguments)} is not unique")
                {
                    Position = position + 1,
                    Hint = "Could not choose a best candidate function. You might need to add explicit type casts.",
                };
            }
        }

        if (arguments.Count == 1 && SpecialForms.TypeNamed(name) is { } type
            && (arguments[0].Type.Kind == SqlTypeKind.Unknown || Coercion.CanCast(arguments[0].Type, type, CastContext.Explicit)))
        {
            return Coercion.Cast(arguments[0], type, CastContext.Explicit, position);
        }

        throw new SqlException(SqlState.UndefinedFunction, $"function {Describe(name, arguments)} does not exist")
        {
            Position = position + 1,
            Hint = "No function matches the given name and argument types. You might need to add explicit type casts.",
        };
    }

    /// <summary>A prefix operator with one operand or an infix one with two.</summary>
    /// <param name="position">0-based offset of the operator in the statement, or -1.</param>
    /// <exception cref="SqlException">42883 no such operator, 42725 several.</exception>
    public static ScalarExpression Operator(string symbol, IReadOnlyList<ScalarExpression> operands, int position)
    {
        symbol = symbol == "!=" ? "<>" : symbol;
        operands = SpecialForms.OperandsOf(symbol, operands, position);
        string described = operands.Count == 1
            ? $"{symbol} {operands[0].Type.WithoutModifier()}"
            : $"{operands[0].Type.WithoutModifier()} {symbol} {operands[1].Type.WithoutModifier()}";
        int index = -1;
        if (_byName.TryGetValue(symbol, out FunctionOverload[]? overloads))
        {
            index = Resolve(overloads, operands, isOperator: true);
            if (index >= 0)
            {
                return Build(overloads[index], operands, position);
            }
        }

        string types = operands.Count == 1 ? "type. You might need to add an explicit type cast." : "types. You might need to add explicit type casts.";
        throw index == -2
            ? new SqlException(SqlState.AmbiguousFunction, $"operator is not unique: {described}")
            {
                Position = position + 1,
                Hint = "Could not choose a best candidate operator. You might need to add explicit type casts.",
            }
            : new SqlException(SqlState.UndefinedFunction, $"operator does not exist: {described}")
            {
                Position = position + 1,
                Hint = $"No operator matches the given name and argument {types}",
            };
    }

    /// <summary>A call of the only overload of a name, whose result type depends on more than its arguments' types.</summary>
    internal static CallExpression Typed(string name, IReadOnlyList<ScalarExpression> arguments, SqlType type) =>
        new(_byName[name][0], [.. arguments], type);

    internal static ScalarImplementation Implementation(CallExpression call) =>
        call.Function.Implementation as ScalarImplementation ?? ((ScalarBinder)call.Function.Implementation)(call);

    internal static string Describe(string name, IReadOnlyList<ScalarExpression> arguments) =>
        $"{name}({string.Join(", ", arguments.Select(a => a.Type.WithoutModifier()))})";

    private static int Resolve(FunctionOverload[] overloads, IReadOnlyList<ScalarExpression> arguments, bool isOperator) =>
        OverloadResolution.Resolve(
            [.. overloads.Select(o => (o.ArgumentTypes, o.IsVariadic))], [.. arguments.Select(a => a.Type)], isOperator);

    private static CallExpression Build(FunctionOverload overload, IReadOnlyList<ScalarExpression> arguments, int position)
    {
        ImmutableArray<SqlType> declared = overload.ArgumentTypes;
        if (arguments.Count > declared.Length)
        {
            declared = [.. declared, .. Enumerable.Repeat(declared[^1], arguments.Count - declared.Length)];
        }

        SqlType[] actual = [.. arguments.Select(a => a.Type)];
        ImmutableArray<SqlType> targets = Polymorphism.Substitute(declared, actual);
        ImmutableArray<ScalarExpression> coerced =
            [.. arguments.Select((a, i) => Coercion.Cast(a, targets[i], CastContext.Implicit, position))];
        return new CallExpression(overload, coerced, Polymorphism.Result(overload.ReturnType, declared, actual));
    }

    private static FrozenDictionary<string, FunctionOverload[]> Build()
    {
        var table = new FunctionTable();
        ArithmeticFunctions.Declare(table);
        ComparisonFunctions.Declare(table);
        StringFunctions.Declare(table);
        DateTimeFunctions.Declare(table);
        SystemFunctions.Declare(table);
        CatalogFunctions.Declare(table);
        CatalogPrivilegeFunctions.Declare(table);
        ArrayFunctions.Declare(table);
        RecordFunctions.Declare(table);
        JsonFunctions.Declare(table);
        NumberFunctions.Declare(table);
        table.Overloads.AddRange(MapFunctions.All);
        return table.Overloads.GroupBy(o => o.Name).ToFrozenDictionary(g => g.Key, g => g.ToArray());
    }
}
