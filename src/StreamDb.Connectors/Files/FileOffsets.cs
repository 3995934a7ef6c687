using System.Buffers.Binary;
using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;

namespace StreamDb.Connectors.Files;

/// <summary>The offset of a file source: for each file its name, position, line count and the hash of its beginning.</summary>
internal static class FileOffsets
{
    private const byte Version = 1;

    public static byte[] Encode(IEnumerable<FileProgress> files)
    {
        using ByteWriter output = ByteWriter.Rent();
        output.Append(Version);
        foreach (FileProgress file in files)
        {
            byte[] name = Encoding.UTF8.GetBytes(file.Name);
            WriteVarint(name.Length, output);
            output.Append(name);
            WriteVarint(file.Position, output);
            WriteVarint(file.LineCount, output);
            BinaryPrimitives.WriteUInt64LittleEndian(output.GetSpan(sizeof(ulong)), file.HeadHash);
            output.Advance(sizeof(ulong));
        }

        return output.Written.ToArray();
    }

    /// <summary>The files of an offset; none when it is empty.</summary>
    /// <exception cref="SqlException">XX001: not an offset of ours.</exception>
    public static List<FileProgress> Decode(ReadOnlySpan<byte> offset)
    {
        var files = new List<FileProgress>();
        if (offset.IsEmpty)
        {
            return files;
        }

        if (offset[0] != Version)
        {
            throw Damaged();
        }

        offset = offset[1..];
        while (!offset.IsEmpty)
        {
            long length = ReadVarint(ref offset);
            if (length > offset.Length)
            {
                throw Damaged();
            }

            string name = Encoding.UTF8.GetString(offset[..(int)length]);
            offset = offset[(int)length..];
            long position = ReadVarint(ref offset);
            long lineCount = ReadVarint(ref offset);
            if (!BinaryPrimitives.TryReadUInt64LittleEndian(offset, out ulong hash))
            {
                throw Damaged();
            }

            offset = offset[sizeof(ulong)..];
            files.Add(new FileProgress(name, position, lineCount, hash));
        }

        return files;
    }

    private static void WriteVarint(long value, ByteWriter output)
    {
        for (; value >= 0x80; value >>= 7)
        {
            output.Append((byte)(value | 0x80));
        }

        output.Append((byte)value);
    }

    private static long ReadVarint(ref ReadOnlySpan<byte> input)
    {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7)
        {
            if (input.IsEmpty)
            {
                throw Damaged();
            }

            byte next = input[0];
            input = input[1..];
            value |= (next & 0x7FL) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw Damaged();
    }

    private static SqlException Damaged() =>
        new(SqlState.DataCorrupted, "the source's stored offset cannot be read");
}
