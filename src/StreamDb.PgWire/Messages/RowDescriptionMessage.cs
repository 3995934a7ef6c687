using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Types;
using StreamDb.PgWire.Codec;

namespace StreamDb.PgWire.Messages;

/// <summary>Names, types and formats of a result's columns.</summary>
internal static class RowDescriptionMessage
{
    public static void Write(MessageWriter output, IReadOnlyList<ResultColumn> columns, FormatCodes formats)
    {
        output.Begin(BackendMessage.RowDescription);
        output.WriteInt16((short)columns.Count);
        for (int i = 0; i < columns.Count; i++)
        {
            ResultColumn column = columns[i];
            output.WriteString(column.Name);
            output.WriteInt32((int)column.RelationOid);
            output.WriteInt16(column.Attribute);
            output.WriteInt32((int)TypeOids.OidOf(column.Type));
            output.WriteInt16(TypeOids.LengthOf(column.Type));
            output.WriteInt32(column.Type.Modifier);
            output.WriteInt16(formats.IsBinary(i) ? (short)1 : (short)0);
        }

        output.End();
    }

    /// <summary>RowDescription, or NoData for a statement that returns no rows.</summary>
    public static void WriteOrNoData(MessageWriter output, IReadOnlyList<ResultColumn>? columns, FormatCodes formats)
    {
        if (columns is null)
        {
            output.WriteEmpty(BackendMessage.NoData);
        }
        else
        {
            Write(output, columns, formats);
        }
    }
}
