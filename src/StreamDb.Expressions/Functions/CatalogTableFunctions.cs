using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>Set-returning functions of catalog queries.</summary>
internal static class CatalogTableFunctions
{
    public static void Declare(List<TableFunctionDeclaration> all)
    {
        all.Add(TableFunctions.Bound(
            "_pg_expandarray",
            "anyarray",
            types => [new Field("x", types[0].Element!), new Field("n", SqlType.Int32)],
            types => (arguments, row, output, _) => Expand(types[0], arguments[0].GetBytes(row).Span, output)));
        foreach ((string vector, string element, SqlType type) in
            (ReadOnlySpan<(string, string, SqlType)>)[("int2vector", "int2", SqlType.Int2Vector), ("oidvector", "oid", SqlType.OidVector)])
        {
            all.Add(TableFunctions.Of(
                "_pg_expandarray",
                vector,
                [("x", element), ("n", "int4")],
                (arguments, row, output, _) => Expand(type, arguments[0].GetBytes(row).Span, output)));
        }

        all.Add(TableFunctions.Of("pg_partition_ancestors", "regclass", [("relid", "regclass")], (_, _, _, _) => 0));
        all.Add(TableFunctions.Of(
            "pg_partition_tree", "regclass", [("relid", "regclass"), ("parentrelid", "regclass"), ("isleaf", "bool"), ("level", "int4")], (_, _, _, _) => 0));
        all.Add(TableFunctions.Of("pg_listening_channels", "", [("pg_listening_channels", "text")], (_, _, _, _) => 0));
        all.Add(TableFunctions.Of("pg_options_to_table", "text[]", [("option_name", "text"), ("option_value", "text")], Options));
        all.Add(TableFunctions.Of(
            "pg_timezone_names", "", [("name", "text"), ("abbrev", "text"), ("utc_offset", "interval"), ("is_dst", "bool")], TimeZoneNames));
    }

    private static int Expand(SqlType type, ReadOnlySpan<byte> value, ReadOnlySpan<ColumnBuilder> output)
    {
        var array = new ArrayReader(type, value);
        for (int i = 0; i < array.Count; i++)
        {
            if (array.IsNull(i))
            {
                output[0].AppendNull();
            }
            else
            {
                ValueBytes.Append(array[i], output[0]);
            }

            output[1].Append(i + 1);
        }

        return array.Count;
    }

    /// <summary>Each <c>name=value</c> as a row.</summary>
    private static int Options(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        var array = new ArrayReader(PhysicalType.Bytes, arguments[0].GetBytes(row).Span);
        for (int i = 0; i < array.Count; i++)
        {
            ReadOnlySpan<byte> option = array[i];
            int equals = option.IndexOf((byte)'=');
            output[0].AppendBytes(equals < 0 ? option : option[..equals]);
            if (equals < 0)
            {
                output[1].AppendNull();
            }
            else
            {
                output[1].AppendBytes(option[(equals + 1)..]);
            }
        }

        return array.Count;
    }

    private static int TimeZoneNames(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        int count = 0;
        DateTime now = DateTime.UtcNow;
        foreach (TimeZoneInfo zone in TimeZoneInfo.GetSystemTimeZones())
        {
            output[0].AppendBytes(Encoding.UTF8.GetBytes(zone.Id));
            output[1].AppendBytes(Encoding.UTF8.GetBytes(zone.StandardName));
            output[2].Append(new Interval(0, 0, zone.GetUtcOffset(now).Ticks / TimeSpan.TicksPerMicrosecond));
            output[3].Append(zone.IsDaylightSavingTime(now) ? (byte)1 : (byte)0);
            count++;
        }

        return count;
    }
}
