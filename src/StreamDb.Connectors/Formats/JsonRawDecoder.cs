using System.Text.Json;
using StreamDb.Core.Codecs;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Formats;

/// <summary>Any JSON value for a json or jsonb field.</summary>
internal sealed class JsonRawDecoder(SqlType type) : JsonValueDecoder
{
    public override void Decode(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ByteWriter output)
    {
        int start = (int)reader.TokenStartIndex;
        reader.Skip();
        TypedText.Append(type, json[start..(int)reader.BytesConsumed], output);
    }
}
