using System.Text.Json;
using StreamDb.Core.Codecs;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Formats;

/// <summary>JSON objects for a map field: member names are the keys' text.</summary>
internal sealed class JsonMapDecoder(SqlType type) : JsonValueDecoder
{
    private readonly JsonValueDecoder _value = Of(type.Element!);
    private readonly MapWriter _map = new();

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

        using ByteWriter scratch = ByteWriter.Rent();
        _map.Begin(type);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            scratch.Clear();
            AppendString(type.Key!, ref reader, scratch);
            _map.AppendKey(scratch.Written);
            reader.Read();
            if (reader.TokenType == JsonTokenType.Null)
            {
                _map.AppendNullValue();
                continue;
            }

            scratch.Clear();
            _value.Decode(ref reader, json, scratch);
            _map.AppendValue(scratch.Written);
        }

        _map.Finish(output);
    }
}
