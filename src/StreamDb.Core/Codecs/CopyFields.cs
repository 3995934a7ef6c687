using System.Runtime.InteropServices;
using StreamDb.Core.Errors;

namespace StreamDb.Core.Codecs;

/// <summary>The fields of the row that a COPY reader is putting together.</summary>
#pragma warning disable CA1001 // A writer's Dispose gives it to the thread's pool; this one is kept and collected.
internal sealed class CopyFields
#pragma warning restore CA1001
{
    /// <summary>A row may not be longer; a missing line end or quote must not fill memory.</summary>
    public const int RowBytesMax = 1 << 30;

    private readonly List<int> _ends = [];
    private readonly List<bool> _nulls = [];
    private readonly ByteWriter _bytes = new();

    public int Count => _ends.Count;

    /// <summary>What the current field holds so far.</summary>
    public ReadOnlySpan<byte> Current => _bytes.Written[(_ends.Count == 0 ? 0 : _ends[^1])..];

    public void Append(byte value) => _bytes.Append(value);

    public void Append(ReadOnlySpan<byte> value)
    {
        if (_bytes.Length + (long)value.Length > RowBytesMax)
        {
            throw new SqlException(SqlState.ProgramLimitExceeded, "COPY row exceeds 1 GB");
        }

        _bytes.Append(value);
    }

    public void EndField(bool isNull)
    {
        if (isNull)
        {
            _bytes.Truncate(_ends.Count == 0 ? 0 : _ends[^1]);
        }

        _ends.Add(_bytes.Length);
        _nulls.Add(isNull);
    }

    public CopyRow Row(long line) =>
        new(_bytes.Written, CollectionsMarshal.AsSpan(_ends), CollectionsMarshal.AsSpan(_nulls), line);

    public void Clear()
    {
        _bytes.Clear();
        _ends.Clear();
        _nulls.Clear();
    }
}
