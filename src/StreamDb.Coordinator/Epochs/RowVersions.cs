using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Epochs;

/// <summary>Two rows of one key: which is newer, and what they are together.</summary>
internal static class RowVersions
{
    /// <summary>Whether <paramref name="row"/> is older than <paramref name="current"/> by the table's version columns.</summary>
    public static bool IsOlder(TableItem table, KeyOverlay.Entry row, KeyOverlay.Entry current)
    {
        foreach (int column in table.VersionColumns)
        {
            bool isNull = row.Rows![column].IsNull(row.Row);
            bool wasNull = current.Rows![column].IsNull(current.Row);
            int order = isNull || wasNull
                ? wasNull.CompareTo(isNull)
                : ValueComparer.Compare(
                    table.Columns[column].Type, ValueBytes.Of(row.Rows[column], row.Row), ValueBytes.Of(current.Rows[column], current.Row));
            if (order != 0)
            {
                return order < 0;
            }
        }

        return false;
    }

    /// <summary>One row with the values of <paramref name="row"/>, and those of <paramref name="current"/> where they are NULL.</summary>
    public static ColumnBatch Merge(KeyOverlay.Entry row, KeyOverlay.Entry current)
    {
        var columns = new Column[row.Rows!.ColumnCount];
        for (int i = 0; i < columns.Length; i++)
        {
            KeyOverlay.Entry source = row.Rows[i].IsNull(row.Row) ? current : row;
            using var builder = new ColumnBuilder(row.Rows[i].Type, 1);
            builder.AppendFrom(source.Rows![i], source.Row);
            columns[i] = builder.Finish();
        }

        return new ColumnBatch(columns, 1);
    }
}
