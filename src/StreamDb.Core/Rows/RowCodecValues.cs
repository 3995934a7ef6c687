using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using StreamDb.Core.Types;

namespace StreamDb.Core.Rows;

/// <summary>How one fixed-width type is written so that byte order is value order.</summary>
internal unsafe interface IRowValue
{
    static abstract int Width { get; }

    static abstract int PackedWidth { get; }

    static abstract void Write(byte* value, byte* packed);

    static abstract void Read(byte* packed, byte* value);
}

internal unsafe struct BoolRowValue : IRowValue
{
    public static int Width => 1;

    public static int PackedWidth => 1;

    public static void Write(byte* value, byte* packed) => *packed = *value;

    public static void Read(byte* packed, byte* value) => *value = *packed;
}

internal unsafe struct Int16RowValue : IRowValue
{
    public static int Width => 2;

    public static int PackedWidth => 2;

    public static void Write(byte* value, byte* packed) =>
        *(ushort*)packed = BinaryPrimitives.ReverseEndianness((ushort)(*(ushort*)value ^ 0x8000));

    public static void Read(byte* packed, byte* value) =>
        *(ushort*)value = (ushort)(BinaryPrimitives.ReverseEndianness(*(ushort*)packed) ^ 0x8000);
}

internal unsafe struct Int32RowValue : IRowValue
{
    public static int Width => 4;

    public static int PackedWidth => 4;

    public static void Write(byte* value, byte* packed) =>
        *(uint*)packed = BinaryPrimitives.ReverseEndianness(*(uint*)value ^ 0x8000_0000);

    public static void Read(byte* packed, byte* value) =>
        *(uint*)value = BinaryPrimitives.ReverseEndianness(*(uint*)packed) ^ 0x8000_0000;
}

internal unsafe struct Int64RowValue : IRowValue
{
    public static int Width => 8;

    public static int PackedWidth => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write(byte* value, byte* packed) =>
        *(ulong*)packed = BinaryPrimitives.ReverseEndianness(*(ulong*)value ^ 0x8000_0000_0000_0000);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Read(byte* packed, byte* value) =>
        *(ulong*)value = BinaryPrimitives.ReverseEndianness(*(ulong*)packed) ^ 0x8000_0000_0000_0000;
}

internal unsafe struct UuidRowValue : IRowValue
{
    public static int Width => 16;

    public static int PackedWidth => 16;

    public static void Write(byte* value, byte* packed) => Unsafe.CopyBlockUnaligned(packed, value, 16);

    public static void Read(byte* packed, byte* value) => Unsafe.CopyBlockUnaligned(value, packed, 16);
}

/// <summary>Sign bit flipped, negative values inverted; every NaN is the one greatest value. -0.0 is below 0.0.</summary>
internal unsafe struct Float64RowValue : IRowValue
{
    public static int Width => 8;

    public static int PackedWidth => 8;

    public static void Write(byte* value, byte* packed)
    {
        double number = *(double*)value;
        ulong bits = double.IsNaN(number) ? 0x7FFF_FFFF_FFFF_FFFF : *(ulong*)value;
        bits ^= (ulong)((long)bits >> 63) | 0x8000_0000_0000_0000;
        *(ulong*)packed = BinaryPrimitives.ReverseEndianness(bits);
    }

    public static void Read(byte* packed, byte* value)
    {
        ulong bits = BinaryPrimitives.ReverseEndianness(*(ulong*)packed);
        bits ^= (ulong)((long)~bits >> 63) | 0x8000_0000_0000_0000;
        double number = BitConverter.UInt64BitsToDouble(bits);
        *(double*)value = double.IsNaN(number) ? double.NaN : number;
    }
}

/// <summary>As <see cref="Float64RowValue"/>, and -0.0 is 0.0.</summary>
internal unsafe struct Float64KeyRowValue : IRowValue
{
    public static int Width => 8;

    public static int PackedWidth => 8;

    public static void Write(byte* value, byte* packed)
    {
        double number = *(double*)value;
        number = number == 0 ? 0 : number;
        Float64RowValue.Write((byte*)&number, packed);
    }

    public static void Read(byte* packed, byte* value) => Float64RowValue.Read(packed, value);
}

/// <summary>As <see cref="Float64RowValue"/>.</summary>
internal unsafe struct Float32RowValue : IRowValue
{
    public static int Width => 4;

    public static int PackedWidth => 4;

    public static void Write(byte* value, byte* packed)
    {
        float number = *(float*)value;
        uint bits = float.IsNaN(number) ? 0x7FFF_FFFF : *(uint*)value;
        bits ^= (uint)((int)bits >> 31) | 0x8000_0000;
        *(uint*)packed = BinaryPrimitives.ReverseEndianness(bits);
    }

    public static void Read(byte* packed, byte* value)
    {
        uint bits = BinaryPrimitives.ReverseEndianness(*(uint*)packed);
        bits ^= (uint)((int)~bits >> 31) | 0x8000_0000;
        float number = BitConverter.UInt32BitsToSingle(bits);
        *(float*)value = float.IsNaN(number) ? float.NaN : number;
    }
}

/// <summary>As <see cref="Float32RowValue"/>, and -0.0 is 0.0.</summary>
internal unsafe struct Float32KeyRowValue : IRowValue
{
    public static int Width => 4;

    public static int PackedWidth => 4;

    public static void Write(byte* value, byte* packed)
    {
        float number = *(float*)value;
        number = number == 0 ? 0 : number;
        Float32RowValue.Write((byte*)&number, packed);
    }

    public static void Read(byte* packed, byte* value) => Float32RowValue.Read(packed, value);
}

/// <summary>The interval's comparison key, biased, in 16 bytes. Read gives days and microseconds.</summary>
internal unsafe struct IntervalKeyRowValue : IRowValue
{
    public static int Width => 16;

    public static int PackedWidth => 16;

    private static UInt128 Bias => (UInt128)1 << 127;

    public static void Write(byte* value, byte* packed) =>
        BinaryPrimitives.WriteUInt128BigEndian(new Span<byte>(packed, 16), (UInt128)((Interval*)value)->TotalMicroseconds ^ Bias);

    public static void Read(byte* packed, byte* value)
    {
        var total = (Int128)(BinaryPrimitives.ReadUInt128BigEndian(new ReadOnlySpan<byte>(packed, 16)) ^ Bias);
        *(Interval*)value = new Interval(
            0, (int)Int128.Clamp(total / Interval.MicrosecondsPerDay, int.MinValue, int.MaxValue), (long)(total % Interval.MicrosecondsPerDay));
    }
}

/// <summary>The comparison key in 16 bytes, then months and days, from which the microseconds follow.</summary>
internal unsafe struct IntervalRowValue : IRowValue
{
    public static int Width => 16;

    public static int PackedWidth => 24;

    public static void Write(byte* value, byte* packed)
    {
        IntervalKeyRowValue.Write(value, packed);
        Int32RowValue.Write(value, packed + 16);
        Int32RowValue.Write(value + 4, packed + 20);
    }

    public static void Read(byte* packed, byte* value)
    {
        var total = (Int128)(BinaryPrimitives.ReadUInt128BigEndian(new ReadOnlySpan<byte>(packed, 16)) ^ ((UInt128)1 << 127));
        int months;
        int days;
        Int32RowValue.Read(packed + 16, (byte*)&months);
        Int32RowValue.Read(packed + 20, (byte*)&days);
        *(Interval*)value = new Interval(
            months, days, (long)(total - (((Int128)days + ((Int128)months * 30)) * Interval.MicrosecondsPerDay)));
    }
}

/// <summary>
/// class (1 byte: -∞, negative, zero, positive, ∞, NaN), decimal exponent (1), coefficient scaled to 29 digits (13), scale (1).
/// </summary>
/// <remarks>
/// value = 0.d1 d2 … d29 × 10^exponent with d1 ≠ 0, so exponent then coefficient order magnitudes; for negative values both
/// are inverted. The scale comes last and so only separates equal values. Range: |exponent| ≤ 29, stored plus 64.
/// </remarks>
internal unsafe struct NumericRowValue : IRowValue
{
    private static readonly UInt128[] _powers = Powers();

    public static int Width => 16;

    public static int PackedWidth => 16;

    public static void Write(byte* value, byte* packed) => Write(*(Numeric*)value, packed, keepsScale: true);

    public static void Read(byte* packed, byte* value) => *(Numeric*)value = Read(packed, keepsScale: true);

    public static void Write(Numeric number, byte* packed, bool keepsScale)
    {
        Unsafe.InitBlockUnaligned(packed, 0, 16);
        if (!number.IsFinite)
        {
            packed[0] = number.IsNaN ? (byte)6 : number.IsPositiveInfinity ? (byte)5 : (byte)1;
            return;
        }

        int* parts = (int*)&number;
        bool isNegative = parts[0] < 0;
        var coefficient = new UInt128((uint)parts[1], *(ulong*)(parts + 2));
        int scale = number.Scale;
        if (coefficient == 0)
        {
            packed[0] = 3;
            packed[15] = keepsScale ? (byte)scale : (byte)0;
            return;
        }

        int digits = DigitCount(coefficient);
        coefficient *= _powers[29 - digits];
        int exponent = digits - scale + 64;
        if (isNegative)
        {
            exponent = 255 - exponent;
            coefficient = ~coefficient & (((UInt128)1 << 104) - 1);
        }

        packed[0] = isNegative ? (byte)2 : (byte)4;
        packed[1] = (byte)exponent;
        ulong upper = (ulong)(coefficient >> 64);
        packed[2] = (byte)(upper >> 32);
        *(uint*)(packed + 3) = BinaryPrimitives.ReverseEndianness((uint)upper);
        *(ulong*)(packed + 7) = BinaryPrimitives.ReverseEndianness((ulong)coefficient);
        packed[15] = keepsScale ? (byte)scale : (byte)0;
    }

    public static Numeric Read(byte* packed, bool keepsScale)
    {
        switch (packed[0])
        {
            case 1: return Numeric.NegativeInfinity;
            case 3: return new decimal(0, 0, 0, false, packed[15]);
            case 5: return Numeric.PositiveInfinity;
            case 6: return Numeric.NaN;
        }

        var coefficient = new UInt128(
            ((ulong)packed[2] << 32) | BinaryPrimitives.ReverseEndianness(*(uint*)(packed + 3)),
            BinaryPrimitives.ReverseEndianness(*(ulong*)(packed + 7)));

        int exponent = packed[1];
        bool isNegative = packed[0] == 2;
        if (isNegative)
        {
            exponent = 255 - exponent;
            coefficient = ~coefficient & (((UInt128)1 << 104) - 1);
        }

        // coefficient × 10^(exponent - 29) is the value; the scale tells how many of the trailing zeros to keep.
        exponent -= 64;
        int scale = packed[15];
        if (!keepsScale)
        {
            scale = 29 - exponent;
            while (scale > 0 && coefficient % 10 == 0)
            {
                coefficient /= 10;
                scale--;
            }

            if (scale < 0)
            {
                coefficient *= _powers[-scale];
                scale = 0;
            }
        }
        else
        {
            int drop = 29 - exponent - scale;
            coefficient /= _powers[drop];
        }

        return new decimal((int)(uint)coefficient, (int)(uint)(coefficient >> 32), (int)(uint)(coefficient >> 64), isNegative, (byte)scale);
    }

    private static int DigitCount(UInt128 value)
    {
        // 1233 / 4096 is just below log10(2): the estimate is right or one too small.
        int estimate = (128 - (int)UInt128.LeadingZeroCount(value)) * 1233 >> 12;
        return value >= _powers[estimate] ? estimate + 1 : estimate;
    }

    private static UInt128[] Powers()
    {
        var powers = new UInt128[32];
        powers[0] = 1;
        for (int i = 1; i < powers.Length; i++)
        {
            powers[i] = powers[i - 1] * 10;
        }

        return powers;
    }
}

/// <summary>As <see cref="NumericRowValue"/> with the scale left out: 1.0 and 1.00 are the same bytes.</summary>
internal unsafe struct NumericKeyRowValue : IRowValue
{
    public static int Width => 16;

    public static int PackedWidth => 16;

    public static void Write(byte* value, byte* packed) => NumericRowValue.Write(*(Numeric*)value, packed, keepsScale: false);

    public static void Read(byte* packed, byte* value) => *(Numeric*)value = NumericRowValue.Read(packed, keepsScale: false);
}
