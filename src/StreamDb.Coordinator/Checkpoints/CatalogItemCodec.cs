using System.Collections.Immutable;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.Checkpoints;

/// <summary>Catalog items as bytes: every property of every kind of item that DDL makes.</summary>
internal static class CatalogItemCodec
{
    public static void Write(BinaryWriter output, CatalogItem item)
    {
        output.Write(KindOf(item));
        output.Write(item.Oid);
        output.Write(item.Name);
        if (item is RelationItem relation)
        {
            output.Write(relation.SchemaOid);
            WriteText(output, relation.Comment);
            WriteMany(output, relation.Columns, column => WriteColumn(output, column));
        }

        switch (item)
        {
            case TableItem table:
                WriteMany(output, table.PrimaryKey, output.Write);
                WriteText(output, table.PrimaryKeyName);
                output.Write(table.OnConflict.ToString());
                WriteMany(output, table.VersionColumns, output.Write);
                output.Write(table.IsAppendOnly);
                WriteMany(output, table.Checks, check =>
                {
                    output.Write(check.Name);
                    output.Write(check.ConditionText);
                });
                output.Write(table.Connector is not null);
                if (table.Connector is not null)
                {
                    WriteConnector(output, table.Connector);
                }

                break;
            case SourceItem source:
                WriteConnector(output, source.Connector);
                WriteMany(output, source.PrimaryKey, output.Write);
                break;
            case ViewItem view:
                output.Write(view.QueryText);
                WriteMany(output, view.Dependencies, output.Write);
                break;
            case MaterializedViewItem view:
                output.Write(view.QueryText);
                WriteMany(output, view.Dependencies, output.Write);
                WriteMany(output, view.Key, output.Write);
                output.Write(view.FailsOnError);
                break;
            case IndexItem index:
                output.Write(index.SchemaOid);
                output.Write(index.RelationOid);
                WriteMany(output, index.KeyColumns, output.Write);
                WriteMany(output, index.Descending, output.Write);
                output.Write(index.IsUnique);
                break;
        }
    }

    /// <param name="version">Of <see cref="DatabaseStateCodec"/>.</param>
    /// <exception cref="SqlException">0A000: an item that this program does not know.</exception>
    public static CatalogItem Read(BinaryReader input, int version)
    {
        string kind = input.ReadString();
        uint oid = input.ReadUInt32();
        string name = input.ReadString();
        switch (kind)
        {
            case "schema":
                return new SchemaItem(oid, name);
            case "index":
                return new IndexItem(oid, input.ReadUInt32(), name, input.ReadUInt32(), ReadMany(input, input.ReadInt32))
                {
                    Descending = ReadMany(input, input.ReadBoolean),
                    IsUnique = input.ReadBoolean(),
                };
        }

        uint schema = input.ReadUInt32();
        string? comment = ReadText(input);
        ImmutableArray<ColumnDefinition> columns = ReadMany(input, () => ReadColumn(input));
        RelationItem relation = kind switch
        {
            "table" => new TableItem(oid, schema, name, columns)
            {
                PrimaryKey = ReadMany(input, input.ReadInt32),
                PrimaryKeyName = ReadText(input),
                OnConflict = Enum.Parse<ConflictBehavior>(input.ReadString()),
                VersionColumns = version >= 2 ? ReadMany(input, input.ReadInt32) : [],
                IsAppendOnly = input.ReadBoolean(),
                Checks = ReadMany(input, () => new CheckConstraint(input.ReadString(), input.ReadString())),
                Connector = input.ReadBoolean() ? ReadConnector(input) : null,
            },
            "source" => new SourceItem(oid, schema, name, columns, ReadConnector(input)) { PrimaryKey = ReadMany(input, input.ReadInt32) },
            "view" => new ViewItem(oid, schema, name, columns, input.ReadString(), ReadMany(input, input.ReadUInt32)),
            "materialized view" => new MaterializedViewItem(oid, schema, name, columns, input.ReadString(), ReadMany(input, input.ReadUInt32))
            {
                Key = ReadMany(input, input.ReadInt32),
                FailsOnError = input.ReadBoolean(),
            },
            _ => throw new SqlException(SqlState.FeatureNotSupported, $"the checkpoint has a {kind}, which this program does not know"),
        };
        return relation with { Comment = comment };
    }

    public static ImmutableArray<T> ReadMany<T>(BinaryReader input, Func<T> read)
    {
        int count = input.ReadInt32();
        ImmutableArray<T>.Builder items = ImmutableArray.CreateBuilder<T>(count);
        for (; count > 0; count--)
        {
            items.Add(read());
        }

        return items.MoveToImmutable();
    }

    private static string KindOf(CatalogItem item) => item switch
    {
        SchemaItem => "schema",
        TableItem => "table",
        SourceItem => "source",
        ViewItem => "view",
        MaterializedViewItem => "materialized view",
        IndexItem => "index",
        _ => throw new InvariantException($"{item.GetType().Name} has no stored form"),
    };

    private static void WriteColumn(BinaryWriter output, ColumnDefinition column)
    {
        output.Write(column.Name);
        WriteType(output, column.Type);
        output.Write(column.IsNullable);
        WriteText(output, column.DefaultText);
        WriteText(output, column.GeneratedText);
        WriteText(output, column.Comment);
    }

    private static ColumnDefinition ReadColumn(BinaryReader input) => new(input.ReadString(), ReadType(input), input.ReadBoolean())
    {
        DefaultText = ReadText(input),
        GeneratedText = ReadText(input),
        Comment = ReadText(input),
    };

    private static void WriteType(BinaryWriter output, SqlType type)
    {
        output.Write(type.Kind.ToString());
        output.Write(type.Modifier);
        switch (type.Kind)
        {
            case SqlTypeKind.Array:
                WriteType(output, type.Element!);
                break;
            case SqlTypeKind.Map:
                WriteType(output, type.Key!);
                WriteType(output, type.Element!);
                break;
            case SqlTypeKind.Record:
                WriteMany(output, type.Fields, field =>
                {
                    output.Write(field.Name);
                    WriteType(output, field.Type);
                });
                break;
        }
    }

    private static SqlType ReadType(BinaryReader input)
    {
        SqlTypeKind kind = Enum.Parse<SqlTypeKind>(input.ReadString());
        int modifier = input.ReadInt32();
        SqlType type = kind switch
        {
            SqlTypeKind.Array => SqlType.ArrayOf(ReadType(input)),
            SqlTypeKind.Map => SqlType.Map(ReadType(input), ReadType(input)),
            SqlTypeKind.Record => SqlType.Record(ReadMany(input, () => new RecordField(input.ReadString(), ReadType(input)))),
            _ => SqlType.OfKind(kind),
        };
        return type.WithModifier(modifier);
    }

    private static void WriteConnector(BinaryWriter output, ConnectorDefinition connector)
    {
        WriteOptions(output, connector.Options);
        WriteText(output, connector.Format);
        WriteText(output, connector.Encode);
        WriteOptions(output, connector.EncodeOptions);
    }

    private static ConnectorDefinition ReadConnector(BinaryReader input) =>
        new(ReadOptions(input), ReadText(input), ReadText(input), ReadOptions(input));

    private static void WriteOptions(BinaryWriter output, ImmutableDictionary<string, string> options) =>
        WriteMany(output, [.. options.OrderBy(option => option.Key, StringComparer.Ordinal)], option =>
        {
            output.Write(option.Key);
            output.Write(option.Value);
        });

    private static ImmutableDictionary<string, string> ReadOptions(BinaryReader input) =>
        ReadMany(input, () => KeyValuePair.Create(input.ReadString(), input.ReadString())).ToImmutableDictionary();

    private static void WriteText(BinaryWriter output, string? text)
    {
        output.Write(text is not null);
        if (text is not null)
        {
            output.Write(text);
        }
    }

    private static string? ReadText(BinaryReader input) => input.ReadBoolean() ? input.ReadString() : null;

    private static void WriteMany<T>(BinaryWriter output, ImmutableArray<T> items, Action<T> write)
    {
        int count = items.IsDefault ? 0 : items.Length;
        output.Write(count);
        for (int i = 0; i < count; i++)
        {
            write(items[i]);
        }
    }
}
