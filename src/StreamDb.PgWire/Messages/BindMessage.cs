using System.Buffers;
using StreamDb.PgWire.Codec;

namespace StreamDb.PgWire.Messages;

/// <summary>Make a portal of a statement and values.</summary>
/// <remarks>Borrows the payload: valid until the next message is read.</remarks>
internal readonly ref struct BindMessage
{
    private BindMessage(string portal, string statement, FormatCodes parameterFormats, int parameterCount, ReadOnlySequence<byte> parameters, FormatCodes resultFormats)
    {
        Portal = portal;
        Statement = statement;
        ParameterFormats = parameterFormats;
        ParameterCount = parameterCount;
        Parameters = parameters;
        ResultFormats = resultFormats;
    }

    public string Portal { get; }

    public string Statement { get; }

    public FormatCodes ParameterFormats { get; }

    public int ParameterCount { get; }

    /// <summary>For each parameter a 32-bit length, -1 for NULL, and that many bytes. Lengths are checked to fit.</summary>
    public ReadOnlySequence<byte> Parameters { get; }

    public FormatCodes ResultFormats { get; }

    public static BindMessage Read(in ReadOnlySequence<byte> payload)
    {
        var reader = new MessageReader(payload);
        string portal = reader.ReadString();
        string statement = reader.ReadString();
        FormatCodes parameterFormats = FormatCodes.Read(ref reader);
        int count = reader.ReadCount(itemBytes: 4);
        MessageReader start = reader;
        long length = 0;
        for (int i = 0; i < count; i++)
        {
            int bytes = reader.ReadInt32();
            length += 4;
            if (bytes != -1)
            {
                reader.ReadBytes(bytes);
                length += bytes;
            }
        }

        ReadOnlySequence<byte> parameters = start.ReadRest().Slice(0, length);
        FormatCodes resultFormats = FormatCodes.Read(ref reader);
        reader.End();
        return new BindMessage(portal, statement, parameterFormats, count, parameters, resultFormats);
    }
}
