using System.Runtime.InteropServices;

namespace StreamDb.Core.Types;

/// <summary>A SQL interval. Compares as PostgreSQL does: a month is 30 days and a day is 24 hours.</summary>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct Interval(int Months, int Days, long Microseconds) : IComparable<Interval>
{
    public const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>The comparison key, in microseconds.</summary>
    public Int128 TotalMicroseconds => (Int128)Microseconds + (((Int128)Days + ((Int128)Months * 30)) * MicrosecondsPerDay);

    public bool Equals(Interval other) => TotalMicroseconds == other.TotalMicroseconds;

    public override int GetHashCode() => TotalMicroseconds.GetHashCode();

    public int CompareTo(Interval other) => TotalMicroseconds.CompareTo(other.TotalMicroseconds);
}
