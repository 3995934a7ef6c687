using System.Buffers;

namespace StreamDb.PgWire.Messages;

/// <summary>A message of one string: Query and CopyFail.</summary>
internal static class TextMessage
{
    public static string Read(in ReadOnlySequence<byte> payload)
    {
        var reader = new MessageReader(payload);
        string text = reader.ReadString();
        reader.End();
        return text;
    }
}
