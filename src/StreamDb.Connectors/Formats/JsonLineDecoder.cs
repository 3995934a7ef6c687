using System.Collections.Immutable;
using System.Text.Json;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;

namespace StreamDb.Connectors.Formats;

/// <summary>ENCODE JSON: one object a line; its members are the columns. A missing member is NULL.</summary>
internal sealed class JsonLineDecoder(ImmutableArray<Field> columns) : ILineDecoder
{
    private readonly JsonFields _fields = new([.. columns.Select(column => (column.Name, column.Type))]);

    public bool HasHeader => false;

    public int[] ReadHeader(ReadOnlySpan<byte> line) => throw new InvariantException("JSON lines have no header");

    public void Decode(ReadOnlySpan<byte> line, int[]? layout, PendingValues row)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw Invalid("the line is not an object");
            }

            _fields.Decode(ref reader, line, row);

            // What follows the object on its line makes the reader throw.
            reader.Read();
        }
        catch (JsonException exception)
        {
            throw Invalid(exception.Message);
        }
        catch (InvalidOperationException exception)
        {
            // The reader's word for an escape sequence that is half a surrogate pair, or bytes that are not UTF-8.
            throw Invalid(exception.Message);
        }
    }

    private static SqlException Invalid(string why) => new(SqlState.InvalidTextRepresentation, $"invalid JSON: {why}");
}
