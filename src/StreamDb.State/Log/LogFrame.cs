using System.Buffers.Binary;
using StreamDb.State.Devices;

namespace StreamDb.State.Log;

/// <summary>
/// The header in front of every part of every record. It says where the part belongs and carries a CRC32C over
/// itself and the payload, so that a frame proves its own place without help from FASTER.
/// </summary>
/// <remarks>
/// Layout, little-endian: magic 4, format 1, kind 1, zero 2, payload length 4, CRC32C 4, log id 8, sequence 8,
/// epoch 8, durable sequence 8, part index 4, part count 4, then the payload. The CRC covers all but itself.
/// The durable sequence is the writer's at the time of appending: a later frame thereby proves that earlier ones were
/// acknowledged, which tells damage from a torn tail.
/// </remarks>
internal readonly record struct LogFrame(
    long LogId, long Sequence, ulong Epoch, long DurableSequence, int PartIndex, int PartCount, int PayloadBytes)
{
    public const int HeaderBytes = 56;
    public const uint Magic = 0x4C57_4453; // "SDWL"
    public const byte Format = 1;

    private const byte RecordKind = 1;
    private const int ChecksumOffset = 12;

    /// <summary>Fills in the header of a frame whose payload is already in place behind it.</summary>
    public void Seal(Span<byte> frame)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Magic);
        frame[4] = Format;
        frame[5] = RecordKind;
        frame[6] = 0;
        frame[7] = 0;
        BinaryPrimitives.WriteInt32LittleEndian(frame[8..], PayloadBytes);
        BinaryPrimitives.WriteInt64LittleEndian(frame[16..], LogId);
        BinaryPrimitives.WriteInt64LittleEndian(frame[24..], Sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(frame[32..], Epoch);
        BinaryPrimitives.WriteInt64LittleEndian(frame[40..], DurableSequence);
        BinaryPrimitives.WriteInt32LittleEndian(frame[48..], PartIndex);
        BinaryPrimitives.WriteInt32LittleEndian(frame[52..], PartCount);
        BinaryPrimitives.WriteUInt32LittleEndian(frame[ChecksumOffset..], Checksum(frame[..(HeaderBytes + PayloadBytes)]));
    }

    /// <summary>Reads the frame that fills <paramref name="bytes"/> exactly or, when asked, begins it.</summary>
    /// <param name="reason">What is wrong, when the result is false.</param>
    public static bool TryRead(
        ReadOnlySpan<byte> bytes, bool exact, long logId, out LogFrame frame, out string reason)
    {
        frame = default;
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            reason = "no log frame begins here";
            return false;
        }

        frame = new LogFrame(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[40..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[48..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[52..]),
            BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]));
        long total = (long)HeaderBytes + frame.PayloadBytes;
        if (frame.PayloadBytes < 0 || total > bytes.Length || (exact && total != bytes.Length))
        {
            reason = $"frame length {frame.PayloadBytes} does not fit";
            return false;
        }

        uint expected = BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]);
        uint actual = Checksum(bytes[..(int)total]);
        if (expected != actual)
        {
            reason = $"checksum is {actual:x8}, expected {expected:x8}";
            return false;
        }

        if (bytes[4] != Format || bytes[5] != RecordKind || frame.PartIndex < 0 || frame.PartIndex >= frame.PartCount)
        {
            reason = $"frame format {bytes[4]}, kind {bytes[5]}, part {frame.PartIndex} of {frame.PartCount} is unknown";
            return false;
        }

        if (frame.LogId != logId)
        {
            reason = "frame belongs to another log";
            return false;
        }

        reason = "";
        return true;
    }

    private static uint Checksum(ReadOnlySpan<byte> frame) =>
        Crc32C.Compute(frame[..ChecksumOffset], frame[(ChecksumOffset + sizeof(uint))..]);
}
