using StreamDb.Core.Codecs;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

internal enum Comparison : byte
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>Comparison of two values of one type, whichever type it is.</summary>
internal static class Comparisons
{
    public static IReadOnlyList<(string Symbol, Comparison Comparison)> Symbols { get; } =
    [
        ("=", Comparison.Equal), ("<>", Comparison.NotEqual), ("<", Comparison.Less),
        ("<=", Comparison.LessOrEqual), (">", Comparison.Greater), (">=", Comparison.GreaterOrEqual),
    ];

    public static ScalarImplementation Equality(SqlType type) => Of(type, Comparison.Equal);

    public static ScalarImplementation Of(SqlType type, Comparison comparison)
    {
        if (type.Kind is SqlTypeKind.Jsonb or SqlTypeKind.Array or SqlTypeKind.Record or SqlTypeKind.Map
            or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector)
        {
            var composite = new CompositeComparison(type);
            return new ScalarImplementation(
                comparison switch
                {
                    Comparison.Equal => composite.Equal,
                    Comparison.NotEqual => composite.NotEqual,
                    Comparison.Less => composite.Less,
                    Comparison.LessOrEqual => composite.LessOrEqual,
                    Comparison.Greater => composite.Greater,
                    _ => (Delegate)composite.GreaterOrEqual,
                },
                FailureMode.None);
        }

        // json and the like have no operators, but DISTINCT FROM and grouping must still tell values apart: by bytes.
        SqlType compared = type.Physical == PhysicalType.Bytes && type.Kind != SqlTypeKind.Bpchar ? SqlType.Text : type;
        SqlType operand = compared.Kind is SqlTypeKind.RegClass or SqlTypeKind.RegType or SqlTypeKind.RegProc
            or SqlTypeKind.RegNamespace or SqlTypeKind.RegRole or SqlTypeKind.Xid ? SqlType.Oid : compared;
        ScalarExpression argument = LiteralExpression.Null(operand.WithoutModifier());
        var call = (CallExpression)FunctionRegistry.Operator(Symbols[(int)comparison].Symbol, [argument, argument], -1);
        return FunctionRegistry.Implementation(call);
    }
}

/// <summary>The six comparisons of a composite type's values, by <see cref="ValueComparer"/>.</summary>
internal sealed class CompositeComparison(SqlType type)
{
    public bool Equal(ByteSlice a, ByteSlice b) => ValueComparer.AreEqual(type, a.Span, b.Span);

    public bool NotEqual(ByteSlice a, ByteSlice b) => !ValueComparer.AreEqual(type, a.Span, b.Span);

    public bool Less(ByteSlice a, ByteSlice b) => ValueComparer.Compare(type, a, b) < 0;

    public bool LessOrEqual(ByteSlice a, ByteSlice b) => ValueComparer.Compare(type, a, b) <= 0;

    public bool Greater(ByteSlice a, ByteSlice b) => ValueComparer.Compare(type, a, b) > 0;

    public bool GreaterOrEqual(ByteSlice a, ByteSlice b) => ValueComparer.Compare(type, a, b) >= 0;
}
