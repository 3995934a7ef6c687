namespace StreamDb.PgWire.Messages;

/// <summary>The type bytes of messages that clients send.</summary>
internal static class FrontendMessage
{
    /// <summary>Not on the wire: the client closed the connection, or waiting for a message was cancelled.</summary>
    public const byte None = 0;

    public const byte Bind = (byte)'B';
    public const byte Close = (byte)'C';
    public const byte CopyData = (byte)'d';
    public const byte CopyDone = (byte)'c';
    public const byte CopyFail = (byte)'f';
    public const byte Describe = (byte)'D';
    public const byte Execute = (byte)'E';
    public const byte Flush = (byte)'H';
    public const byte FunctionCall = (byte)'F';
    public const byte Parse = (byte)'P';

    /// <summary>PasswordMessage, SASLInitialResponse or SASLResponse, by context.</summary>
    public const byte Password = (byte)'p';

    public const byte Query = (byte)'Q';
    public const byte Sync = (byte)'S';
    public const byte Terminate = (byte)'X';

    private const int SmallBytesMax = 10_000;
    private const int PasswordBytesMax = 65_535;

    /// <summary>The longest payload a message of this type may have, or -1 when there is no such message.</summary>
    /// <param name="bytesMax">The limit of the types that carry statements or data.</param>
    public static int BytesMax(byte type, int bytesMax) => type switch
    {
        Query or Parse or Bind or FunctionCall or CopyData => bytesMax,
        Close or Describe or Execute or Flush or Sync or Terminate or CopyDone or CopyFail => SmallBytesMax,
        Password => PasswordBytesMax,
        _ => -1,
    };
}
