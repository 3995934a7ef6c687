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
            throw new Core.Errors.SqlException(Core.Errors.SqlState.FeatureNotSupported, $"comparison of {type} is not supported");
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
