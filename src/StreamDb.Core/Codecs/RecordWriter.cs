using StreamDb.Core.Columns;

namespace StreamDb.Core.Codecs;

/// <summary>Builds record values in <see cref="RecordReader"/>'s layout. Reusable: <see cref="Begin"/>, every field in order, <see cref="Finish(ByteWriter)"/>.</summary>
public sealed class RecordWriter
{
    private readonly NestedValues _fields = new();

    public RecordWriter Begin()
    {
        _fields.Clear();
        return this;
    }

    /// <summary>Fields appended so far.</summary>
    public int Count => _fields.Count;

    public void AppendNull() => _fields.AppendNull();

    /// <summary>Appends a field given as it lies in a column.</summary>
    public void Append(ReadOnlySpan<byte> value)
    {
        _fields.Bytes.Append(value);
        _fields.End();
    }

    public void Append<T>(T value)
        where T : unmanaged
    {
        _fields.Bytes.AppendValue(value);
        _fields.End();
    }

    /// <summary>Where a field's bytes may be written; <see cref="EndField"/> ends it.</summary>
    public ByteWriter Field => _fields.Bytes;

    public void EndField() => _fields.End();

    /// <summary>Appends the record.</summary>
    public void Finish(ByteWriter output)
    {
        _fields.WriteValidity(output);
        _fields.WriteEndsAndBytes(output);
    }

    /// <summary>Appends the record as a row of a column.</summary>
    public void Finish(ColumnBuilder output)
    {
        using ByteWriter scratch = ByteWriter.Rent();
        Finish(scratch);
        output.AppendBytes(scratch.Written);
    }
}
