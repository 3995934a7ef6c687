using System.Text;

namespace StreamDb.Benchmarks.Service;

/// <summary>An error that a server answered with.</summary>
internal sealed class PgException(string message) : Exception(message)
{
    public static PgException Read(ReadOnlySpan<byte> fields)
    {
        string code = "";
        string message = "";
        while (fields.Length > 1)
        {
            int end = fields.IndexOf((byte)0);
            string text = Encoding.UTF8.GetString(fields[1..end]);
            switch (fields[0])
            {
                case (byte)'C': code = text; break;
                case (byte)'M': message = text; break;
            }

            fields = fields[(end + 1)..];
        }

        return new PgException($"{code}: {message}");
    }
}
