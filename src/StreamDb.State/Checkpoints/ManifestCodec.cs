using System.Buffers.Binary;
using System.Text;
using StreamDb.Core.Identifiers;
using StreamDb.State.Devices;
using StreamDb.State.Log;

namespace StreamDb.State.Checkpoints;

/// <summary>The bytes of a manifest file.</summary>
/// <remarks>
/// An envelope that no format will change (magic 8, format 4, CRC32C 4, body length 8, little-endian; the CRC covers
/// magic, format, length and body), so that every program can tell a newer format from damage; then the body.
/// </remarks>
internal static class ManifestCodec
{
    private const int EnvelopeBytes = 24;
    private const int ChecksumOffset = 12;

    private static ReadOnlySpan<byte> Magic => "SDBMANIF"u8;

    public static byte[] Encode(Manifest manifest)
    {
        using MemoryStream stream = new();
        using BinaryWriter writer = new(stream, Encoding.UTF8);
        writer.Write(new byte[EnvelopeBytes]);
        writer.Write(manifest.Generation);
        writer.Write(manifest.InstanceId.ToByteArray());
        writer.Write(manifest.CreatedMicroseconds);
        writer.Write(manifest.Epoch.Value);
        writer.Write(manifest.LogPageBytes);
        writer.Write(manifest.LogSegmentBytes);
        writer.Write(manifest.Log.Created);
        writer.Write(manifest.Log.BeginAddress);
        writer.Write(manifest.Log.BeginSequence);
        writer.Write(manifest.Log.EndSequence);
        if (manifest.Format >= 2)
        {
            writer.Write(manifest.Checkpoint);
        }

        writer.Write(manifest.Files.Count);
        foreach (ImmutableFile file in manifest.Files)
        {
            writer.Write(file.Name);
            writer.Write(file.Bytes);
            writer.Write(file.Crc);
        }

        writer.Write(manifest.Sections.Count);
        foreach ((string name, ReadOnlyMemory<byte> content) in manifest.Sections)
        {
            writer.Write(name);
            writer.Write(content.Length);
            writer.Write(content.Span);
        }

        writer.Flush();
        byte[] bytes = stream.ToArray();
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), manifest.Format);
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(16), bytes.Length - EnvelopeBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(ChecksumOffset), Checksum(bytes));
        return bytes;
    }

    /// <summary>Reads the envelope, which tells the format.</summary>
    /// <returns>False when the bytes are damaged.</returns>
    public static bool TryReadFormat(ReadOnlySpan<byte> bytes, out int format)
    {
        format = 0;
        if (bytes.Length < EnvelopeBytes
            || !bytes[..Magic.Length].SequenceEqual(Magic)
            || BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]) != bytes.Length - EnvelopeBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[ChecksumOffset..]) != Checksum(bytes))
        {
            return false;
        }

        format = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        return true;
    }

    /// <summary>Reads the body of a manifest of a known format whose envelope is sound.</summary>
    public static Manifest Decode(byte[] bytes)
    {
        int format = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(8));
        using BinaryReader reader = new(new MemoryStream(bytes, EnvelopeBytes, bytes.Length - EnvelopeBytes), Encoding.UTF8);
        Manifest manifest = new()
        {
            Format = format,
            Generation = reader.ReadInt64(),
            InstanceId = new Guid(reader.ReadBytes(16)),
            CreatedMicroseconds = reader.ReadInt64(),
            Epoch = new Epoch(reader.ReadUInt64()),
            LogPageBytes = reader.ReadInt32(),
            LogSegmentBytes = reader.ReadInt64(),
            Log = new LogRange(reader.ReadBoolean(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64()),
            Checkpoint = format >= 2 ? reader.ReadInt64() : 0,
        };
        ImmutableFile[] files = new ImmutableFile[reader.ReadInt32()];
        for (int i = 0; i < files.Length; i++)
        {
            files[i] = new ImmutableFile(reader.ReadString(), reader.ReadInt64(), reader.ReadUInt32());
        }

        Dictionary<string, ReadOnlyMemory<byte>> sections = [];
        for (int count = reader.ReadInt32(); count > 0; count--)
        {
            string name = reader.ReadString();
            sections.Add(name, reader.ReadBytes(reader.ReadInt32()));
        }

        return manifest with { Files = files, Sections = sections };
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes) =>
        Crc32C.Compute(bytes[..ChecksumOffset], bytes[(ChecksumOffset + sizeof(uint))..]);
}
