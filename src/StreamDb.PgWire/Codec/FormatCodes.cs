using StreamDb.Core.Errors;
using StreamDb.PgWire.Messages;

namespace StreamDb.PgWire.Codec;

/// <summary>The format codes of a Bind message: none (all text), one for all, or one for each column or parameter.</summary>
internal readonly struct FormatCodes
{
    private static readonly bool[] _oneBinary = [true];

    private readonly bool[]? _isBinary;

    private FormatCodes(bool[]? isBinary)
    {
        _isBinary = isBinary;
    }

    public static FormatCodes Text => default;

    public static FormatCodes Binary => new(_oneBinary);

    public int Count => _isBinary?.Length ?? 0;

    public bool IsBinary(int index) => _isBinary is not null && (_isBinary.Length == 1 ? _isBinary[0] : _isBinary[index]);

    /// <summary>Equal codes, written alike.</summary>
    public bool SameAs(FormatCodes other) =>
        ReferenceEquals(_isBinary, other._isBinary) || _isBinary.AsSpan().SequenceEqual(other._isBinary);

    /// <exception cref="SqlException">22023: a code other than 0 and 1.</exception>
    public static FormatCodes Read(ref MessageReader reader)
    {
        int count = reader.ReadCount(itemBytes: 2);
        if (count == 0)
        {
            return Text;
        }

        if (count == 1)
        {
            return ReadCode(ref reader) ? Binary : Text;
        }

        var isBinary = new bool[count];
        for (int i = 0; i < count; i++)
        {
            isBinary[i] = ReadCode(ref reader);
        }

        return new FormatCodes(isBinary);
    }

    private static bool ReadCode(ref MessageReader reader)
    {
        short code = reader.ReadInt16();
        return code switch
        {
            0 => false,
            1 => true,
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"unsupported format code: {code}"),
        };
    }
}
