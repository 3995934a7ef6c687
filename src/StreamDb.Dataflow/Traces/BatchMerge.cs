using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Traces;

/// <summary>Two batches on their way to becoming one, a few rows at a time.</summary>
internal sealed unsafe class BatchMerge(SortedBatch left, SortedBatch right)
{
    private readonly SortedBatch.Builder _builder = new(left.Stride, checked(left.Count + right.Count), left.RowBytes + right.RowBytes);
    private int _left;
    private int _right;

    public SortedBatch Left { get; } = left;

    public SortedBatch Right { get; } = right;

    /// <summary>Merges about <paramref name="fuel"/> rows; true when done.</summary>
    /// <remarks>Hot path: per row.</remarks>
    public bool Work(int fuel)
    {
        while (_left < Left.Count && _right < Right.Count)
        {
            if (fuel-- <= 0)
            {
                return false;
            }

            byte* leftRow = Left.Row(_left);
            byte* rightRow = Right.Row(_right);
            int leftLength = Left.Length(_left);
            int order = RowCodec.Compare(leftRow, leftLength, rightRow, Right.Length(_right));
            if (order < 0)
            {
                _builder.Append(leftRow, leftLength, Left.Weight(_left++));
            }
            else if (order > 0)
            {
                _builder.Append(rightRow, Right.Length(_right), Right.Weight(_right++));
            }
            else
            {
                long weight = checked(Left.Weight(_left++) + Right.Weight(_right++));
                if (weight != 0)
                {
                    _builder.Append(leftRow, leftLength, weight);
                }
            }
        }

        return CopyRest(Left, ref _left, ref fuel) && CopyRest(Right, ref _right, ref fuel);
    }

    public SortedBatch? Finish() => _builder.Finish();

    public void Discard() => _builder.Discard();

    private bool CopyRest(SortedBatch batch, ref int position, ref int fuel)
    {
        for (; position < batch.Count; position++)
        {
            if (fuel-- <= 0)
            {
                return false;
            }

            _builder.Append(batch.Row(position), batch.Length(position), batch.Weight(position));
        }

        return true;
    }
}
