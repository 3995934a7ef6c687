using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>The six comparison operators of every type. Mixed types meet through implicit casts.</summary>
internal static class ComparisonFunctions
{
    public static void Declare(FunctionTable t)
    {
        Add(t, "int2", CompareNumber<short>.Equal, CompareNumber<short>.NotEqual, CompareNumber<short>.Less,
            CompareNumber<short>.LessOrEqual, CompareNumber<short>.Greater, CompareNumber<short>.GreaterOrEqual);
        foreach (string type in (string[])["int4", "date"])
        {
            Add(t, type, CompareNumber<int>.Equal, CompareNumber<int>.NotEqual, CompareNumber<int>.Less,
                CompareNumber<int>.LessOrEqual, CompareNumber<int>.Greater, CompareNumber<int>.GreaterOrEqual);
        }

        foreach (string type in (string[])["int8", "time", "timestamp", "timestamptz"])
        {
            Add(t, type, CompareNumber<long>.Equal, CompareNumber<long>.NotEqual, CompareNumber<long>.Less,
                CompareNumber<long>.LessOrEqual, CompareNumber<long>.Greater, CompareNumber<long>.GreaterOrEqual);
        }

        Add(t, "float4", CompareFloat<float>.Equal, CompareFloat<float>.NotEqual, CompareFloat<float>.Less,
            CompareFloat<float>.LessOrEqual, CompareFloat<float>.Greater, CompareFloat<float>.GreaterOrEqual);
        Add(t, "float8", CompareFloat<double>.Equal, CompareFloat<double>.NotEqual, CompareFloat<double>.Less,
            CompareFloat<double>.LessOrEqual, CompareFloat<double>.Greater, CompareFloat<double>.GreaterOrEqual);
        Add(t, "oid", CompareNumber<int>.Equal, CompareNumber<int>.NotEqual, CompareOid.Less,
            CompareOid.LessOrEqual, CompareOid.Greater, CompareOid.GreaterOrEqual);
        Ordered<bool>(t, "bool");
        Ordered<Numeric>(t, "numeric");
        Ordered<Interval>(t, "interval");
        Ordered<Uuid>(t, "uuid");
        foreach (string type in (string[])["text", "bytea", "name", "char"])
        {
            Add(t, type, CompareBytes.Equal, CompareBytes.NotEqual, CompareBytes.Less,
                CompareBytes.LessOrEqual, CompareBytes.Greater, CompareBytes.GreaterOrEqual);
        }

        Add(t, "bpchar", ComparePadded.Equal, ComparePadded.NotEqual, ComparePadded.Less,
            ComparePadded.LessOrEqual, ComparePadded.Greater, ComparePadded.GreaterOrEqual);
        t.Bound(
            $"{OrderKeyOf.Name}(any) bytea",
            call => ScalarImplementation.Generic(
                new OrderKeyOf(call.Arguments[0].Type), nameof(OrderKeyOf.Get), call.Arguments[0].Type, FailureMode.None),
            returnsNull: false);
        t.Total("=(xid,xid) bool", CompareNumber<int>.Equal);
        t.Total("<>(xid,xid) bool", CompareNumber<int>.NotEqual);
        foreach ((string symbol, Comparison comparison) in Comparisons.Symbols)
        {
            foreach (string type in (string[])["jsonb", "anyarray", "record", "anymap"])
            {
                t.Bound($"{symbol}({type},{type}) bool", call => Comparisons.Of(call.Arguments[0].Type, comparison), returnsNull: false);
            }
        }
    }

    private static void Ordered<T>(FunctionTable t, string type)
        where T : unmanaged, IComparable<T> =>
        Add(t, type, Compare<T>.Equal, Compare<T>.NotEqual, Compare<T>.Less,
            Compare<T>.LessOrEqual, Compare<T>.Greater, Compare<T>.GreaterOrEqual);

    private static void Add(
        FunctionTable t, string type, Delegate equal, Delegate notEqual, Delegate less, Delegate lessOrEqual, Delegate greater, Delegate greaterOrEqual)
    {
        t.Total($"=({type},{type}) bool", equal);
        t.Total($"<>({type},{type}) bool", notEqual);
        t.Total($"<({type},{type}) bool", less);
        t.Total($"<=({type},{type}) bool", lessOrEqual);
        t.Total($">({type},{type}) bool", greater);
        t.Total($">=({type},{type}) bool", greaterOrEqual);
    }
}
