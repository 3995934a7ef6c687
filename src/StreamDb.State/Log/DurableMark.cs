using System.Buffers.Binary;
using StreamDb.State.Devices;

namespace StreamDb.State.Log;

/// <summary>
/// A small file beside the log that says how far it is durable. It is written after each sync and not itself synced.
/// </summary>
/// <remarks>
/// Its claim is always true (it follows the sync) and after a crash of the process it is also current, so that damage
/// to the very last acknowledged record is not taken for a torn tail. After power loss it may be old; then only what
/// later frames prove is known. Two slots in two disk blocks are written in turn, so one is always whole; losing both
/// loses knowledge, never data.
/// </remarks>
internal sealed class DurableMark(IFile file, long logId) : IDisposable
{
    public const string FileName = "durable.mark";

    private const uint Magic = 0x4D57_4453; // "SDWM"
    private const int SlotBytes = 4096;
    private const int ContentBytes = 40;

    private long _counter;

    /// <summary>Reads the newer valid slot.</summary>
    /// <returns>Null when neither is valid for this log.</returns>
    public DurablePoint? Read()
    {
        DurablePoint? newest = null;
        Span<byte> content = stackalloc byte[ContentBytes];
        for (int slot = 0; slot < 2; slot++)
        {
            newest = ReadSlot(slot, content) ?? newest;
        }

        return newest;
    }

    /// <summary>Whether everything that was ever written is there, not only enough to tell where the log ends.</summary>
    public bool IsWhole()
    {
        long counter = _counter;
        int valid = 0;
        Span<byte> content = stackalloc byte[ContentBytes];
        for (int slot = 0; slot < 2; slot++)
        {
            _counter = 0;
            valid += ReadSlot(slot, content) is not null ? 1 : 0;
        }

        _counter = counter;
        return valid == 2 || (valid == 1 && counter == 1);
    }

    public void Write(DurablePoint point)
    {
        Span<byte> content = stackalloc byte[ContentBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(content, Magic);
        BinaryPrimitives.WriteInt64LittleEndian(content[8..], ++_counter);
        BinaryPrimitives.WriteInt64LittleEndian(content[16..], logId);
        BinaryPrimitives.WriteInt64LittleEndian(content[24..], point.Sequence);
        BinaryPrimitives.WriteInt64LittleEndian(content[32..], point.Address);
        BinaryPrimitives.WriteUInt32LittleEndian(content[4..], Crc32C.Compute(content[8..]));
        file.Write((_counter & 1) * SlotBytes, content);
    }

    public void Sync() => file.Sync();

    // Null unless it is valid and newer than what was read before.
    private DurablePoint? ReadSlot(int slot, Span<byte> content)
    {
        if (file.Read(slot * SlotBytes, content) == ContentBytes
            && BinaryPrimitives.ReadUInt32LittleEndian(content) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(content[4..]) == Crc32C.Compute(content[8..])
            && BinaryPrimitives.ReadInt64LittleEndian(content[16..]) == logId
            && BinaryPrimitives.ReadInt64LittleEndian(content[8..]) is long counter
            && counter > _counter)
        {
            _counter = counter;
            return new DurablePoint(
                BinaryPrimitives.ReadInt64LittleEndian(content[24..]), BinaryPrimitives.ReadInt64LittleEndian(content[32..]));
        }

        return null;
    }

    public void Dispose() => file.Dispose();
}
