using System.Globalization;

namespace StreamDb.Core.Identifiers;

/// <summary>Logical time: everything in one epoch becomes visible together. 0 is "before anything".</summary>
public readonly record struct Epoch(ulong Value) : IComparable<Epoch>
{
    public Epoch Next => new(Value + 1);

    public int CompareTo(Epoch other) => Value.CompareTo(other.Value);

    public static bool operator <(Epoch left, Epoch right) => left.Value < right.Value;

    public static bool operator >(Epoch left, Epoch right) => left.Value > right.Value;

    public static bool operator <=(Epoch left, Epoch right) => left.Value <= right.Value;

    public static bool operator >=(Epoch left, Epoch right) => left.Value >= right.Value;

    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
