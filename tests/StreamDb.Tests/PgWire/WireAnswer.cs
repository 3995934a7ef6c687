using System.Buffers.Binary;
using System.Text;

namespace StreamDb.Tests.PgWire;

/// <summary>Shows a server's message as text.</summary>
internal sealed class WireAnswer(byte[] body)
{
    private int _at;

    public string Describe(char type) => type switch
    {
        'R' => $"R {Int32()}",
        'K' => $"K {Int32()} {Int32()}",
        'S' => $"S {Text()}={Text()}",
        'Z' => $"Z {(char)body[0]}",
        'C' => $"C {Text()}",
        'T' => "T " + string.Join(", ", Enumerable.Range(0, Int16()).Select(_ => $"{Text()} {(uint)Int32()}/{Int16()} {Int32()}/{Int16()}/{Int32()} {Int16()}")),
        't' => "t " + string.Join(" ", Enumerable.Range(0, Int16()).Select(_ => Int32())),
        'D' => "D " + string.Join("|", Enumerable.Range(0, Int16()).Select(_ => Value(Int32()))),
        'E' or 'N' => $"{type} {Fields()}",
        'G' or 'H' => $"{type} {body[_at++]} {Int16()}",
        'd' => $"d {Encoding.UTF8.GetString(body)}",
        'v' => $"v {Int32() >> 16} " + string.Join(" ", Enumerable.Range(0, Int32()).Select(_ => Text())),
        _ => body.Length == 0 ? $"{type}" : $"{type} {Convert.ToHexString(body)}",
    };

    private string Fields()
    {
        var fields = new List<string>();
        while (body[_at] != 0)
        {
            fields.Add($"{(char)body[_at++]}={Text()}");
        }

        // V repeats S; leave it out when it does.
        return string.Join(" ", fields.Where(f => f[0] != 'V' || "S" + f[1..] != fields[0]));
    }

    private string Value(int length)
    {
        if (length < 0)
        {
            return "NULL";
        }

        byte[] bytes = body[_at..(_at + length)];
        _at += length;
        return bytes.Any(b => b < 32) ? "0x" + Convert.ToHexString(bytes) : Encoding.UTF8.GetString(bytes);
    }

    private int Int32()
    {
        _at += 4;
        return BinaryPrimitives.ReadInt32BigEndian(body.AsSpan(_at - 4));
    }

    private short Int16()
    {
        _at += 2;
        return BinaryPrimitives.ReadInt16BigEndian(body.AsSpan(_at - 2));
    }

    private string Text()
    {
        int end = Array.IndexOf(body, (byte)0, _at);
        string text = Encoding.UTF8.GetString(body, _at, end - _at);
        _at = end + 1;
        return text;
    }
}
