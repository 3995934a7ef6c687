using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>The total order of a composite type's values.</summary>
internal abstract class ValueOrder
{
    public static ValueOrder Of(SqlType type) =>
        throw new SqlException(SqlState.FeatureNotSupported, $"comparison of {type} is not supported");

    public abstract int Compare(ByteSlice a, ByteSlice b);
}
