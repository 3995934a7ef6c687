using System.Buffers;

namespace StreamDb.PgWire.Messages;

/// <summary>Prepare a statement.</summary>
/// <param name="ParameterOids">pg_type oids; 0 leaves a type open. May be shorter than the statement's parameters.</param>
internal readonly record struct ParseMessage(string Statement, string Sql, uint[] ParameterOids)
{
    public static ParseMessage Read(in ReadOnlySequence<byte> payload)
    {
        var reader = new MessageReader(payload);
        string statement = reader.ReadString();
        string sql = reader.ReadString();
        int count = reader.ReadCount(itemBytes: 4);
        uint[] oids = count == 0 ? [] : new uint[count];
        for (int i = 0; i < count; i++)
        {
            oids[i] = (uint)reader.ReadInt32();
        }

        reader.End();
        return new ParseMessage(statement, sql, oids);
    }
}
