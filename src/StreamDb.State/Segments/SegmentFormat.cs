using System.Buffers.Binary;

namespace StreamDb.State.Segments;

/// <summary>The bytes of a segment file around its content.</summary>
/// <remarks>
/// Little-endian. A header of 64 bytes: magic 8, format 4, page bytes 4, instance id 16, file number 8, zeros. Then the
/// content: blocks of bytes of the layers above, each at a multiple of <see cref="BlockAlignment"/>. Then, at a multiple of
/// 8, a table with a CRC32C for each page: that of the whole file from its first byte to the end of the page, so that one pass
/// over the file finds the first damaged page and gives the checksum of the whole file. Then a trailer of 24 bytes: end of the
/// content 8, page count 4, CRC32C of table and these two 4, magic 8.
/// </remarks>
internal static class SegmentFormat
{
    public const int Version = 1;
    public const int HeaderBytes = 64;
    public const int TrailerBytes = 24;
    public const int BlockAlignment = 64;
    public const int PageBytes = 64 << 10;

    public static ReadOnlySpan<byte> HeaderMagic => "SDBSEGMT"u8;

    public static ReadOnlySpan<byte> TrailerMagic => "SDBSEGND"u8;

    public static void WriteHeader(Span<byte> header, Guid instanceId, long number)
    {
        header[..HeaderBytes].Clear();
        HeaderMagic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], PageBytes);
        instanceId.TryWriteBytes(header[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(header[32..], number);
    }
}
