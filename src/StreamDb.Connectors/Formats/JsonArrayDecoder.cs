using System.Text.Json;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Formats;

/// <summary>JSON arrays, and arrays of arrays, for an array field; also PostgreSQL's text of one.</summary>
internal sealed class JsonArrayDecoder(SqlType type) : JsonValueDecoder
{
    private readonly JsonValueDecoder _element = Of(type.Element!);
    private readonly ArrayWriter _array = new();
    private readonly int[] _lengths = new int[ArrayWriter.DimensionsMax];
    private int _dimensionCount;

    public override void Decode(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, ByteWriter output)
    {
        if (reader.TokenType == JsonTokenType.String)
        {
            AppendString(type, ref reader, output);
            return;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Mismatch(type, reader.TokenType);
        }

        _array.Begin(type.Element!);
        _lengths.AsSpan().Fill(-1);
        _dimensionCount = 0;
        Elements(ref reader, json, 0);
        _array.Finish(_lengths.AsSpan(0, _dimensionCount), output);
    }

    private void Elements(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, int depth)
    {
        if (depth == ArrayWriter.DimensionsMax)
        {
            throw new SqlException(
                SqlState.ProgramLimitExceeded, $"number of array dimensions exceeds the maximum allowed ({depth})");
        }

        int count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++)
        {
            // An element that is itself json may be an array: those are not dimensions.
            if (reader.TokenType == JsonTokenType.StartArray && _element is not JsonRawDecoder)
            {
                Elements(ref reader, json, depth + 1);
                continue;
            }

            if (_dimensionCount == 0)
            {
                _dimensionCount = depth + 1;
            }

            CheckShape(_dimensionCount == depth + 1);
            if (reader.TokenType == JsonTokenType.Null)
            {
                _array.AppendNull();
            }
            else
            {
                _element.Decode(ref reader, json, _array.Element);
                _array.EndElement();
            }
        }

        CheckShape(_lengths[depth] < 0 || _lengths[depth] == count);
        _lengths[depth] = count;
    }

    private static void CheckShape(bool isRegular)
    {
        if (!isRegular)
        {
            throw new SqlException(
                SqlState.ArraySubscriptError,
                "multidimensional arrays must have array expressions with matching dimensions");
        }
    }
}
