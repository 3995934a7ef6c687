using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Compilation;

/// <summary>Turns <c>x = 1 OR x = 2 OR …</c>, which is what x IN (…) is bound to, into one probe of a hash set.</summary>
internal static class InList
{
    /// <summary>Shorter lists are compared one by one, which is faster.</summary>
    public const int CountMin = 8;

    /// <summary>The comparisons of one operand with eight or more constants, as probes; and the other operands of the OR.</summary>
    public static (IReadOnlyList<ScalarExpression> Others, IReadOnlyList<(ScalarExpression Operand, ScalarImplementation Probe)> Lists) Extract(
        IReadOnlyList<ScalarExpression> operands)
    {
        if (operands.Count < CountMin)
        {
            return (operands, []);
        }

        List<ScalarExpression> rest = [];
        Dictionary<ScalarExpression, List<CallExpression>> groups = [];
        foreach (ScalarExpression operand in operands)
        {
            if (operand is CallExpression { Function.Name: "=", Arguments: [var left, LiteralExpression { Value.IsNull: false }] } call
                && IsHashable(left.Type) && IsPlain(left))
            {
                if (!groups.TryGetValue(left, out List<CallExpression>? group))
                {
                    groups.Add(left, group = []);
                }

                group.Add(call);
            }
            else
            {
                rest.Add(operand);
            }
        }

        List<(ScalarExpression, ScalarImplementation)> lists = [];
        foreach ((ScalarExpression left, List<CallExpression> group) in groups)
        {
            if (group.Count < CountMin)
            {
                rest.AddRange(group);
            }
            else
            {
                lists.Add((left, Probe(left.Type, [.. group.Select(c => ((LiteralExpression)c.Arguments[1]).Value.Value!)])));
            }
        }

        return (rest, lists);
    }

    /// <summary>Equality of the CLR values is SQL's.</summary>
    private static bool IsHashable(SqlType type) => type.Physical != PhysicalType.Bytes
        || type.Kind is SqlTypeKind.Text or SqlTypeKind.Varchar or SqlTypeKind.Bpchar or SqlTypeKind.Name or SqlTypeKind.Bytea;

    /// <summary>Evaluating it once instead of once a comparison changes nothing.</summary>
    private static bool IsPlain(ScalarExpression expression) =>
        expression is not CallExpression { Function.Volatility: Functions.Volatility.Volatile } && expression.Children.All(IsPlain);

    private static ScalarImplementation Probe(SqlType type, IReadOnlyList<object> values) => new(
        type.Physical switch
        {
            PhysicalType.Bool => new FixedProbe<bool>(values).Contains,
            PhysicalType.Int16 => new FixedProbe<short>(values).Contains,
            PhysicalType.Int32 => new FixedProbe<int>(values).Contains,
            PhysicalType.Int64 => new FixedProbe<long>(values).Contains,
            PhysicalType.Float32 => new FixedProbe<float>(values).Contains,
            PhysicalType.Float64 => new FixedProbe<double>(values).Contains,
            PhysicalType.Numeric => new FixedProbe<Numeric>(values).Contains,
            PhysicalType.Interval => new FixedProbe<Interval>(values).Contains,
            PhysicalType.Uuid => new FixedProbe<Uuid>(values).Contains,
            PhysicalType.Bytes => (Delegate)new BytesProbe(values, isPadded: type.Kind == SqlTypeKind.Bpchar).Contains,
            _ => throw new InvariantException($"unknown physical type {type.Physical}"),
        },
        FailureMode.None);

    private sealed class FixedProbe<T>(IReadOnlyList<object> values)
        where T : unmanaged
    {
        private readonly FrozenSet<T> _values = values.Cast<T>().ToFrozenSet();

        // Hot path: per row.
        public bool Contains(T value) => _values.Contains(value);
    }

    private sealed class BytesProbe
    {
        private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _values;
        private readonly bool _isPadded;

        public BytesProbe(IReadOnlyList<object> values, bool isPadded)
        {
            _isPadded = isPadded;
            _values = values.Select(v => Key((byte[])v).ToArray()).ToHashSet(BytesComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();
        }

        // Hot path: per row.
        public bool Contains(ByteSlice value) => _values.Contains(Key(value.Span));

        private ReadOnlySpan<byte> Key(ReadOnlySpan<byte> value) => _isPadded ? value.TrimEnd((byte)' ') : value;
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static BytesComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            HashCode hash = default;
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
