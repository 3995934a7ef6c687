using System.Runtime.InteropServices;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>
/// Compares two values of one SQL type by PostgreSQL's btree order: NaN greatest and equal to itself, -0 = 0, 1.0 = 1.00,
/// char(n) without trailing blanks, text by bytes (collation "C"), arrays and records element by element with NULL greatest,
/// jsonb by its own rule.
/// </summary>
public static class ValueComparer
{
    public static int Compare(SqlType type, ByteSlice left, ByteSlice right) => Compare(type, left.Span, right.Span);

    /// <summary>Compares two values given as they lie in a column. Negative, zero or positive.</summary>
    public static int Compare(SqlType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        switch (type.Kind)
        {
            case SqlTypeKind.Bpchar:
                return left.TrimEnd((byte)' ').SequenceCompareTo(right.TrimEnd((byte)' '));
            case SqlTypeKind.Jsonb:
                return JsonbReader.Compare(new JsonbReader(left), new JsonbReader(right));
            case SqlTypeKind.Array or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector:
                return CompareArrays(type, left, right);
            case SqlTypeKind.Record:
                return CompareRecords(type, left, right);
            case SqlTypeKind.Map:
                return CompareMaps(type, left, right);
            case SqlTypeKind.Oid or SqlTypeKind.Xid or SqlTypeKind.RegClass or SqlTypeKind.RegType or SqlTypeKind.RegProc
                or SqlTypeKind.RegNamespace or SqlTypeKind.RegRole:
                return MemoryMarshal.Read<uint>(left).CompareTo(MemoryMarshal.Read<uint>(right));
            default:
                return Compare(type.Physical, left, right);
        }
    }

    public static bool AreEqual(SqlType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.SequenceEqual(right) || Compare(type, left, right) == 0;

    private static int Compare(PhysicalType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) => type switch
    {
        PhysicalType.Bool => left[0].CompareTo(right[0]),
        PhysicalType.Int16 => MemoryMarshal.Read<short>(left).CompareTo(MemoryMarshal.Read<short>(right)),
        PhysicalType.Int32 => MemoryMarshal.Read<int>(left).CompareTo(MemoryMarshal.Read<int>(right)),
        PhysicalType.Int64 => MemoryMarshal.Read<long>(left).CompareTo(MemoryMarshal.Read<long>(right)),
        PhysicalType.Float32 => CompareFloats(MemoryMarshal.Read<float>(left), MemoryMarshal.Read<float>(right)),
        PhysicalType.Float64 => CompareFloats(MemoryMarshal.Read<double>(left), MemoryMarshal.Read<double>(right)),
        PhysicalType.Numeric => MemoryMarshal.Read<Numeric>(left).CompareTo(MemoryMarshal.Read<Numeric>(right)),
        PhysicalType.Interval => MemoryMarshal.Read<Interval>(left).CompareTo(MemoryMarshal.Read<Interval>(right)),
        _ => left.SequenceCompareTo(right),
    };

    /// <summary>.NET puts NaN first; PostgreSQL last.</summary>
    private static int CompareFloats(double left, double right) =>
        double.IsNaN(left) || double.IsNaN(right)
            ? double.IsNaN(left).CompareTo(double.IsNaN(right))
            : left.CompareTo(right);

    private static int CompareArrays(SqlType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        SqlType element = ArrayReader.ElementOf(type);
        var a = new ArrayReader(element.Physical, left);
        var b = new ArrayReader(element.Physical, right);
        int order = CompareElements(element, a, b);
        if (order == 0)
        {
            order = a.Count.CompareTo(b.Count);
        }

        if (order == 0)
        {
            order = a.DimensionCount.CompareTo(b.DimensionCount);
        }

        for (int i = 0; order == 0 && i < a.DimensionCount; i++)
        {
            order = a.Dimension(i).CompareTo(b.Dimension(i));
        }

        return order;
    }

    /// <summary>Order of the elements that both have.</summary>
    private static int CompareElements(SqlType element, ArrayReader left, ArrayReader right)
    {
        int common = Math.Min(left.Count, right.Count);
        int order = 0;
        for (int i = 0; order == 0 && i < common; i++)
        {
            order = left.IsNull(i) || right.IsNull(i)
                ? left.IsNull(i).CompareTo(right.IsNull(i))
                : Compare(element, left[i], right[i]);
        }

        return order;
    }

    private static int CompareRecords(SqlType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var a = new RecordReader(type, left);
        var b = new RecordReader(type, right);
        int order = 0;
        for (int i = 0; order == 0 && i < a.Count; i++)
        {
            order = a.IsNull(i) || b.IsNull(i)
                ? a.IsNull(i).CompareTo(b.IsNull(i))
                : Compare(type.Fields[i].Type, a[i], b[i]);
        }

        return order;
    }

    private static int CompareMaps(SqlType type, ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var a = new MapReader(type, left);
        var b = new MapReader(type, right);
        int order = CompareElements(type.Key!, a.Keys, b.Keys);
        if (order == 0)
        {
            order = a.Count.CompareTo(b.Count);
        }

        return order == 0 ? CompareElements(type.Element!, a.Values, b.Values) : order;
    }
}
