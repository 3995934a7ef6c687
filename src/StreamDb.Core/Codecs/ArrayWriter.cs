using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Builds array values in <see cref="ArrayReader"/>'s layout. Reusable: <see cref="Begin"/>, elements, <see cref="Finish(ByteWriter)"/>.</summary>
public sealed class ArrayWriter
{
    /// <summary>Dimensions that an array may have.</summary>
    public const int DimensionsMax = 6;

    /// <summary>Elements that an array may have.</summary>
    public const int ElementsMax = 134_217_727;

    private readonly NestedValues _elements = new();
    private int _width;

    /// <summary>Starts an array of elements of a type.</summary>
    public ArrayWriter Begin(SqlType element) => Begin(element.Physical);

    public ArrayWriter Begin(PhysicalType element)
    {
        _width = element.Width();
        _elements.Clear();
        return this;
    }

    /// <summary>Elements appended so far.</summary>
    public int Count => _elements.Count;

    public void AppendNull() => _elements.AppendNull();

    /// <summary>Appends an element given as it lies in a column.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        _elements.Bytes.Append(value);
        _elements.End();
    }

    public void Append<T>(T value)
        where T : unmanaged
    {
        _elements.Bytes.AppendValue(value);
        _elements.End();
    }

    /// <summary>Where an element's bytes may be written; <see cref="EndElement"/> ends it.</summary>
    public ByteWriter Element => _elements.Bytes;

    public void EndElement() => _elements.End();

    /// <summary>Appends the array, of one dimension (none when it is empty).</summary>
    public void Finish(ByteWriter output) => Finish([_elements.Count], output);

    /// <summary>Appends the array as a row of a column.</summary>
    public void Finish(ColumnBuilder output)
    {
        using ByteWriter scratch = ByteWriter.Rent();
        Finish(scratch);
        output.AppendBytes(scratch.Written);
    }

    /// <summary>Appends the array with the given lengths, whose product is <see cref="Count"/>.</summary>
    /// <exception cref="SqlException">54000: too many elements.</exception>
    public void Finish(ReadOnlySpan<int> dimensions, ByteWriter output)
    {
        int count = _elements.Count;
        if (count > ElementsMax)
        {
            throw new SqlException(SqlState.ProgramLimitExceeded, $"array size exceeds the maximum allowed ({ElementsMax})");
        }

        if (count == 0)
        {
            output.Append((byte)0);
            return;
        }

        int product = 1;
        foreach (int length in dimensions)
        {
            product *= length;
        }

        Invariant.Check(product == count && dimensions.Length <= DimensionsMax, "dimensions match the elements");
        output.Append((byte)dimensions.Length);
        output.Append(MemoryMarshal.AsBytes(dimensions));
        _elements.WriteValidity(output);
        if (_width > 0)
        {
            _elements.WriteFixed(_width, output);
        }
        else
        {
            _elements.WriteEndsAndBytes(output);
        }
    }
}
