using System.Runtime.CompilerServices;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

// Hot path: per row. One class per kind of value; the six comparisons are inlined into kernels.

/// <summary>Comparison of values whose CLR order is SQL's: booleans, integers, dates, times, numerics, intervals, uuids.</summary>
internal static class Compare<T>
    where T : unmanaged, IComparable<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Equal(T a, T b) => a.CompareTo(b) == 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool NotEqual(T a, T b) => a.CompareTo(b) != 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Less(T a, T b) => a.CompareTo(b) < 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LessOrEqual(T a, T b) => a.CompareTo(b) <= 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Greater(T a, T b) => a.CompareTo(b) > 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool GreaterOrEqual(T a, T b) => a.CompareTo(b) >= 0;
}

/// <summary>Comparison of machine integers, as single instructions.</summary>
internal static class CompareNumber<T>
    where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Equal(T a, T b) => a == b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool NotEqual(T a, T b) => a != b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Less(T a, T b) => a < b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LessOrEqual(T a, T b) => a <= b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Greater(T a, T b) => a > b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool GreaterOrEqual(T a, T b) => a >= b;
}

/// <summary>Comparison of floats: NaN equals NaN and is greater than all else; -0 equals 0.</summary>
internal static class CompareFloat<T>
    where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Equal(T a, T b) => a == b || (T.IsNaN(a) && T.IsNaN(b));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool NotEqual(T a, T b) => !Equal(a, b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Less(T a, T b) => a < b || (T.IsNaN(b) && !T.IsNaN(a));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool LessOrEqual(T a, T b) => a <= b || T.IsNaN(b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Greater(T a, T b) => Less(b, a);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool GreaterOrEqual(T a, T b) => LessOrEqual(b, a);
}

/// <summary>Comparison of oids, which are unsigned.</summary>
internal static class CompareOid
{
    public static bool Less(int a, int b) => (uint)a < (uint)b;

    public static bool LessOrEqual(int a, int b) => (uint)a <= (uint)b;

    public static bool Greater(int a, int b) => (uint)a > (uint)b;

    public static bool GreaterOrEqual(int a, int b) => (uint)a >= (uint)b;
}

/// <summary>Comparison of byte strings; UTF-8 text compares by code point this way, which is the "C" collation.</summary>
internal static class CompareBytes
{
    public static bool Equal(ByteSlice a, ByteSlice b) => a.Length == b.Length && a.Span.SequenceEqual(b.Span);

    public static bool NotEqual(ByteSlice a, ByteSlice b) => !Equal(a, b);

    public static bool Less(ByteSlice a, ByteSlice b) => Order(a, b) < 0;

    public static bool LessOrEqual(ByteSlice a, ByteSlice b) => Order(a, b) <= 0;

    public static bool Greater(ByteSlice a, ByteSlice b) => Order(a, b) > 0;

    public static bool GreaterOrEqual(ByteSlice a, ByteSlice b) => Order(a, b) >= 0;

    public static int Order(ByteSlice a, ByteSlice b) => a.Span.SequenceCompareTo(b.Span);
}

/// <summary>Comparison of char(n), in which trailing blanks mean nothing.</summary>
internal static class ComparePadded
{
    public static bool Equal(ByteSlice a, ByteSlice b) => Order(a, b) == 0;

    public static bool NotEqual(ByteSlice a, ByteSlice b) => Order(a, b) != 0;

    public static bool Less(ByteSlice a, ByteSlice b) => Order(a, b) < 0;

    public static bool LessOrEqual(ByteSlice a, ByteSlice b) => Order(a, b) <= 0;

    public static bool Greater(ByteSlice a, ByteSlice b) => Order(a, b) > 0;

    public static bool GreaterOrEqual(ByteSlice a, ByteSlice b) => Order(a, b) >= 0;

    public static int Order(ByteSlice a, ByteSlice b) =>
        a.Span.TrimEnd((byte)' ').SequenceCompareTo(b.Span.TrimEnd((byte)' '));
}
