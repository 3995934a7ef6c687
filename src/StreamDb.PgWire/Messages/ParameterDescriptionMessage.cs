using StreamDb.Core.Types;

namespace StreamDb.PgWire.Messages;

/// <summary>The types of a prepared statement's parameters.</summary>
internal static class ParameterDescriptionMessage
{
    public static void Write(MessageWriter output, IReadOnlyList<SqlType> parameters)
    {
        output.Begin(BackendMessage.ParameterDescription);
        output.WriteInt16((short)parameters.Count);
        foreach (SqlType type in parameters)
        {
            output.WriteInt32((int)TypeOids.OidOf(type));
        }

        output.End();
    }
}
