using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>What can be done with arrays of one element type. Elements come and go as the CLR type <c>T</c> of that type.</summary>
internal sealed class ArrayOperations(SqlType element)
{
    /// <summary>ARRAY[…] of plain elements.</summary>
    public ByteSlice Construct(VariadicArguments values, EvaluationContext c)
    {
        c.Array.Begin(element);
        for (int i = 0; i < values.Count; i++)
        {
            if (values.IsNull(i))
            {
                c.Array.AppendNull();
            }
            else
            {
                c.Array.Append(values.Bytes(i, element.Physical));
            }
        }

        return c.FinishArray();
    }

    /// <summary>ARRAY[ARRAY[…], …]: one dimension more than the parts, which must have equal lengths.</summary>
    public ByteSlice ConstructNested(VariadicArguments values, EvaluationContext c)
    {
        c.Array.Begin(element);
        int[]? dimensions = null;
        for (int i = 0; i < values.Count; i++)
        {
            ArrayReader part = values.IsNull(i) ? Read("\0"u8) : Read(values.Get<ByteSlice>(i).Span);
            int[] lengths = Dimensions(part);
            dimensions ??= lengths;
            if (!lengths.AsSpan().SequenceEqual(dimensions))
            {
                throw new SqlException(
                    SqlState.ArraySubscriptError, "multidimensional arrays must have array expressions with matching dimensions");
            }

            AppendAll(part, c);
        }

        return c.Array.Count == 0 ? c.FinishArray() : c.FinishArray([values.Count, .. dimensions!]);
    }

    public T? Subscript<T>(ByteSlice array, VariadicArguments indexes)
        where T : unmanaged
    {
        ArrayReader reader = Read(array.Span);
        if (reader.DimensionCount != indexes.Count)
        {
            return null;
        }

        int position = 0;
        for (int i = 0; i < indexes.Count; i++)
        {
            int index = indexes.IsNull(i) ? 0 : indexes.Get<int>(i);
            if (index < 1 || index > reader.Dimension(i))
            {
                return null;
            }

            position = (position * reader.Dimension(i)) + index - 1;
        }

        return reader.IsNull(position) ? null : RawValue.Read<T>(reader[position]);
    }

    /// <summary>int2vector and oidvector count from 0.</summary>
    public T? VectorSubscript<T>(ByteSlice array, VariadicArguments indexes)
        where T : unmanaged
    {
        ArrayReader reader = Read(array.Span);
        int index = indexes.Count != 1 || indexes.IsNull(0) ? -1 : indexes.Get<int>(0);
        return index < 0 || index >= reader.Count ? null : RawValue.Read<T>(reader[index]);
    }

    /// <summary>array[lower:upper] over the first dimension; a NULL bound is open.</summary>
    public ByteSlice? Slice(ByteSlice? array, int? lower, int? upper, EvaluationContext c)
    {
        if (array is not { } value)
        {
            return null;
        }

        ArrayReader reader = Read(value.Span);
        c.Array.Begin(element);
        if (reader.DimensionCount == 0)
        {
            return c.FinishArray();
        }

        int from = Math.Max(lower ?? 1, 1);
        int to = Math.Min(upper ?? int.MaxValue, reader.Dimension(0));
        if (from > to)
        {
            return c.FinishArray();
        }

        int width = reader.Count / reader.Dimension(0);
        for (int i = (from - 1) * width; i < to * width; i++)
        {
            AppendElement(reader, i, c);
        }

        int[] dimensions = Dimensions(reader);
        dimensions[0] = to - from + 1;
        return c.FinishArray(dimensions);
    }

    public ByteSlice Append<T>(ByteSlice? array, T? value, EvaluationContext c)
        where T : unmanaged
    {
        c.Array.Begin(element);
        if (array is { } present)
        {
            AppendAll(OneDimensional(present, "argument must be empty or one-dimensional array"), c);
        }

        AppendValue(value, c);
        return c.FinishArray();
    }

    public ByteSlice Prepend<T>(T? value, ByteSlice? array, EvaluationContext c)
        where T : unmanaged
    {
        c.Array.Begin(element);
        AppendValue(value, c);
        if (array is { } present)
        {
            AppendAll(OneDimensional(present, "argument must be empty or one-dimensional array"), c);
        }

        return c.FinishArray();
    }

    public ByteSlice? Concatenate(ByteSlice? left, ByteSlice? right, EvaluationContext c)
    {
        if (left is not { } a || right is not { } b)
        {
            return left ?? right;
        }

        ArrayReader first = Read(a.Span);
        ArrayReader second = Read(b.Span);
        if (first.Count == 0 || second.Count == 0)
        {
            return first.Count == 0 ? b : a;
        }

        int[] dimensions = ConcatenatedDimensions(first, second);
        c.Array.Begin(element);
        AppendAll(first, c);
        AppendAll(second, c);
        return c.FinishArray(dimensions);
    }

    public int? Position<T>(ByteSlice? array, T? value)
        where T : unmanaged => PositionFrom(array, value, 1);

    public int? PositionFrom<T>(ByteSlice? array, T? value, int? start)
        where T : unmanaged
    {
        if (array is not { } present)
        {
            return null;
        }

        ArrayReader reader = OneDimensional(present, "searching for elements in multidimensional arrays is not supported");
        for (int i = Math.Max((start ?? 1) - 1, 0); i < reader.Count; i++)
        {
            if (Matches(reader, i, value))
            {
                return i + 1;
            }
        }

        return null;
    }

    public ByteSlice? Positions<T>(ByteSlice? array, T? value, EvaluationContext c)
        where T : unmanaged
    {
        if (array is not { } present)
        {
            return null;
        }

        ArrayReader reader = OneDimensional(present, "searching for elements in multidimensional arrays is not supported");
        c.Array.Begin(SqlType.Int32);
        for (int i = 0; i < reader.Count; i++)
        {
            if (Matches(reader, i, value))
            {
                c.Array.Append(i + 1);
            }
        }

        return c.FinishArray();
    }

    public ByteSlice? Remove<T>(ByteSlice? array, T? value, EvaluationContext c)
        where T : unmanaged
    {
        if (array is not { } present)
        {
            return null;
        }

        ArrayReader reader = OneDimensional(present, "removing elements from multidimensional arrays is not supported");
        c.Array.Begin(element);
        for (int i = 0; i < reader.Count; i++)
        {
            if (!Matches(reader, i, value))
            {
                AppendElement(reader, i, c);
            }
        }

        return c.FinishArray();
    }

    public ByteSlice? Replace<T>(ByteSlice? array, T? from, T? to, EvaluationContext c)
        where T : unmanaged
    {
        if (array is not { } present)
        {
            return null;
        }

        ArrayReader reader = Read(present.Span);
        c.Array.Begin(element);
        for (int i = 0; i < reader.Count; i++)
        {
            if (Matches(reader, i, from))
            {
                AppendValue(to, c);
            }
            else
            {
                AppendElement(reader, i, c);
            }
        }

        return reader.Count == 0 ? present : c.FinishArray(Dimensions(reader));
    }

    public bool Contains(ByteSlice outer, ByteSlice inner)
    {
        ArrayReader needles = Read(inner.Span);
        ArrayReader values = Read(outer.Span);
        for (int i = 0; i < needles.Count; i++)
        {
            if (needles.IsNull(i) || !Has(values, needles[i]))
            {
                return false;
            }
        }

        return true;
    }

    public bool IsContained(ByteSlice inner, ByteSlice outer) => Contains(outer, inner);

    public bool Overlaps(ByteSlice left, ByteSlice right)
    {
        ArrayReader a = Read(left.Span);
        ArrayReader b = Read(right.Span);
        for (int i = 0; i < a.Count; i++)
        {
            if (!a.IsNull(i) && Has(b, a[i]))
            {
                return true;
            }
        }

        return false;
    }

    public ByteSlice? ToText(ByteSlice array, ByteSlice separator, EvaluationContext c) => ToTextWithNull(array, separator, null, c);

    public ByteSlice? ToTextWithNull(ByteSlice? array, ByteSlice? separator, ByteSlice? nullText, EvaluationContext c)
    {
        if (array is not { } present || separator is not { } between)
        {
            return null;
        }

        ArrayReader reader = Read(present.Span);
        using ByteWriter output = ByteWriter.Rent();
        bool isFirst = true;
        for (int i = 0; i < reader.Count; i++)
        {
            if (reader.IsNull(i) && nullText is null)
            {
                continue;
            }

            if (!isFirst)
            {
                output.Append(between.Span);
            }

            isFirst = false;
            if (reader.IsNull(i))
            {
                output.Append(nullText!.Value.Span);
            }
            else
            {
                TextCodec.Write(element, reader[i], output, c.Format);
            }
        }

        return c.Bytes(output.Written);
    }

    public ByteSlice Trim(ByteSlice array, int count, EvaluationContext c)
    {
        ArrayReader reader = Read(array.Span);
        int length = reader.DimensionCount == 0 ? 0 : reader.Dimension(0);
        return count < 0 || count > length
            ? throw new SqlException(SqlState.ArraySubscriptError, $"number of elements to trim must be between 0 and {length}")
            : Slice(array, 1, length - count, c)!.Value;
    }

    public ByteSlice? Fill<T>(T? value, ByteSlice? dimensions, EvaluationContext c)
        where T : unmanaged
    {
        if (dimensions is not { } present)
        {
            throw new SqlException(SqlState.NullValueNotAllowed, "dimension array or low bound array cannot be null");
        }

        var reader = new ArrayReader(PhysicalType.Int32, present.Span);
        int[] lengths = [.. Enumerable.Range(0, reader.Count).Select(_ => 0)];
        long count = lengths.Length == 0 ? 0 : 1;
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = reader.Get<int>(i);
            count *= Math.Max(lengths[i], 0);
        }

        if (count > ArrayWriter.ElementsMax || lengths.Length > ArrayWriter.DimensionsMax)
        {
            throw new SqlException(SqlState.ProgramLimitExceeded, $"array size exceeds the maximum allowed ({ArrayWriter.ElementsMax})");
        }

        c.Array.Begin(element);
        for (long i = 0; i < count; i++)
        {
            AppendValue(value, c);
        }

        return count == 0 ? c.FinishArray() : c.FinishArray(lengths);
    }

    public ByteSlice Distinct(ByteSlice array, EvaluationContext c)
    {
        ArrayReader reader = Read(array.Span);
        c.Array.Begin(element);
        bool sawNull = false;
        for (int i = 0; i < reader.Count; i++)
        {
            bool isRepeated = reader.IsNull(i) ? sawNull : IndexOf(reader, reader[i]) < i;
            sawNull |= reader.IsNull(i);
            if (!isRepeated)
            {
                AppendElement(reader, i, c);
            }
        }

        return c.FinishArray();
    }

    public ByteSlice Sort(ByteSlice array, EvaluationContext c)
    {
        int[] order = SortedIndexes(array);
        ArrayReader reader = Read(array.Span);
        c.Array.Begin(element);
        foreach (int index in order)
        {
            AppendElement(reader, index, c);
        }

        return c.FinishArray();
    }

    public T? Min<T>(ByteSlice array)
        where T : unmanaged => Extreme<T>(array, -1);

    public T? Max<T>(ByteSlice array)
        where T : unmanaged => Extreme<T>(array, 1);

    /// <summary>left operator ANY (array), three-valued.</summary>
    public bool? Quantified<T>(T? left, ByteSlice? array, bool isAny, Func<int, bool> isTrue)
        where T : unmanaged
    {
        if (array is not { } present)
        {
            return null;
        }

        ArrayReader reader = Read(present.Span);
        bool sawNull = false;
        for (int i = 0; i < reader.Count; i++)
        {
            if (reader.IsNull(i) || left is not { } value)
            {
                sawNull = true;
            }
            else if (isTrue(ValueComparer.Compare(element, RawValue.Bytes(in value), reader[i])) == isAny)
            {
                return isAny;
            }
        }

        return sawNull ? null : !isAny;
    }

    private ArrayReader Read(ReadOnlySpan<byte> array) => new(element.Physical, array);

    private ArrayReader OneDimensional(ByteSlice array, string message)
    {
        ArrayReader reader = Read(array.Span);
        return reader.DimensionCount > 1 ? throw new SqlException(SqlState.FeatureNotSupported, message) : reader;
    }

    private static int[] Dimensions(ArrayReader reader)
    {
        int[] lengths = new int[reader.DimensionCount];
        for (int i = 0; i < lengths.Length; i++)
        {
            lengths[i] = reader.Dimension(i);
        }

        return lengths;
    }

    private static int[] ConcatenatedDimensions(ArrayReader first, ArrayReader second)
    {
        int[] a = Dimensions(first);
        int[] b = Dimensions(second);
        if (a.Length == b.Length && a.AsSpan(1).SequenceEqual(b.AsSpan(1)))
        {
            return [a[0] + b[0], .. a[1..]];
        }

        if (a.Length == b.Length + 1 && a.AsSpan(1).SequenceEqual(b))
        {
            return [a[0] + 1, .. a[1..]];
        }

        return b.Length == a.Length + 1 && b.AsSpan(1).SequenceEqual(a)
            ? [b[0] + 1, .. b[1..]]
            : throw new SqlException(SqlState.ArraySubscriptError, "cannot concatenate incompatible arrays")
            {
                Detail = "Arrays with differing dimensions are not compatible for concatenation.",
            };
    }

    private static void AppendElement(ArrayReader reader, int index, EvaluationContext c)
    {
        if (reader.IsNull(index))
        {
            c.Array.AppendNull();
        }
        else
        {
            c.Array.Append(reader[index]);
        }
    }

    private static void AppendAll(ArrayReader reader, EvaluationContext c)
    {
        for (int i = 0; i < reader.Count; i++)
        {
            AppendElement(reader, i, c);
        }
    }

    private static void AppendValue<T>(T? value, EvaluationContext c)
        where T : unmanaged
    {
        if (value is { } present)
        {
            c.Array.Append(RawValue.Bytes(in present));
        }
        else
        {
            c.Array.AppendNull();
        }
    }

    private bool Matches<T>(ArrayReader reader, int index, T? value)
        where T : unmanaged => value is { } present
            ? !reader.IsNull(index) && ValueComparer.AreEqual(element, reader[index], RawValue.Bytes(in present))
            : reader.IsNull(index);

    private bool Has(ArrayReader reader, ReadOnlySpan<byte> value) => IndexOf(reader, value) < reader.Count;

    private int IndexOf(ArrayReader reader, ReadOnlySpan<byte> value)
    {
        int i = 0;
        while (i < reader.Count && (reader.IsNull(i) || !ValueComparer.AreEqual(element, reader[i], value)))
        {
            i++;
        }

        return i;
    }

    private int[] SortedIndexes(ByteSlice array)
    {
        int count = Read(array.Span).Count;
        int[] order = [.. Enumerable.Range(0, count)];
        Array.Sort(order, (left, right) =>
        {
            ArrayReader reader = Read(array.Span);
            return reader.IsNull(left) || reader.IsNull(right)
                ? reader.IsNull(left).CompareTo(reader.IsNull(right))
                : ValueComparer.Compare(element, reader[left], reader[right]);
        });
        return order;
    }

    private T? Extreme<T>(ByteSlice array, int sign)
        where T : unmanaged
    {
        ArrayReader reader = Read(array.Span);
        int best = -1;
        for (int i = 0; i < reader.Count; i++)
        {
            if (!reader.IsNull(i) && (best < 0 || Math.Sign(ValueComparer.Compare(element, reader[i], reader[best])) == sign))
            {
                best = i;
            }
        }

        return best < 0 ? null : RawValue.Read<T>(reader[best]);
    }
}
