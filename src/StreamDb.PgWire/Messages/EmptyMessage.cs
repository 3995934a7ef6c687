using System.Buffers;

namespace StreamDb.PgWire.Messages;

/// <summary>A message that is only a type: Sync, Flush, CopyDone.</summary>
internal static class EmptyMessage
{
    public static void Read(in ReadOnlySequence<byte> payload) => new MessageReader(payload).End();
}
