using StreamDb.Core.Identifiers;

namespace StreamDb.State.Log;

/// <summary>One record of the write-ahead log, as it was appended.</summary>
public readonly record struct LogRecord(long Sequence, Epoch Epoch, ReadOnlyMemory<byte> Payload);
