namespace StreamDb.Core.Codecs;

/// <summary>The fields of one row of COPY, unescaped; valid for the duration of the callback.</summary>
public readonly ref struct CopyRow
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly ReadOnlySpan<int> _ends;
    private readonly ReadOnlySpan<bool> _nulls;

    internal CopyRow(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> ends, ReadOnlySpan<bool> nulls, long line)
    {
        _bytes = bytes;
        _ends = ends;
        _nulls = nulls;
        Line = line;
    }

    /// <summary>Fields.</summary>
    public int Count => _ends.Length;

    /// <summary>1-based number of the row's first line (binary: of the row), for messages.</summary>
    public long Line { get; }

    public bool IsNull(int field) => _nulls[field];

    /// <summary>A field's text, or in binary format its bytes; empty for NULL.</summary>
    public ReadOnlySpan<byte> this[int field] => _bytes[(field == 0 ? 0 : _ends[field - 1])..(_ends[field])];
}
