using System.Buffers;

namespace StreamDb.PgWire.Messages;

/// <summary>One message of the client: its type and payload.</summary>
/// <param name="Payload">Valid until the next message is read.</param>
internal readonly record struct MessageFrame(byte Type, ReadOnlySequence<byte> Payload);
