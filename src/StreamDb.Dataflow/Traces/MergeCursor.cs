using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Traces;

/// <summary>Reads a range of several sorted batches as one, in order or backwards, adding up the weights of equal rows.</summary>
/// <remarks>The caller holds the batches. Rows stay where they are: addresses are good as long as the batches are held.</remarks>
internal sealed unsafe class MergeCursor
{
    private readonly Part[] _parts;
    private readonly bool _descending;
    private int _partCount;

    /// <param name="bounds">Which rows of each batch.</param>
    public MergeCursor(SortedBatch[] batches, (int Start, int End)[] bounds, bool descending)
    {
        _descending = descending;
        _parts = new Part[batches.Length];
        for (int i = 0; i < batches.Length; i++)
        {
            SortedBatch batch = batches[i];
            (int start, int end) = bounds[i];
            if (start < end)
            {
                _parts[_partCount++] = descending
                    ? new Part { Batch = batch, Position = end - 1, End = start - 1 }
                    : new Part { Batch = batch, Position = start, End = end };
            }
        }
    }

    /// <summary>Reads up to <paramref name="max"/> rows; 0 at the end. Rows whose weights cancel are left out.</summary>
    public int Read(byte** rows, long* weights, int max)
    {
        int count = 0;
        while (count < max && _partCount > 0)
        {
            if (_partCount == 1)
            {
                count += ReadAlone(rows + count, weights + count, max - count);
                continue;
            }

            FindLeastTwo(out int least, out int second, out bool areEqual);
            count += areEqual
                ? ReadEqual(least, rows + count, weights + count)
                : ReadUntil(least, second, rows + count, weights + count, max - count);
        }

        return count;
    }

    /// <summary>The part with the next row, and the one that follows.</summary>
    private void FindLeastTwo(out int least, out int second, out bool areEqual)
    {
        least = 0;
        second = 1;
        int order = Compare(1, 0);
        if (order < 0)
        {
            (least, second) = (second, least);
        }

        areEqual = order == 0;
        for (int i = 2; i < _partCount; i++)
        {
            order = Compare(i, second);
            if (order >= 0)
            {
                continue;
            }

            second = i;
            order = Compare(i, least);
            areEqual = order == 0;
            if (order < 0)
            {
                (least, second) = (second, least);
            }
        }
    }

    /// <summary>Orders two parts by their next rows, in the direction of reading.</summary>
    private int Compare(int left, int right)
    {
        int order = RowCodec.Compare(_parts[left].Row, _parts[left].Length, _parts[right].Row, _parts[right].Length);
        return _descending ? -order : order;
    }

    /// <summary>The next row, which several parts have; 0 when its weights cancel.</summary>
    private int ReadEqual(int least, byte** rows, long* weights)
    {
        byte* row = _parts[least].Row;
        int length = _parts[least].Length;
        long weight = 0;
        for (int i = _partCount - 1; i >= 0; i--)
        {
            if (RowCodec.Compare(_parts[i].Row, _parts[i].Length, row, length) == 0)
            {
                // Going downwards, what takes the place of an exhausted part was looked at before.
                weight = checked(weight + _parts[i].Weight);
                Advance(i);
            }
        }

        *rows = row;
        *weights = weight;
        return weight == 0 ? 0 : 1;
    }

    /// <summary>Rows of one part alone, up to the next row of another: long stretches where one batch is much larger.</summary>
    private int ReadUntil(int least, int second, byte** rows, long* weights, int max)
    {
        byte* bound = _parts[second].Row;
        int boundLength = _parts[second].Length;
        ref Part part = ref _parts[least];
        int step = _descending ? -1 : 1;
        int count = 0;
        do
        {
            rows[count] = part.Row;
            weights[count++] = part.Weight;
            part.Position += step;
        }
        while (count < max && part.Position != part.End && IsBefore(part.Row, part.Length, bound, boundLength));

        if (part.Position == part.End)
        {
            part = _parts[--_partCount];
        }

        return count;
    }

    private bool IsBefore(byte* row, int length, byte* bound, int boundLength)
    {
        int order = RowCodec.Compare(row, length, bound, boundLength);
        return _descending ? order > 0 : order < 0;
    }

    private int ReadAlone(byte** rows, long* weights, int max)
    {
        ref Part part = ref _parts[0];
        int step = _descending ? -1 : 1;
        int count = 0;
        while (count < max && part.Position != part.End)
        {
            rows[count] = part.Row;
            weights[count++] = part.Weight;
            part.Position += step;
        }

        if (part.Position == part.End)
        {
            _partCount = 0;
        }

        return count;
    }

    private void Advance(int index)
    {
        _parts[index].Position += _descending ? -1 : 1;
        if (_parts[index].Position == _parts[index].End)
        {
            _parts[index] = _parts[--_partCount];
        }
    }

    private struct Part
    {
        public SortedBatch Batch;
        public int Position;
        public int End;

        public readonly byte* Row => Batch.Row(Position);

        public readonly int Length => Batch.Length(Position);

        public readonly long Weight => Batch.Weight(Position);
    }
}
