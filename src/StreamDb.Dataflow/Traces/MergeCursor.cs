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

            int least = 0;
            byte* row = _parts[0].Row;
            int length = _parts[0].Length;
            for (int i = 1; i < _partCount; i++)
            {
                int order = RowCodec.Compare(_parts[i].Row, _parts[i].Length, row, length);
                if (_descending ? order > 0 : order < 0)
                {
                    least = i;
                    row = _parts[i].Row;
                    length = _parts[i].Length;
                }
            }

            long weight = 0;
            for (int i = _partCount - 1; i >= 0; i--)
            {
                if (i == least || RowCodec.Compare(_parts[i].Row, _parts[i].Length, row, length) == 0)
                {
                    weight = checked(weight + _parts[i].Weight);

                    // Going downwards, what takes the place of an exhausted part was looked at before.
                    Advance(i);
                }
            }

            if (weight != 0)
            {
                rows[count] = row;
                weights[count++] = weight;
            }
        }

        return count;
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
