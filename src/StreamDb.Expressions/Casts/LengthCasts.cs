using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Casts;

/// <summary>Length coercions: what a type's modifier does to a value that already has the type.</summary>
internal static class LengthCasts
{
    /// <summary>The coercion that <paramref name="to"/>'s modifier asks for; null when it has none or the value already obeys it.</summary>
    public static ScalarImplementation? Implementation(SqlType from, SqlType to, CastContext context) => null;

    /// <summary>A conversion followed by a length coercion.</summary>
    public static ScalarImplementation Compose(ScalarImplementation? conversion, ScalarImplementation length, SqlType from, SqlType to) => length;
}
