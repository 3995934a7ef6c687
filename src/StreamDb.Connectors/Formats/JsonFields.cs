using System.Text;
using System.Text.Json;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Formats;

/// <summary>The named fields of a row or record, filled from a JSON object. Names match exactly, or else but for the case of ASCII letters.</summary>
internal sealed class JsonFields
{
    private readonly string[] _names;
    private readonly byte[][] _utf8Names;
    private readonly JsonValueDecoder[] _decoders;

    public JsonFields(IReadOnlyList<(string Name, SqlType Type)> fields)
    {
        _names = [.. fields.Select(field => field.Name)];
        _utf8Names = [.. _names.Select(Encoding.UTF8.GetBytes)];
        _decoders = [.. fields.Select(field => JsonValueDecoder.Of(field.Type))];
    }

    /// <summary>Reads the object that the reader stands at, to its end. Members without a field are passed over; of two for one field the last counts.</summary>
    // Hot path: per row.
    public void Decode(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, PendingValues values)
    {
        int next = 0;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            int field = Find(ref reader, next);
            reader.Read();
            if (field < 0)
            {
                reader.Skip();
                continue;
            }

            next = field + 1;
            if (reader.TokenType == JsonTokenType.Null)
            {
                values.SetNull(field);
                continue;
            }

            try
            {
                _decoders[field].Decode(ref reader, json, values.Begin(field));
            }
            catch (SqlException exception)
            {
                throw TypedText.InColumn(_names[field], exception);
            }

            values.End(field);
        }
    }

    private int Find(ref Utf8JsonReader reader, int next)
    {
        // Objects of one file mostly list their members in one order: the field after the last one is tried first.
        if (next < _utf8Names.Length && reader.ValueTextEquals(_utf8Names[next]))
        {
            return next;
        }

        for (int i = 0; i < _utf8Names.Length; i++)
        {
            if (reader.ValueTextEquals(_utf8Names[i]))
            {
                return i;
            }
        }

        for (int i = 0; i < _utf8Names.Length; i++)
        {
            if (Ascii.EqualsIgnoreCase(reader.ValueSpan, _utf8Names[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
