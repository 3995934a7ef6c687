using System.Collections;
using System.Globalization;
using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>Plain CLR values of system relations → datums of their columns' types.</summary>
internal static class CatalogValue
{
    /// <param name="value">A number, bool, string or char, a list of them for arrays and vectors, or null.</param>
    public static Datum Of(ColumnDefinition column, object? value) =>
        value is not null ? new Datum(Convert(column.Type, value))
        : column.IsNullable ? Datum.Null
        : new Datum(Empty(column.Type));

    private static object Convert(SqlType type, object value) => type.Kind switch
    {
        SqlTypeKind.Array or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector => Array(ArrayReader.ElementOf(type), (IEnumerable)value),
        _ => type.Physical switch
        {
            PhysicalType.Bool => (bool)value,
            PhysicalType.Int16 => System.Convert.ToInt16(value, CultureInfo.InvariantCulture),
            PhysicalType.Int32 => value is uint oid ? unchecked((int)oid) : System.Convert.ToInt32(value, CultureInfo.InvariantCulture),
            PhysicalType.Int64 => System.Convert.ToInt64(value, CultureInfo.InvariantCulture),
            PhysicalType.Float32 => System.Convert.ToSingle(value, CultureInfo.InvariantCulture),
            PhysicalType.Float64 => System.Convert.ToDouble(value, CultureInfo.InvariantCulture),
            PhysicalType.Interval => (Interval)value,
            PhysicalType.Bytes => Encoding.UTF8.GetBytes(value.ToString()!),
            _ => throw new InvariantException($"no system relation has a column of type {type}"),
        },
    };

    /// <summary>What a column that is never NULL holds when it has nothing to tell.</summary>
    private static object Empty(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Array or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector => Array(ArrayReader.ElementOf(type), System.Array.Empty<object>()),
        _ when type.Physical == PhysicalType.Bool => false,
        _ when type.Physical == PhysicalType.Bytes => System.Array.Empty<byte>(),
        _ => Convert(type, 0),
    };

    private static byte[] Array(SqlType element, IEnumerable values)
    {
        ArrayWriter array = new ArrayWriter().Begin(element);
        foreach (object? value in values)
        {
            if (value is null)
            {
                array.AppendNull();
            }
            else
            {
                ValueBytes.Append(new Datum(Convert(element, value)), array.Element);
                array.EndElement();
            }
        }

        using ByteWriter bytes = ByteWriter.Rent();
        array.Finish(bytes);
        return bytes.Written.ToArray();
    }
}
