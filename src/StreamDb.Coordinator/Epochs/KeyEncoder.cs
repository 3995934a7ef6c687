using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Types;

namespace StreamDb.Coordinator.Epochs;

/// <summary>Key columns of a row as bytes that are equal exactly when the keys are equal in SQL.</summary>
internal static class KeyEncoder
{
    /// <summary>Encodes row <paramref name="row"/>'s key. The result is valid until the next call on <paramref name="buffer"/>.</summary>
    public static ReadOnlySpan<byte> Encode(ColumnBatch rows, ReadOnlySpan<int> key, int row, ref byte[] buffer)
    {
        int length = 0;
        foreach (int index in key)
        {
            Column column = rows[index];
            if (column.IsNull(row))
            {
                Room(ref buffer, length, 1)[0] = 0;
                length++;
                continue;
            }

            switch (column.Type)
            {
                case PhysicalType.Bool: length += Put(ref buffer, length, column.Get<byte>(row)); break;
                case PhysicalType.Int16: length += Put(ref buffer, length, column.Get<short>(row)); break;
                case PhysicalType.Int32: length += Put(ref buffer, length, column.Get<int>(row)); break;
                case PhysicalType.Int64: length += Put(ref buffer, length, column.Get<long>(row)); break;
                case PhysicalType.Uuid: length += Put(ref buffer, length, column.Get<Uuid>(row)); break;
                case PhysicalType.Interval: length += Put(ref buffer, length, column.Get<Interval>(row).TotalMicroseconds); break;
                case PhysicalType.Float32: length += Put(ref buffer, length, column.Get<float>(row) + 0f); break;
                case PhysicalType.Float64: length += Put(ref buffer, length, column.Get<double>(row) + 0d); break;
                case PhysicalType.Numeric: length += Put(ref buffer, length, Normalize(column.Get<Numeric>(row))); break;
                default:
                    {
                        ByteSlice bytes = column.GetBytes(row);
                        Span<byte> target = Room(ref buffer, length, 5 + bytes.Length);
                        target[0] = 1;
                        BinaryPrimitives.WriteInt32LittleEndian(target[1..], bytes.Length);
                        bytes.Span.CopyTo(target[5..]);
                        length += 5 + bytes.Length;
                        break;
                    }
            }
        }

        return buffer.AsSpan(0, length);
    }

    private static int Put<T>(ref byte[] buffer, int length, T value)
        where T : unmanaged
    {
        int size = Unsafe.SizeOf<T>();
        Span<byte> target = Room(ref buffer, length, 1 + size);
        target[0] = 1;
        MemoryMarshal.Write(target[1..], in value);
        return 1 + size;
    }

    /// <summary>1.0 and 1.00 are one key, and so are 0 and -0.</summary>
    private static Numeric Normalize(Numeric value) =>
        !value.IsFinite ? value : value.Value == 0 ? Numeric.Zero : value.Value / 1.0000000000000000000000000000m;

    private static Span<byte> Room(ref byte[] buffer, int length, int more)
    {
        if (buffer.Length < length + more)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, length + more));
        }

        return buffer.AsSpan(length, more);
    }
}
