using System.Runtime.CompilerServices;
using StreamDb.Core.Errors;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

// Hot path: per row. Each operation is small enough to be inlined into compiled kernels; failures leave through one call.

/// <summary>smallint arithmetic.</summary>
internal static class Int16Math
{
    public static short Add(short a, short b, EvaluationContext c) => Narrow(a + b, c);

    public static short Subtract(short a, short b, EvaluationContext c) => Narrow(a - b, c);

    public static short Multiply(short a, short b, EvaluationContext c) => Narrow(a * b, c);

    public static short Divide(short a, short b, EvaluationContext c) => b == 0 ? Int32Math.DivisionByZero<short>(c) : Narrow(a / b, c);

    public static short Modulo(short a, short b, EvaluationContext c) => b == 0 ? Int32Math.DivisionByZero<short>(c) : (short)(a % b);

    public static short Negate(short a, EvaluationContext c) => Narrow(-a, c);

    public static short Identity(short a) => a;

    public static short Absolute(short a, EvaluationContext c) => Narrow(Math.Abs((int)a), c);

    public static short And(short a, short b) => (short)(a & b);

    public static short Or(short a, short b) => (short)(a | b);

    public static short Xor(short a, short b) => (short)(a ^ b);

    public static short Not(short a) => (short)~a;

    public static short ShiftLeft(short a, int b) => (short)(a << b);

    public static short ShiftRight(short a, int b) => (short)(a >> b);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static short Narrow(int value, EvaluationContext c) =>
        (short)value == value ? (short)value : c.Fail<short>(SqlState.NumericValueOutOfRange, "smallint out of range");
}

/// <summary>integer arithmetic.</summary>
internal static class Int32Math
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Add(int a, int b, EvaluationContext c, out int sum) => TryNarrow((long)a + b, c, out sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Subtract(int a, int b, EvaluationContext c, out int difference) => TryNarrow((long)a - b, c, out difference);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Multiply(int a, int b, EvaluationContext c, out int product) => TryNarrow((long)a * b, c, out product);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryNarrow(long value, EvaluationContext c, out int narrow)
    {
        narrow = (int)value;
        return narrow == value || OutOfRange(c);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool OutOfRange(EvaluationContext c) => c.Fail<bool>(SqlState.NumericValueOutOfRange, "integer out of range");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Divide(int a, int b, EvaluationContext c) => b == 0 ? DivisionByZero<int>(c) : Narrow((long)a / b, c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Modulo(int a, int b, EvaluationContext c) => b == 0 ? DivisionByZero<int>(c) : b == -1 ? 0 : a % b;

    public static int Negate(int a, EvaluationContext c) => Narrow(-(long)a, c);

    public static int Identity(int a) => a;

    public static int Absolute(int a, EvaluationContext c) => Narrow(Math.Abs((long)a), c);

    public static int And(int a, int b) => a & b;

    public static int Or(int a, int b) => a | b;

    public static int Xor(int a, int b) => a ^ b;

    public static int Not(int a) => ~a;

    public static int ShiftLeft(int a, int b) => a << b;

    public static int ShiftRight(int a, int b) => a >> b;

    public static int GreatestCommonDivisor(int a, int b, EvaluationContext c) => Narrow(Int64Math.Gcd(a, b), c);

    public static int LeastCommonMultiple(int a, int b, EvaluationContext c) =>
        a == 0 || b == 0 ? 0 : Narrow(Math.Abs(a / Int64Math.Gcd(a, b) * b), c);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Narrow(long value, EvaluationContext c) =>
        (int)value == value ? (int)value : c.Fail<int>(SqlState.NumericValueOutOfRange, "integer out of range");

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T? DivisionByZero<T>(EvaluationContext c) => c.Fail<T>(SqlState.DivisionByZero, "division by zero");
}

/// <summary>bigint arithmetic.</summary>
internal static class Int64Math
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Add(long a, long b, EvaluationContext c, out long sum)
    {
        sum = unchecked(a + b);
        return ((a ^ sum) & (b ^ sum)) >= 0 || IsOutOfRange(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Subtract(long a, long b, EvaluationContext c, out long difference)
    {
        difference = unchecked(a - b);
        return ((a ^ b) & (a ^ difference)) >= 0 || IsOutOfRange(c);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool Multiply(long a, long b, EvaluationContext c, out long product)
    {
        // Factors of 32 bits, which most are, cannot overflow.
        product = unchecked(a * b);
        return ((int)a == a && (int)b == b) || MultiplyLarge(a, b, c);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool MultiplyLarge(long a, long b, EvaluationContext c)
    {
        long high = Math.BigMul(a, b, out long low);
        return high == low >> 63 || IsOutOfRange(c);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsOutOfRange(EvaluationContext c) => c.Fail<bool>(SqlState.NumericValueOutOfRange, "bigint out of range");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Divide(long a, long b, EvaluationContext c) =>
        b == 0 ? Int32Math.DivisionByZero<long>(c) : b == -1 ? Negate(a, c) : a / b;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long Modulo(long a, long b, EvaluationContext c) =>
        b == 0 ? Int32Math.DivisionByZero<long>(c) : b == -1 ? 0 : a % b;

    public static long Negate(long a, EvaluationContext c) => a == long.MinValue ? OutOfRange(c) : -a;

    public static long Identity(long a) => a;

    public static long Absolute(long a, EvaluationContext c) => a < 0 ? Negate(a, c) : a;

    public static long And(long a, long b) => a & b;

    public static long Or(long a, long b) => a | b;

    public static long Xor(long a, long b) => a ^ b;

    public static long Not(long a) => ~a;

    public static long ShiftLeft(long a, int b) => a << b;

    public static long ShiftRight(long a, int b) => a >> b;

    public static long GreatestCommonDivisor(long a, long b, EvaluationContext c)
    {
        long divisor = Gcd(a, b);
        return divisor == long.MinValue ? OutOfRange(c) : divisor;
    }

    public static long LeastCommonMultiple(long a, long b, EvaluationContext c) =>
        a == 0 || b == 0 ? 0 : Multiply(a / Gcd(a, b), b, c, out long product) ? Absolute(product, c) : 0;

    /// <summary>Not negative, but for long.MinValue of (long.MinValue, 0 or long.MinValue).</summary>
    public static long Gcd(long a, long b)
    {
        while (b != 0)
        {
            (a, b) = (b, b == -1 ? 0 : a % b);
        }

        return a < 0 ? unchecked(-a) : a;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static long OutOfRange(EvaluationContext c) => c.Fail<long>(SqlState.NumericValueOutOfRange, "bigint out of range");
}
