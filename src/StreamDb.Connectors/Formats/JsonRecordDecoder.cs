using System.Text.Json;
using StreamDb.Core.Codecs;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Formats;

/// <summary>JSON objects for a record field; also PostgreSQL's text of one.</summary>
internal sealed class JsonRecordDecoder(SqlType type) : JsonValueDecoder
{
    private readonly JsonFields _fields = new([.. type.Fields.Select(field => (field.Name, field.Type))]);
    private readonly PendingValues _values = new(type.Fields.Length);
    private readonly RecordWriter _record = new();

    public override void Decode(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ByteWriter output)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            AppendString(type, ref reader, output);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Mismatch(type, reader.TokenType);
        }

        _values.Clear();
        _fields.Decode(ref reader, json, _values);
        _record.Begin();
        for (int i = 0; i < _values.Count; i++)
        {
            if (_values.IsNull(i))
            {
                _record.AppendNull();
            }
            else
            {
                _record.Append(_values[i]);
            }
        }

        _record.Finish(output);
    }
}
