namespace StreamDb.PgWire.Messages;

/// <summary>The server's side of authentication.</summary>
internal static class AuthenticationMessage
{
    public static void WriteOk(MessageWriter output) => Write(output, 0, []);

    /// <summary>Offers SASL mechanisms, best first.</summary>
    public static void WriteSasl(MessageWriter output, IReadOnlyList<string> mechanisms)
    {
        output.Begin(BackendMessage.Authentication);
        output.WriteInt32(10);
        foreach (string mechanism in mechanisms)
        {
            output.WriteString(mechanism);
        }

        output.WriteBytes([0]);
        output.End();
    }

    public static void WriteSaslContinue(MessageWriter output, ReadOnlySpan<byte> data) => Write(output, 11, data);

    public static void WriteSaslFinal(MessageWriter output, ReadOnlySpan<byte> data) => Write(output, 12, data);

    private static void Write(MessageWriter output, int kind, ReadOnlySpan<byte> data)
    {
        output.Begin(BackendMessage.Authentication);
        output.WriteInt32(kind);
        output.WriteBytes(data);
        output.End();
    }
}
