using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Functions;

namespace StreamDb.Expressions.Aggregates;

/// <summary>Collects aggregate overloads from one-line declarations, in the notation of <see cref="FunctionTable"/>.</summary>
internal sealed class AggregateTable
{
    public List<AggregateOverload> Overloads { get; } = [];

    /// <summary>Aggregates with an accumulator that depends on the call (its argument's modifier, say).</summary>
    public void Accumulable(string signatures, Func<AggregateCall, IAccumulator> create, bool isZeroOnEmpty = false, bool ignoresNulls = true)
    {
        foreach (string signature in signatures.Split(';'))
        {
            (string name, ImmutableArray<SqlType> arguments, SqlType result) = Parse(signature);
            Overloads.Add(new AggregateOverload
            {
                Name = name,
                ArgumentTypes = arguments,
                ReturnType = result,
                Kind = AggregateKind.Accumulable,
                IsZeroOnEmpty = isZeroOnEmpty,
                IgnoresNulls = ignoresNulls,
                CreateAccumulator = create,
            });
        }
    }

    /// <summary>Aggregates with one stateless accumulator for all calls.</summary>
    public void Accumulable(string signatures, IAccumulator accumulator, bool isZeroOnEmpty = false, bool ignoresNulls = true) =>
        Accumulable(signatures, _ => accumulator, isZeroOnEmpty, ignoresNulls);

    public void Extreme(string signature, AggregateKind kind)
    {
        (string name, ImmutableArray<SqlType> arguments, SqlType result) = Parse(signature);
        Overloads.Add(new AggregateOverload { Name = name, ArgumentTypes = arguments, ReturnType = result, Kind = kind });
    }

    public void Collected(
        string signatures, Func<AggregateCall, IGroupFunction> create, bool ignoresNulls = true, bool isOrderedSet = false)
    {
        foreach (string signature in signatures.Split(';'))
        {
            (string name, ImmutableArray<SqlType> arguments, SqlType result) = Parse(signature);
            Overloads.Add(new AggregateOverload
            {
                Name = name,
                ArgumentTypes = arguments,
                ReturnType = result,
                Kind = AggregateKind.Collected,
                IgnoresNulls = ignoresNulls,
                IsOrderedSet = isOrderedSet,
                CreateGroupFunction = create,
            });
        }
    }

    private static (string Name, ImmutableArray<SqlType> Arguments, SqlType Result) Parse(string signature)
    {
        int open = signature.IndexOf('(', StringComparison.Ordinal);
        int close = signature.LastIndexOf(')');
        return (
            signature[..open].Trim(),
            FunctionTable.ArgumentsOf(signature[(open + 1)..close], out _),
            FunctionTable.TypeOf(signature[(close + 1)..]));
    }
}
