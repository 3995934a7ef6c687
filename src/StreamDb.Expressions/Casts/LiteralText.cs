using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Casts;

/// <summary>Reads a literal of undecided type once its type is known.</summary>
internal static class LiteralText
{
    /// <summary>The value, or null when only an evaluation context can tell.</summary>
    public static Datum? Read(byte[] text, SqlType type)
    {
        if (type.IsString)
        {
            return new Datum(text);
        }

        throw new SqlException(SqlState.FeatureNotSupported, $"literals of type {type} are not read yet");
    }
}
