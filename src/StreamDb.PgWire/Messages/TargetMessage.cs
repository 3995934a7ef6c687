using System.Buffers;

namespace StreamDb.PgWire.Messages;

/// <summary>Describe or Close: of a statement or of a portal.</summary>
internal readonly record struct TargetMessage(bool IsPortal, string Name)
{
    /// <param name="verb">For the error message: DESCRIBE or CLOSE.</param>
    public static TargetMessage Read(in ReadOnlySequence<byte> payload, string verb)
    {
        var reader = new MessageReader(payload);
        byte kind = reader.ReadByte();
        string name = reader.ReadString();
        reader.End();
        return kind switch
        {
            (byte)'S' => new TargetMessage(IsPortal: false, name),
            (byte)'P' => new TargetMessage(IsPortal: true, name),
            _ => throw new ProtocolException($"invalid {verb} message subtype {kind}"),
        };
    }
}
