using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Navigates a jsonb value in its normal form (see <see cref="JsonText"/>) without building a tree. Allocates nothing.</summary>
/// <remarks>Finding a field or element reads over those before it. The text is trusted: only <see cref="JsonText.Normalize"/> makes it.</remarks>
public readonly ref struct JsonbReader
{
    public JsonbReader(ReadOnlySpan<byte> value)
    {
        Value = value;
    }

    /// <summary>The value's own text.</summary>
    public ReadOnlySpan<byte> Value { get; }

    public JsonbKind Kind => Value[0] switch
    {
        (byte)'{' => JsonbKind.Object,
        (byte)'[' => JsonbKind.Array,
        (byte)'"' => JsonbKind.String,
        (byte)'t' or (byte)'f' => JsonbKind.Boolean,
        (byte)'n' => JsonbKind.Null,
        _ => JsonbKind.Number,
    };

    public bool IsContainer => Value[0] is (byte)'{' or (byte)'[';

    /// <summary>Whether a boolean is true.</summary>
    public bool IsTrue => Value[0] == 't';

    /// <summary>Elements of an array or fields of an object.</summary>
    public int Count
    {
        get
        {
            int count = 0;
            foreach (JsonbItem _ in this)
            {
                count++;
            }

            return count;
        }
    }

    /// <summary>A number as numeric.</summary>
    /// <exception cref="Errors.SqlException">22003 when it does not fit.</exception>
    public Numeric ToNumeric() => NumericText.Parse(Value);

    /// <summary>The content of a string as it stands between its quotes.</summary>
    public ReadOnlySpan<byte> EscapedContent => Value[1..^1];

    /// <summary>Appends what <c>-&gt;&gt;</c> gives: a string without quotes and escapes, anything else as it is.</summary>
    public void WriteText(ByteWriter output)
    {
        if (Kind == JsonbKind.String)
        {
            JsonText.Unescape(EscapedContent, output);
        }
        else
        {
            output.Append(Value);
        }
    }

    /// <summary>Items of an array or object, in order; none for a scalar.</summary>
    public JsonbEnumerator GetEnumerator() => new(Value);

    /// <summary>The field of an object.</summary>
    /// <param name="key">Plain text, without escapes.</param>
    /// <param name="field">Its value.</param>
    /// <returns>False when there is none, or this is no object.</returns>
    public bool TryGetField(ReadOnlySpan<byte> key, out JsonbReader field)
    {
        if (Kind == JsonbKind.Object)
        {
            foreach (JsonbItem item in this)
            {
                if (JsonKey.IsEqual(item.EscapedKey, key))
                {
                    field = item.Value;
                    return true;
                }
            }
        }

        field = default;
        return false;
    }

    /// <summary>The element of an array; negative indexes count from the end.</summary>
    /// <returns>False when there is none, or this is no array.</returns>
    public bool TryGetElement(int index, out JsonbReader element)
    {
        if (Kind == JsonbKind.Array)
        {
            int wanted = index < 0 ? Count + index : index;
            foreach (JsonbItem item in this)
            {
                if (wanted-- == 0)
                {
                    element = item.Value;
                    return true;
                }
            }
        }

        element = default;
        return false;
    }

    /// <summary>The <c>?</c> operator: a field of that name, or a string element, or that very string.</summary>
    public bool HasKey(ReadOnlySpan<byte> key)
    {
        switch (Kind)
        {
            case JsonbKind.Object:
                return TryGetField(key, out _);
            case JsonbKind.String:
                return JsonKey.IsEqual(EscapedContent, key);
            case JsonbKind.Array:
                foreach (JsonbItem item in this)
                {
                    if (item.Value.Kind == JsonbKind.String && JsonKey.IsEqual(item.Value.EscapedContent, key))
                    {
                        return true;
                    }
                }

                return false;
            default:
                return false;
        }
    }

    /// <summary>jsonb's btree order.</summary>
    public static int Compare(JsonbReader left, JsonbReader right)
    {
        // PostgreSQL wraps a scalar at the top into an array of one element, so the empty array sorts before every scalar.
        if (left.IsContainer != right.IsContainer)
        {
            if (left.Kind == JsonbKind.Array && left.Count == 0)
            {
                return -1;
            }

            if (right.Kind == JsonbKind.Array && right.Count == 0)
            {
                return 1;
            }
        }

        return CompareNested(left, right);
    }

    /// <summary>The <c>@&gt;</c> operator: everything in <paramref name="inner"/> is also in <paramref name="outer"/>.</summary>
    public static bool Contains(JsonbReader outer, JsonbReader inner) =>
        outer.Kind == JsonbKind.Array && !inner.IsContainer ? HasElement(outer, inner) : ContainsNested(outer, inner);

    private static bool ContainsNested(JsonbReader outer, JsonbReader inner)
    {
        if (outer.Kind != inner.Kind)
        {
            return false;
        }

        switch (inner.Kind)
        {
            case JsonbKind.Object:
                foreach (JsonbItem item in inner)
                {
                    if (!TryFindField(outer, item.EscapedKey, out JsonbReader field) || !ContainsNested(field, item.Value))
                    {
                        return false;
                    }
                }

                return true;
            case JsonbKind.Array:
                foreach (JsonbItem item in inner)
                {
                    if (!HasElement(outer, item.Value))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return CompareNested(outer, inner) == 0;
        }
    }

    private static bool HasElement(JsonbReader array, JsonbReader wanted)
    {
        foreach (JsonbItem item in array)
        {
            if (ContainsNested(item.Value, wanted))
            {
                return true;
            }
        }

        return false;
    }

    private static bool TryFindField(JsonbReader source, ReadOnlySpan<byte> escapedKey, out JsonbReader field)
    {
        // Both keys are in normal form, so equal keys are equal bytes.
        foreach (JsonbItem item in source)
        {
            if (item.EscapedKey.SequenceEqual(escapedKey))
            {
                field = item.Value;
                return true;
            }
        }

        field = default;
        return false;
    }

    private static int CompareNested(JsonbReader left, JsonbReader right)
    {
        JsonbKind kind = left.Kind;
        if (kind != right.Kind)
        {
            return kind.CompareTo(right.Kind);
        }

        return kind switch
        {
            JsonbKind.Null => 0,
            JsonbKind.String => CompareStrings(left.EscapedContent, right.EscapedContent),
            JsonbKind.Number => JsonNumber.Compare(left.Value, right.Value),
            JsonbKind.Boolean => left.IsTrue.CompareTo(right.IsTrue),
            _ => CompareItems(left, right),
        };
    }

    private static int CompareItems(JsonbReader left, JsonbReader right)
    {
        int order = left.Count.CompareTo(right.Count);
        JsonbEnumerator a = left.GetEnumerator();
        JsonbEnumerator b = right.GetEnumerator();
        while (order == 0 && a.MoveNext() && b.MoveNext())
        {
            order = CompareStrings(a.Current.EscapedKey, b.Current.EscapedKey);
            order = order == 0 ? CompareNested(a.Current.Value, b.Current.Value) : order;
        }

        return order;
    }

    private static int CompareStrings(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (!left.Contains((byte)'\\') && !right.Contains((byte)'\\'))
        {
            return left.SequenceCompareTo(right);
        }

        using ByteWriter a = ByteWriter.Rent();
        using ByteWriter b = ByteWriter.Rent();
        JsonText.Unescape(left, a);
        JsonText.Unescape(right, b);
        return a.Written.SequenceCompareTo(b.Written);
    }
}
