using System.Buffers.Binary;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>numeric on the wire: count, weight, sign, scale, then digits of base 10000, the first worth 10000^weight.</summary>
internal static class NumericBinary
{
    public const int BytesMax = HeaderBytes + (2 * 16);
    private const int HeaderBytes = 8;
    private const ushort Negative = 0x4000;
    private const ushort NaN = 0xC000;
    private const ushort PositiveInfinity = 0xD000;
    private const ushort NegativeInfinity = 0xF000;

    /// <summary>What PostgreSQL happens to send as the scale of an infinity.</summary>
    private const int InfinityScale = 0x20;
    private const int DigitsPerGroup = 4;
    private const int GroupEnd = 10_000;

    // Hot path: per numeric sent. No allocation.
    public static int Write(Numeric value, Span<byte> target)
    {
        if (!value.IsFinite)
        {
            ushort sign = value.IsNaN ? NaN : value.IsPositiveInfinity ? PositiveInfinity : NegativeInfinity;
            WriteHeader(target, 0, 0, sign, value.IsNaN ? 0 : InfinityScale);
            return HeaderBytes;
        }

        Span<int> bits = stackalloc int[4];
        decimal.GetBits(value.Value, bits);
        int scale = (bits[3] >> 16) & 0xFF;
        var mantissa = new UInt128((uint)bits[2], ((ulong)(uint)bits[1] << 32) | (uint)bits[0]);

        // Groups align at the decimal point: fill the last one with zeros.
        int fractionGroups = (scale + DigitsPerGroup - 1) / DigitsPerGroup;
        for (int i = scale; i < fractionGroups * DigitsPerGroup; i++)
        {
            mantissa *= 10;
        }

        Span<short> groups = stackalloc short[16];
        int count = 0;
        for (; mantissa > ulong.MaxValue; count++)
        {
            (mantissa, UInt128 group) = UInt128.DivRem(mantissa, GroupEnd);
            groups[count] = (short)(int)group;
        }

        for (ulong low = (ulong)mantissa; low != 0; count++)
        {
            groups[count] = (short)(low % GroupEnd);
            low /= GroupEnd;
        }

        int first = 0;
        while (first < count && groups[first] == 0)
        {
            first++;
        }

        int weight = count == 0 ? 0 : count - fractionGroups - 1;
        WriteHeader(target, count - first, weight, bits[3] < 0 && count > 0 ? Negative : (ushort)0, scale);
        int written = HeaderBytes;
        for (int i = count - 1; i >= first; i--)
        {
            BinaryPrimitives.WriteInt16BigEndian(target[written..], groups[i]);
            written += 2;
        }

        return written;
    }

    /// <exception cref="SqlException">22P03, or 22003 when it does not fit.</exception>
    public static Numeric Read(ReadOnlySpan<byte> wire)
    {
        if (wire.Length < HeaderBytes)
        {
            throw CodecErrors.Binary("insufficient data left in message");
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(wire);
        int weight = BinaryPrimitives.ReadInt16BigEndian(wire[2..]);
        ushort sign = BinaryPrimitives.ReadUInt16BigEndian(wire[4..]);
        int scale = BinaryPrimitives.ReadUInt16BigEndian(wire[6..]);
        if (wire.Length != HeaderBytes + (count * 2))
        {
            throw CodecErrors.Binary("incorrect binary data format");
        }

        switch (sign)
        {
            case NaN:
                return Numeric.NaN;
            case PositiveInfinity:
                return Numeric.PositiveInfinity;
            case NegativeInfinity:
                return Numeric.NegativeInfinity;
            case not (0 or Negative):
                throw CodecErrors.Binary("invalid sign in external \"numeric\" value");
            default:
                return ReadFinite(wire[HeaderBytes..], weight, sign == Negative, scale);
        }
    }

    private static Numeric ReadFinite(ReadOnlySpan<byte> groups, int weight, bool isNegative, int scale)
    {
        const int ScaleMax = 0x3FFF;
        if (scale > ScaleMax)
        {
            throw CodecErrors.Binary("invalid scale in external \"numeric\" value");
        }

        for (int i = 0; i < groups.Length; i += 2)
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(groups[i..]) >= GroupEnd)
            {
                throw CodecErrors.Binary("invalid digit in external \"numeric\" value");
            }
        }

        while (groups.Length > 0 && groups[0] == 0 && groups[1] == 0)
        {
            groups = groups[2..];
            weight--;
        }

        const int WeightMax = 7;
        if (groups.Length > 0 && weight >= WeightMax)
        {
            throw new SqlException(SqlState.NumericValueOutOfRange, "value overflows numeric format");
        }

        // As text, with exactly the digits that the scale shows; the text parser rounds what a decimal cannot hold.
        using ByteWriter text = ByteWriter.Rent();
        if (isNegative)
        {
            text.Append((byte)'-');
        }

        int start = Math.Max(weight, 0);
        int fractionDigits = Math.Min(scale, 40);
        int last = -((fractionDigits + DigitsPerGroup - 1) / DigitsPerGroup);
        for (int power = start; power >= last; power--)
        {
            int index = (weight - power) * 2;
            int group = index >= 0 && index < groups.Length ? BinaryPrimitives.ReadUInt16BigEndian(groups[index..]) : 0;
            if (power == -1)
            {
                text.Append((byte)'.');
            }

            Span<byte> digits = text.GetSpan(DigitsPerGroup);
            AsciiText.WriteTwo(group / 100, digits);
            AsciiText.WriteTwo(group % 100, digits[2..]);
            int kept = power >= 0 ? DigitsPerGroup : Math.Min(DigitsPerGroup, fractionDigits + ((power + 1) * DigitsPerGroup));
            text.Advance(kept);
        }

        return NumericText.Parse(text.Written);
    }

    private static void WriteHeader(Span<byte> target, int count, int weight, ushort sign, int scale)
    {
        BinaryPrimitives.WriteInt16BigEndian(target, (short)count);
        BinaryPrimitives.WriteInt16BigEndian(target[2..], (short)weight);
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], sign);
        BinaryPrimitives.WriteInt16BigEndian(target[6..], (short)scale);
    }
}
