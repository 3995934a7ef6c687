using StreamDb.Core.Columns;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Builds map values in <see cref="MapReader"/>'s layout. Entries may come in any order; of equal keys the last one stays.</summary>
public sealed class MapWriter
{
    private readonly NestedValues _keys = new();
    private readonly NestedValues _values = new();
    private readonly ArrayWriter _array = new();
    private SqlType? _type;

    public MapWriter Begin(SqlType map)
    {
        _type = map;
        _keys.Clear();
        _values.Clear();
        return this;
    }

    /// <summary>Appends a key, which is not NULL; its value follows.</summary>
    public void AppendKey(ReadOnlySpan<byte> key)
    {
        _keys.Bytes.Append(key);
        _keys.End();
    }

    public void AppendValue(ReadOnlySpan<byte> value)
    {
        _values.Bytes.Append(value);
        _values.End();
    }

    public void AppendNullValue() => _values.AppendNull();

    /// <summary>Whether two entries have the same key.</summary>
    public bool HasDuplicateKeys()
    {
        int[] order = Order();
        for (int i = 1; i < order.Length; i++)
        {
            if (Compare(order[i - 1], order[i]) == 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Appends the map.</summary>
    public void Finish(ByteWriter output)
    {
        int[] order = Order();
        int kept = 0;
        for (int i = 0; i < order.Length; i++)
        {
            if (i + 1 == order.Length || Compare(order[i], order[i + 1]) != 0)
            {
                order[kept++] = order[i];
            }
        }

        int start = output.AppendZeros(sizeof(int));
        Write(_keys, _type!.Key!, order.AsSpan(0, kept), output);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32LittleEndian(output.Written[start..], output.Length - start - sizeof(int));
        Write(_values, _type.Element!, order.AsSpan(0, kept), output);
    }

    /// <summary>Appends the map as a row of a column.</summary>
    public void Finish(ColumnBuilder output)
    {
        using ByteWriter scratch = ByteWriter.Rent();
        Finish(scratch);
        output.AppendBytes(scratch.Written);
    }

    private void Write(NestedValues values, SqlType type, ReadOnlySpan<int> order, ByteWriter output)
    {
        _array.Begin(type);
        foreach (int index in order)
        {
            if (values.IsNull(index))
            {
                _array.AppendNull();
            }
            else
            {
                _array.Append(values[index]);
            }
        }

        _array.Finish(output);
    }

    /// <summary>Entries by key, equal keys in the order they came.</summary>
    private int[] Order()
    {
        int[] order = [.. Enumerable.Range(0, _keys.Count)];
        Array.Sort(order, (left, right) => Compare(left, right) is var c && c != 0 ? c : left.CompareTo(right));
        return order;
    }

    private int Compare(int left, int right) => ValueComparer.Compare(_type!.Key!, _keys[left], _keys[right]);
}
