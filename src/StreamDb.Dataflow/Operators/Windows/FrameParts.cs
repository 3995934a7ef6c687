using System.Runtime.CompilerServices;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>A frame as up to three stretches of positions, in order, none empty.</summary>
internal struct FrameParts
{
    private Bounds _starts;
    private Bounds _ends;

    public FrameParts(long start, long end)
    {
        Add(start, end);
    }

    public int Count { get; private set; }

    public readonly long Start(int part) => _starts[part];

    /// <summary>Behind the last row.</summary>
    public readonly long End(int part) => _ends[part];

    /// <summary>[start, end) without [from, until).</summary>
    public static FrameParts Without(long start, long end, long from, long until)
    {
        var parts = new FrameParts(start, Math.Min(end, from));
        parts.Add(Math.Max(start, until), end);
        return parts;
    }

    /// <summary>Adds one row between what lies before it and what lies behind.</summary>
    public void InsertMiddle(long position)
    {
        FrameParts old = this;
        this = default;
        int part = 0;
        for (; part < old.Count && old.Start(part) < position; part++)
        {
            Add(old.Start(part), old.End(part));
        }

        Add(position, position + 1);
        for (; part < old.Count; part++)
        {
            Add(old.Start(part), old.End(part));
        }
    }

    private void Add(long start, long end)
    {
        if (start < end)
        {
            _starts[Count] = start;
            _ends[Count++] = end;
        }
    }

    [InlineArray(3)]
    private struct Bounds
    {
        private long _first;
    }
}
