using StreamDb.Coordinator.Sessions;

namespace StreamDb.PgWire.Messages;

/// <summary>The short messages about the session itself.</summary>
internal static class SessionMessages
{
    public static void WriteParameterStatus(MessageWriter output, string name, string value)
    {
        output.Begin(BackendMessage.ParameterStatus);
        output.WriteString(name);
        output.WriteString(value);
        output.End();
    }

    public static void WriteBackendKeyData(MessageWriter output, int processId, int secretKey)
    {
        output.Begin(BackendMessage.BackendKeyData);
        output.WriteInt32(processId);
        output.WriteInt32(secretKey);
        output.End();
    }

    public static void WriteReadyForQuery(MessageWriter output, TransactionStatus status)
    {
        output.Begin(BackendMessage.ReadyForQuery);
        output.WriteBytes([(byte)status]);
        output.End();
    }

    /// <summary>Tells a client of a newer minor version that we speak 3.0, and which protocol options we do not know.</summary>
    public static void WriteNegotiateProtocolVersion(MessageWriter output, IReadOnlyList<string> unknownOptions)
    {
        output.Begin(BackendMessage.NegotiateProtocolVersion);
        output.WriteInt32(StartupMessage.Version3);
        output.WriteInt32(unknownOptions.Count);
        foreach (string option in unknownOptions)
        {
            output.WriteString(option);
        }

        output.End();
    }
}
