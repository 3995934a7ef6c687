using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamDb.Core.Types;

/// <summary>A SQL numeric: a <see cref="decimal"/> (28 digits, scale kept) or NaN, Infinity, -Infinity.</summary>
/// <remarks>
/// Laid out exactly like <see cref="decimal"/>. The low 16 bits of a decimal's flags word are always zero, so values
/// 1, 2, 3 there mark NaN, Infinity and -Infinity. Equality and ordering are PostgreSQL's: 1.0 = 1.00, NaN = NaN and
/// NaN is the greatest.
/// </remarks>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Numeric : IEquatable<Numeric>, IComparable<Numeric>
{
    private readonly int _flags;
    private readonly uint _high;
    private readonly ulong _low;

    private Numeric(int flags)
    {
        _flags = flags;
        _high = 0;
        _low = 0;
    }

    public static Numeric NaN => new(1);

    public static Numeric PositiveInfinity => new(2);

    public static Numeric NegativeInfinity => new(3);

    public static Numeric Zero => default;

    public bool IsNaN => (_flags & 0xFFFF) == 1;

    public bool IsPositiveInfinity => (_flags & 0xFFFF) == 2;

    public bool IsNegativeInfinity => (_flags & 0xFFFF) == 3;

    public bool IsFinite => (_flags & 0xFFFF) == 0;

    /// <summary>Digits after the decimal point; 0 for NaN and infinities.</summary>
    public int Scale => IsFinite ? (_flags >> 16) & 0xFF : 0;

    /// <summary>The value as a decimal; only for finite values.</summary>
    public decimal Value => Unsafe.BitCast<Numeric, decimal>(this);

    public static Numeric From(decimal value) => Unsafe.BitCast<decimal, Numeric>(value);

    public static implicit operator Numeric(decimal value) => From(value);

    /// <summary>-Infinity &lt; finite &lt; Infinity &lt; NaN; NaN equals NaN.</summary>
    public int CompareTo(Numeric other) => IsFinite && other.IsFinite
        ? Value.CompareTo(other.Value)
        : Rank(this).CompareTo(Rank(other));

    public bool Equals(Numeric other) => CompareTo(other) == 0;

    public override bool Equals(object? obj) => obj is Numeric other && Equals(other);

    public override int GetHashCode() => IsFinite ? Value.GetHashCode() : _flags;

    public static bool operator ==(Numeric left, Numeric right) => left.Equals(right);

    public static bool operator !=(Numeric left, Numeric right) => !left.Equals(right);

    public static bool operator <(Numeric left, Numeric right) => left.CompareTo(right) < 0;

    public static bool operator >(Numeric left, Numeric right) => left.CompareTo(right) > 0;

    public static bool operator <=(Numeric left, Numeric right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Numeric left, Numeric right) => left.CompareTo(right) >= 0;

    private static int Rank(Numeric value) => (value._flags & 0xFFFF) switch { 0 => 1, 3 => 0, 2 => 2, _ => 3 };
}
