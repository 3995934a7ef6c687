namespace StreamDb.PgWire.Messages;

/// <summary>CopyInResponse and CopyOutResponse: all columns have the one format.</summary>
internal static class CopyResponseMessage
{
    public static void Write(MessageWriter output, byte type, int columnCount, bool isBinary)
    {
        output.Begin(type);
        output.WriteBytes([isBinary ? (byte)1 : (byte)0]);
        output.WriteInt16((short)columnCount);
        for (int i = 0; i < columnCount; i++)
        {
            output.WriteInt16(isBinary ? (short)1 : (short)0);
        }

        output.End();
    }
}
