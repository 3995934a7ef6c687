using StreamDb.Core.Codecs;
using StreamDb.Core.Types;

namespace StreamDb.Connectors.Generators;

/// <summary>Makes the values of one datagen field: a pure function of the value's index, so that any row can be made again.</summary>
internal abstract class FieldGenerator
{
    /// <summary>Rows after which the field has no more values; long.MaxValue when it goes on for ever.</summary>
    public virtual long RowCount => long.MaxValue;

    /// <summary>Appends the value as it lies in a column.</summary>
    /// <param name="index">The row's number from 0; in arrays the element's.</param>
    /// <param name="nowMicroseconds">The time the row is made at.</param>
    /// <param name="output">Where the value goes.</param>
    public abstract void Write(long index, long nowMicroseconds, ByteWriter output);
}

/// <summary>start, start + 1, start + 2, …, end.</summary>
internal sealed class SequenceGenerator(SqlType type, decimal start, decimal end) : FieldGenerator
{
    public override long RowCount => (long)Math.Min(end - start + 1, long.MaxValue);

    public override void Write(long index, long nowMicroseconds, ByteWriter output) =>
        NumberBytes.Append(type, start + index, output);
}

/// <summary>Integers from min to max, both included.</summary>
internal sealed class RandomIntegerGenerator(SqlType type, long min, long max, ulong seed) : FieldGenerator
{
    public override void Write(long index, long nowMicroseconds, ByteWriter output)
    {
        var random = new SplitMix(seed ^ (ulong)index);
        ulong span = (ulong)(max - min) + 1;
        long value = min + (long)(span == 0 ? random.Next() : Math.BigMul(random.Next(), span, out _));
        switch (type.Kind)
        {
            case SqlTypeKind.Int16: output.AppendValue((short)value); break;
            case SqlTypeKind.Int32: output.AppendValue((int)value); break;
            default: output.AppendValue(value); break;
        }
    }
}

/// <summary>Numbers from min to max.</summary>
internal sealed class RandomRealGenerator(SqlType type, decimal min, decimal max, ulong seed) : FieldGenerator
{
    public override void Write(long index, long nowMicroseconds, ByteWriter output)
    {
        double fraction = new SplitMix(seed ^ (ulong)index).Fraction();
        switch (type.Kind)
        {
            case SqlTypeKind.Float32:
                output.AppendValue((float)((double)min + (fraction * (double)(max - min))));
                break;
            case SqlTypeKind.Float64:
                output.AppendValue((double)min + (fraction * (double)(max - min)));
                break;
            default:
                NumberBytes.Append(type, min + ((decimal)fraction * (max - min)), output);
                break;
        }
    }
}

/// <summary>Letters and digits.</summary>
internal sealed class RandomTextGenerator(int length, ulong seed) : FieldGenerator
{
    private static ReadOnlySpan<byte> Characters => "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"u8;

    public override void Write(long index, long nowMicroseconds, ByteWriter output)
    {
        var random = new SplitMix(seed ^ (ulong)index);
        for (int i = 0; i < length; i++)
        {
            output.Append(Characters[(int)random.Below(Characters.Length)]);
        }
    }
}

internal sealed class RandomBooleanGenerator(ulong seed) : FieldGenerator
{
    public override void Write(long index, long nowMicroseconds, ByteWriter output) =>
        output.Append((byte)(new SplitMix(seed ^ (ulong)index).Next() >> 63));
}

/// <summary>Timestamps up to so long before a base time, or before the time the row is made at.</summary>
internal sealed class RandomTimestampGenerator(long? baseMicroseconds, long pastMicroseconds, ulong seed) : FieldGenerator
{
    public override void Write(long index, long nowMicroseconds, ByteWriter output)
    {
        long past = new SplitMix(seed ^ (ulong)index).Below(pastMicroseconds + 1);
        output.AppendValue((baseMicroseconds ?? nowMicroseconds) - past);
    }
}

/// <summary>Arrays of a fixed length; their elements are numbered through all rows.</summary>
internal sealed class ArrayGenerator(SqlType element, int length, FieldGenerator generator) : FieldGenerator
{
    private readonly ArrayWriter _array = new();

    public override long RowCount => length == 0 ? long.MaxValue : generator.RowCount / length;

    public override void Write(long index, long nowMicroseconds, ByteWriter output)
    {
        _array.Begin(element);
        for (int i = 0; i < length; i++)
        {
            generator.Write((index * length) + i, nowMicroseconds, _array.Element);
            _array.EndElement();
        }

        _array.Finish(output);
    }
}

/// <summary>Records whose fields have generators of their own.</summary>
internal sealed class RecordGenerator(FieldGenerator[] fields) : FieldGenerator
{
    private readonly RecordWriter _record = new();

    public override long RowCount => fields.Length == 0 ? long.MaxValue : fields.Min(part => part.RowCount);

    public override void Write(long index, long nowMicroseconds, ByteWriter output)
    {
        _record.Begin();
        foreach (FieldGenerator field in fields)
        {
            field.Write(index, nowMicroseconds, _record.Field);
            _record.EndField();
        }

        _record.Finish(output);
    }
}
