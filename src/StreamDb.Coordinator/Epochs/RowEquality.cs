using StreamDb.Core.Columns;

namespace StreamDb.Coordinator.Epochs;

/// <summary>Whether two rows are the same, representation included.</summary>
internal static class RowEquality
{
    public static bool Same(ColumnBatch left, int leftRow, ColumnBatch right, int rightRow)
    {
        for (int column = 0; column < left.ColumnCount; column++)
        {
            if (left.GetDatum(column, leftRow) != right.GetDatum(column, rightRow))
            {
                return false;
            }
        }

        return true;
    }
}
