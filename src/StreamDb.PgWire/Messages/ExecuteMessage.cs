using System.Buffers;

namespace StreamDb.PgWire.Messages;

/// <summary>Run a portal.</summary>
/// <param name="RowsMax">Suspend after this many rows; 0 and below: no limit.</param>
internal readonly record struct ExecuteMessage(string Portal, int RowsMax)
{
    public static ExecuteMessage Read(in ReadOnlySequence<byte> payload)
    {
        var reader = new MessageReader(payload);
        string portal = reader.ReadString();
        int rowsMax = reader.ReadInt32();
        reader.End();
        return new ExecuteMessage(portal, Math.Max(0, rowsMax));
    }
}
