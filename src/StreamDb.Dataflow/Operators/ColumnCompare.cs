using StreamDb.Core.Columns;
using StreamDb.Core.Types;

namespace StreamDb.Dataflow.Operators;

/// <summary>Compares columns of equal type and count row by row, by their bytes.</summary>
internal static unsafe class ColumnCompare
{
    /// <summary>Sets the mark of each row in which the columns differ; leaves the others.</summary>
    public static void MarkDifferent(Column left, Column right, bool* marks, int count)
    {
        bool hasNulls = left.HasNulls || right.HasNulls;
        if (!hasNulls && left.Type.Width() == 8)
        {
            long* a = (long*)left.Values;
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
            marks[i] |= left.IsNull(i) != right.IsNull(i) || (!left.IsNull(i) && !ValueEquals(left, right, i, width));
        }
    }

    private static bool ValueEquals(Column left, Column right, int row, int width) => width == 0
        ? left.GetBytes(row).Span.SequenceEqual(right.GetBytes(row).Span)
        : new ReadOnlySpan<byte>(left.Values + ((long)row * width), width)
            .SequenceEqual(new ReadOnlySpan<byte>(right.Values + ((long)row * width), width));
}
