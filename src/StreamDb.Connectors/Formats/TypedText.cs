using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Formats;

/// <summary>Text as values of a column's type, modifier included.</summary>
internal static class TypedText
{
    /// <summary>Appends the value as it lies in a column.</summary>
    /// <exception cref="SqlException">As <see cref="TextCodec"/> and <see cref="TypeModifiers"/> say.</exception>
    // Hot path: per value.
    public static void Append(SqlType type, ReadOnlySpan<byte> text, ByteWriter output)
    {
        if (!TypeModifiers.Applies(type))
        {
            TextCodec.Parse(type, text, TextFormat.Default, output);
            return;
        }

        using ByteWriter scratch = ByteWriter.Rent();
        TextCodec.Parse(type, text, TextFormat.Default, scratch);
        TypeModifiers.Apply(type, scratch.Written, isExplicit: false, output);
    }

    /// <summary>An error of the column's value, saying which column.</summary>
    public static SqlException InColumn(string column, SqlException inner) =>
        new(inner.State, $"column \"{column}\": {inner.Message}", inner);
}
