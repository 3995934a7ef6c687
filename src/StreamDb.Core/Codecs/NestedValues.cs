using System.Runtime.InteropServices;

namespace StreamDb.Core.Codecs;

/// <summary>Values collected for an array or record before their layout is known: bytes one after the other, where each ends, which are NULL.</summary>
#pragma warning disable CA1001 // A writer's Dispose gives it to the thread's pool; this one is kept and collected.
internal sealed class NestedValues
#pragma warning restore CA1001
{
    private readonly List<int> _ends = [];
    private readonly List<bool> _nulls = [];
    private readonly ByteWriter _bytes = new();

    public int Count => _ends.Count;

    /// <summary>Where a value may be written before <see cref="End"/> ends it.</summary>
    public ByteWriter Bytes => _bytes;

    public void Clear()
    {
        _bytes.Clear();
        _ends.Clear();
        _nulls.Clear();
    }

    public void End()
    {
        _ends.Add(_bytes.Length);
        _nulls.Add(false);
    }

    public void AppendNull()
    {
        _ends.Add(_bytes.Length);
        _nulls.Add(true);
    }

    public bool IsNull(int index) => _nulls[index];

    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            int start = index == 0 ? 0 : _ends[index - 1];
            return _bytes.Written[start.._ends[index]];
        }
    }

    /// <summary>One bit a value, 1 where it is not NULL.</summary>
    public void WriteValidity(ByteWriter output)
    {
        int start = output.AppendZeros((Count + 7) / 8);
        for (int i = 0; i < Count; i++)
        {
            if (!_nulls[i])
            {
                output.Written[start + (i >> 3)] |= (byte)(1 << (i & 7));
            }
        }
    }

    /// <summary>Where each value ends, then the values.</summary>
    public void WriteEndsAndBytes(ByteWriter output)
    {
        output.Append(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(_ends)));
        output.Append(_bytes.Written);
    }

    /// <summary>Values of one width, NULLs as zeros.</summary>
    public void WriteFixed(int width, ByteWriter output)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_nulls[i])
            {
                output.AppendZeros(width);
            }
            else
            {
                output.Append(this[i]);
            }
        }
    }
}
