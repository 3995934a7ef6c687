using System.Buffers.Binary;
using StreamDb.Core.Errors;

namespace StreamDb.Connectors.Generators;

/// <summary>Where a generator stands: how many items it has produced, and the time it calls the beginning.</summary>
/// <param name="Position">Items produced.</param>
/// <param name="BaseMicroseconds">The time of the first opening, in PostgreSQL's microseconds.</param>
internal readonly record struct GeneratorOffset(long Position, long BaseMicroseconds)
{
    private const byte Version = 1;
    private const int Bytes = 1 + (2 * sizeof(long));

    /// <summary>The offset that was encoded, or the beginning at <paramref name="nowMicroseconds"/> when there is none.</summary>
    /// <exception cref="SqlException">XX001: not an offset of ours.</exception>
    public static GeneratorOffset Decode(ReadOnlySpan<byte> offset, long nowMicroseconds)
    {
        if (offset.IsEmpty)
        {
            return new GeneratorOffset(0, nowMicroseconds);
        }

        if (offset.Length != Bytes || offset[0] != Version)
        {
            throw new SqlException(SqlState.DataCorrupted, "the source's stored offset cannot be read");
        }

        return new GeneratorOffset(
            BinaryPrimitives.ReadInt64LittleEndian(offset[1..]),
            BinaryPrimitives.ReadInt64LittleEndian(offset[(1 + sizeof(long))..]));
    }

    public byte[] Encode()
    {
        byte[] offset = new byte[Bytes];
        offset[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(offset.AsSpan(1), Position);
        BinaryPrimitives.WriteInt64LittleEndian(offset.AsSpan(1 + sizeof(long)), BaseMicroseconds);
        return offset;
    }
}
