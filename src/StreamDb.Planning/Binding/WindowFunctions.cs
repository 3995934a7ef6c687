using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Binding;

/// <summary>A call with OVER, before its expressions are columns.</summary>
internal sealed record BoundWindow(
    string Name, ImmutableArray<ScalarExpression> Arguments, AggregateCall? Aggregate,
    ImmutableArray<ScalarExpression> PartitionBy, ImmutableArray<AggregateOrder> OrderBy, WindowFrame? Frame, bool IgnoresNulls, SqlType Type)
{
    /// <summary>Equal by content: one column serves both.</summary>
    public bool SameAs(BoundWindow other) => Name == other.Name && Equals(Frame, other.Frame) && IgnoresNulls == other.IgnoresNulls && Type == other.Type
        && Equals(Aggregate, other.Aggregate) && Arguments.SequenceEqual(other.Arguments)
        && PartitionBy.SequenceEqual(other.PartitionBy) && OrderBy.SequenceEqual(other.OrderBy);
}

/// <summary>The functions that exist only with OVER.</summary>
internal static class WindowFunctions
{
    private static readonly Dictionary<string, (int Min, int Max)> _argumentCounts = new()
    {
        ["row_number"] = (0, 0),
        ["rank"] = (0, 0),
        ["dense_rank"] = (0, 0),
        ["percent_rank"] = (0, 0),
        ["cume_dist"] = (0, 0),
        ["ntile"] = (1, 1),
        ["lag"] = (1, 3),
        ["lead"] = (1, 3),
        ["first_value"] = (1, 1),
        ["last_value"] = (1, 1),
        ["nth_value"] = (2, 2),
    };

    public static bool IsWindowFunction(string name) => _argumentCounts.ContainsKey(name);

    /// <summary>Arguments with their casts, and the result type; 42883.</summary>
    public static (ImmutableArray<ScalarExpression> Arguments, SqlType Type) Resolve(
        ExpressionBinder binder, string name, ImmutableArray<ScalarExpression> arguments, int position)
    {
        (int min, int max) = _argumentCounts[name];
        if (arguments.Length < min || arguments.Length > max)
        {
            throw BindError.At(
                SqlState.UndefinedFunction, position, $"function {name}({string.Join(", ", arguments.Select(a => a.Type))}) does not exist",
                "No function matches the given name and argument types. You might need to add explicit type casts.");
        }

        switch (name)
        {
            case "row_number" or "rank" or "dense_rank":
                return (arguments, SqlType.Int64);
            case "percent_rank" or "cume_dist":
                return (arguments, SqlType.Float64);
            case "ntile":
                return ([binder.Cast(arguments[0], SqlType.Int32, CastContext.Implicit, position)], SqlType.Int32);
        }

        ImmutableArray<ScalarExpression> value = arguments.Length == 3
            ? binder.Unify([arguments[0], arguments[2]], name, position)
            : [arguments[0].Type.Kind == SqlTypeKind.Unknown ? binder.Cast(arguments[0], SqlType.Text, CastContext.Implicit, position) : arguments[0]];
        ImmutableArray<ScalarExpression> offset = arguments.Length > 1
            ? [binder.Cast(arguments[1], SqlType.Int32, CastContext.Implicit, position)]
            : [];
        return ([value[0], .. offset, .. value.Skip(1)], value[0].Type);
    }
}
