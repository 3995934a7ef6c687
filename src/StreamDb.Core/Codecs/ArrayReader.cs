using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Reads an array value (also int2vector and oidvector) without allocating.</summary>
/// <remarks>
/// Layout: number of dimensions (1 byte; 0 for the empty array), length of each (int32), one validity bit an element, then
/// for fixed-width elements their values, else where each element ends (int32) and the elements' bytes. Elements lie in
/// row-major order, NULLs as zeros or empty. Lower bounds are always 1. Equal arrays whose elements have equal bytes have
/// equal bytes. Nothing is aligned.
/// </remarks>
public readonly ref struct ArrayReader
{
    private readonly ReadOnlySpan<byte> _dimensions;
    private readonly ReadOnlySpan<byte> _validity;
    private readonly ReadOnlySpan<byte> _ends;
    private readonly ReadOnlySpan<byte> _values;
    private readonly int _width;

    /// <param name="type">The array's type.</param>
    /// <param name="value">Its bytes.</param>
    public ArrayReader(SqlType type, ReadOnlySpan<byte> value)
        : this(ElementOf(type).Physical, value)
    {
    }

    public ArrayReader(PhysicalType element, ReadOnlySpan<byte> value)
    {
        _width = element.Width();
        _dimensions = value.Slice(1, value[0] * sizeof(int));
        Count = value[0] == 0 ? 0 : 1;
        for (int i = 0; i < value[0]; i++)
        {
            Count *= Dimension(i);
        }

        int at = 1 + _dimensions.Length;
        _validity = value.Slice(at, (Count + 7) / 8);
        at += _validity.Length;
        if (_width == 0)
        {
            _ends = value.Slice(at, Count * sizeof(int));
            at += _ends.Length;
        }

        _values = value[at..];
    }

    /// <summary>Elements, over all dimensions.</summary>
    public int Count { get; }

    /// <summary>0 for the empty array.</summary>
    public int DimensionCount => _dimensions.Length / sizeof(int);

    /// <summary>Length of a dimension, the outermost being 0.</summary>
    public int Dimension(int index) => BinaryPrimitives.ReadInt32LittleEndian(_dimensions[(index * sizeof(int))..]);

    public bool IsNull(int index) => (_validity[index >> 3] & (1 << (index & 7))) == 0;

    /// <summary>An element as it would lie in a column; zeros or empty for NULL.</summary>
    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            if (_width > 0)
            {
                return _values.Slice(index * _width, _width);
            }

            int start = index == 0 ? 0 : End(index - 1);
            return _values[start..End(index)];
        }
    }

    /// <summary>A fixed-width element.</summary>
    public T Get<T>(int index)
        where T : unmanaged => MemoryMarshal.Read<T>(_values[(index * Unsafe.SizeOf<T>())..]);

    /// <summary>A variable-length element as a slice; only over native memory, which does not move.</summary>
    public unsafe ByteSlice GetSlice(int index)
    {
        ReadOnlySpan<byte> element = this[index];
        return new ByteSlice((byte*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(element)), element.Length);
    }

    /// <summary>The element type of an array, int2vector or oidvector.</summary>
    public static SqlType ElementOf(SqlType array) => array.Kind switch
    {
        SqlTypeKind.Int2Vector => SqlType.Int16,
        SqlTypeKind.OidVector => SqlType.Oid,
        _ => array.Element!,
    };

    private int End(int index) => BinaryPrimitives.ReadInt32LittleEndian(_ends[(index * sizeof(int))..]);
}
