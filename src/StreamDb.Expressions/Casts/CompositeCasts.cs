using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Casts;

/// <summary>Conversions of arrays, records and maps, part by part.</summary>
internal static class CompositeCasts
{
    /// <summary>Null when the types are not of one composite kind.</summary>
    public static ScalarImplementation? Implementation(SqlType from, SqlType to, CastContext context) => null;
}
