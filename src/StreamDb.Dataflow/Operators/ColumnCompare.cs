using StreamDb.Core.Columns;
using StreamDb.Core.Types;

namespace StreamDb.Dataflow.Operators;

/// <summary>Compares columns of equal type row by row, by their bytes.</summary>
internal static unsafe class ColumnCompare
{
    /// <summary>Sets the mark of each row i in which row leftStart + i of the left and row i of the right column differ; leaves the others.</summary>
    public static void MarkDifferent(Column left, int leftStart, Column right, bool* marks, int count)
    {
        bool hasNulls = left.HasNulls || right.HasNulls;
        if (!hasNulls && left.Type.Width() == 8)
        {
            long* a = (long*)left.Values + leftStart;
            long* b = (long*)right.Values;
            for (int i = 0; i < count; i++)
            {
                marks[i] |= a[i] != b[i];
            }

            return;
        }

        int width = left.Type.Width();
        for (int i = 0; i < count; i++)
        {
            int leftRow = leftStart + i;
            marks[i] |= left.IsNull(leftRow) != right.IsNull(i) || (!right.IsNull(i) && !ValueEquals(left, leftRow, right, i, width));
        }
    }

    private static bool ValueEquals(Column left, int leftRow, Column right, int rightRow, int width) => width == 0
        ? left.GetBytes(leftRow).Span.SequenceEqual(right.GetBytes(rightRow).Span)
        : new ReadOnlySpan<byte>(left.Values + ((long)leftRow * width), width)
            .SequenceEqual(new ReadOnlySpan<byte>(right.Values + ((long)rightRow * width), width));
}
