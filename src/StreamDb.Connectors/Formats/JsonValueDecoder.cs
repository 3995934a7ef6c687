using System.Text.Json;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Formats;

/// <summary>Reads one JSON value as a value of one SQL type. Not reentrant: nested types have decoders of their own.</summary>
internal abstract class JsonValueDecoder
{
    /// <summary>Appends the value as it lies in a column.</summary>
    /// <param name="reader">At the value's first token, which is not null; afterwards at its last.</param>
    /// <param name="json">What the reader reads.</param>
    /// <param name="output">Where the value goes.</param>
    /// <exception cref="SqlException">The value does not fit the type.</exception>
    public abstract void Decode(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ByteWriter output);

    public static JsonValueDecoder Of(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Json or SqlTypeKind.Jsonb => new JsonRawDecoder(type),
        SqlTypeKind.Array => new JsonArrayDecoder(type),
        SqlTypeKind.Record => new JsonRecordDecoder(type),
        SqlTypeKind.Map => new JsonMapDecoder(type),
        _ => new JsonScalarDecoder(type),
    };

    protected static SqlException Mismatch(SqlType type, JsonTokenType token)
    {
        string what = token switch
        {
            JsonTokenType.StartObject => "object",
            JsonTokenType.StartArray => "array",
            JsonTokenType.String => "string",
            JsonTokenType.Number => "number",
            JsonTokenType.True or JsonTokenType.False => "boolean",
            _ => "value",
        };
        return new SqlException(SqlState.InvalidTextRepresentation, $"cannot read a JSON {what} as {type}");
    }

    /// <summary>Appends what the text of a JSON string means for the type.</summary>
    protected static void AppendString(SqlType type, ref Utf8JsonReader reader, ByteWriter output)
    {
        if (!reader.ValueIsEscaped)
        {
            TypedText.Append(type, reader.ValueSpan, output);
            return;
        }

        // Unescaping never makes a string longer.
        using ByteWriter scratch = ByteWriter.Rent();
        int length = reader.CopyString(scratch.GetSpan(reader.ValueSpan.Length));
        scratch.Advance(length);
        TypedText.Append(type, scratch.Written, output);
    }
}
