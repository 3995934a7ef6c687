using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Compilation;

/// <summary>The evaluated arguments of one variadic call: cells of 16 bytes, which hold a value of any physical type.</summary>
internal sealed class VariadicArguments
{
    private UInt128[] _cells = new UInt128[8];
    private bool[] _isNull = new bool[8];

    public int Count { get; private set; }

    public VariadicArguments Clear()
    {
        Count = 0;
        return this;
    }

    public void Add<T>(T value, bool isNull)
        where T : unmanaged
    {
        if (Count == _cells.Length)
        {
            Array.Resize(ref _cells, Count * 2);
            Array.Resize(ref _isNull, Count * 2);
        }

        Unsafe.As<UInt128, T>(ref _cells[Count]) = value;
        _isNull[Count++] = isNull;
    }

    public bool IsNull(int index) => _isNull[index];

    /// <summary>A value of that type as it would lie in a column; valid until the next call.</summary>
    public ReadOnlySpan<byte> Bytes(int index, PhysicalType type) => type == PhysicalType.Bytes
        ? Get<ByteSlice>(index).Span
        : MemoryMarshal.AsBytes(new ReadOnlySpan<UInt128>(in _cells[index]))[..type.Width()];

    public T Get<T>(int index)
        where T : unmanaged => Unsafe.As<UInt128, T>(ref _cells[index]);
}
