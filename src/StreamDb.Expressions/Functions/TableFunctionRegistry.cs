using System.Collections.Concurrent;
using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>Every set-returning function, once.</summary>
public static class TableFunctionRegistry
{
    private static readonly Dictionary<string, TableFunctionDeclaration[]> _byName =
        TableFunctions.Declare().GroupBy(d => d.Name).ToDictionary(g => g.Key, g => g.ToArray());

    private static readonly ConcurrentDictionary<string, TableFunctionOverload> _bound = new();

    /// <summary>Name and declared argument types of every overload.</summary>
    public static IEnumerable<(string Name, ImmutableArray<SqlType> ArgumentTypes, bool IsVariadic)> All =>
        _byName.Values.SelectMany(d => d).Select(d => (d.Name, d.Arguments, d.IsVariadic));

    public static bool Exists(string name) => _byName.ContainsKey(name);

    /// <summary>The overload for the arguments' types, and the arguments coerced to it.</summary>
    /// <param name="position">0-based offset of the call in the statement, or -1.</param>
    /// <exception cref="SqlException">42883 no such function, 42725 several.</exception>
    public static (TableFunctionOverload Function, ImmutableArray<ScalarExpression> Arguments) Resolve(
        string name, IReadOnlyList<ScalarExpression> arguments, int position)
    {
        TableFunctionDeclaration[] overloads = _byName.GetValueOrDefault(name, []);
        SqlType[] actual = [.. arguments.Select(a => a.Type)];
        // unnest(a, b, …) takes arrays that have nothing to do with one another.
        bool isIndependent = overloads is [{ IsVariadic: true }] && actual.Length > 0
            && actual.All(a => OverloadResolution.Accepts(overloads[0].Arguments[0], a));
        int index = isIndependent ? 0 : OverloadResolution.Resolve([.. overloads.Select(o => (o.Arguments, o.IsVariadic))], actual, isOperator: false);
        if (index < 0)
        {
            throw new SqlException(
                index == -1 ? SqlState.UndefinedFunction : SqlState.AmbiguousFunction,
                $"function {FunctionRegistry.Describe(name, arguments)} {(index == -1 ? "does not exist" : "is not unique")}")
            {
                Position = position + 1,
                Hint = index == -1
                    ? "No function matches the given name and argument types. You might need to add explicit type casts."
                    : "Could not choose a best candidate function. You might need to add explicit type casts.",
            };
        }

        TableFunctionDeclaration declaration = overloads[index];
        ImmutableArray<SqlType> declared = declaration.Arguments;
        declared = [.. declared, .. Enumerable.Repeat(declared.LastOrDefault(SqlType.Text), arguments.Count - declared.Length)];
        ImmutableArray<SqlType> targets = declaration.IsVariadic
            ? [.. declared.Select((d, i) => Polymorphism.Substitute([d], [actual[i]])[0])]
            : Polymorphism.Substitute(declared, actual);
        ImmutableArray<ScalarExpression> coerced =
            [.. arguments.Select((a, i) => Coercion.Cast(a, targets[i], CastContext.Implicit, position))];

        // One object for each overload and types, so that plans compare equal by reference.
        string key = $"{index} {name}({string.Join(',', targets)})";
        if (_bound.Count > 10_000)
        {
            _bound.Clear();
        }

        return (_bound.GetOrAdd(key, _ => declaration.Bind(targets)), coerced);
    }
}

/// <summary>A set-returning function before its polymorphic arguments are known.</summary>
internal sealed record TableFunctionDeclaration(
    string Name, ImmutableArray<SqlType> Arguments, bool IsVariadic, Func<ImmutableArray<SqlType>, TableFunctionOverload> Bind);
