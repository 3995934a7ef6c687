using StreamDb.Core.Codecs;

namespace StreamDb.Connectors.Formats;

/// <summary>The values of one row, or of one record, while it is being decoded: in any order, and kept only if all of it is good.</summary>
#pragma warning disable CA1001 // A writer's Dispose gives it to the thread's pool; this one is kept and collected.
internal sealed class PendingValues(int count)
#pragma warning restore CA1001
{
    private readonly ByteWriter _bytes = new();
    private readonly int[] _starts = new int[count];
    private readonly int[] _ends = new int[count];

    public int Count => count;

    /// <summary>Makes all values NULL.</summary>
    public void Clear()
    {
        _bytes.Clear();
        _starts.AsSpan().Fill(-1);
    }

    /// <summary>Where the value is to be written; <see cref="End"/> follows. An earlier value is forgotten.</summary>
    public ByteWriter Begin(int index)
    {
        _starts[index] = _bytes.Length;
        return _bytes;
    }

    public void End(int index) => _ends[index] = _bytes.Length;

    public void SetNull(int index) => _starts[index] = -1;

    public bool IsNull(int index) => _starts[index] < 0;

    /// <summary>The bytes of a value that is not NULL, as they lie in a column; valid until the next change.</summary>
    public ReadOnlySpan<byte> this[int index] => _bytes.Written[_starts[index].._ends[index]];
}
