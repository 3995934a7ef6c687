using System.Buffers.Binary;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Reads a map value without allocating. Entries are in ascending order of their keys, which are unique and not NULL.</summary>
/// <remarks>Layout: length of the keys (int32), an array of keys, an array of values (both as <see cref="ArrayReader"/> describes).</remarks>
public readonly ref struct MapReader
{
    private readonly SqlType _type;

    public MapReader(SqlType type, ReadOnlySpan<byte> value)
    {
        _type = type;
        int keyBytes = BinaryPrimitives.ReadInt32LittleEndian(value);
        KeyArray = value.Slice(sizeof(int), keyBytes);
        ValueArray = value[(sizeof(int) + keyBytes)..];
        Keys = new ArrayReader(type.Key!.Physical, KeyArray);
        Values = new ArrayReader(type.Element!.Physical, ValueArray);
    }

    public int Count => Keys.Count;

    public ArrayReader Keys { get; }

    public ArrayReader Values { get; }

    /// <summary>The keys as an array value.</summary>
    public ReadOnlySpan<byte> KeyArray { get; }

    /// <summary>The values as an array value.</summary>
    public ReadOnlySpan<byte> ValueArray { get; }

    /// <summary>Index of a key, or -1.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        int low = 0;
        int high = Count - 1;
        while (low <= high)
        {
            int middle = (low + high) / 2;
            int order = ValueComparer.Compare(_type.Key!, Keys[middle], key);
            if (order == 0)
            {
                return middle;
            }

            low = order < 0 ? middle + 1 : low;
            high = order < 0 ? high : middle - 1;
        }

        return -1;
    }
}
