namespace StreamDb.Connectors.Generators;

/// <summary>One event with the fields of whatever kind it is. Reused from event to event; texts are UTF-8.</summary>
/// <remarks>
/// <see cref="Numbers"/> and <see cref="Text"/> hold the fields of their sort in the order of the table's columns;
/// times are among the numbers, as timestamps.
/// </remarks>
internal sealed class NexmarkEvent
{
    private readonly long[] _numbers = new long[NumbersMax];
    private readonly int[] _textEnds = new int[TextsMax];
    private byte[] _bytes = new byte[1024];
    private int _numberCount;
    private int _textCount;

    private const int NumbersMax = 7;
    private const int TextsMax = 6;

    public ReadOnlySpan<long> Numbers => _numbers.AsSpan(0, _numberCount);

    public void Clear()
    {
        _numberCount = 0;
        _textCount = 0;
    }

    public void Add(long number) => _numbers[_numberCount++] = number;

    public void Add(ReadOnlySpan<byte> text) => text.CopyTo(AddText(text.Length));

    /// <summary>Adds a text of that length, to be written by the caller.</summary>
    public Span<byte> AddText(int length)
    {
        int start = _textCount == 0 ? 0 : _textEnds[_textCount - 1];
        if (start + length > _bytes.Length)
        {
            Array.Resize(ref _bytes, Math.Max(start + length, _bytes.Length * 2));
        }

        _textEnds[_textCount++] = start + length;
        return _bytes.AsSpan(start, length);
    }

    public ReadOnlySpan<byte> Text(int index)
    {
        int start = index == 0 ? 0 : _textEnds[index - 1];
        return _bytes.AsSpan(start, _textEnds[index] - start);
    }
}
