using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace StreamDb.Planning.Catalog;

/// <summary>An immutable snapshot of every item. DDL makes a new one; readers keep the one they started with.</summary>
public sealed class Catalog
{
    public const uint FirstUserOid = 16384;
    public const uint PgCatalogOid = 11;
    public const uint PublicOid = 2200;
    public const uint InformationSchemaOid = 13000;
    public const uint StreamDbCatalogOid = 13001;

    private readonly ImmutableDictionary<uint, CatalogItem> _items;
    private readonly ImmutableDictionary<string, uint> _schemas;
    private readonly ImmutableDictionary<(uint Schema, string Name), uint> _names;

    private Catalog(
        ImmutableDictionary<uint, CatalogItem> items,
        ImmutableDictionary<string, uint> schemas,
        ImmutableDictionary<(uint Schema, string Name), uint> names,
        long version)
    {
        _items = items;
        _schemas = schemas;
        _names = names;
        Version = version;
    }

    /// <summary>The catalog of a new database: the system schemas and public, no relations.</summary>
    public static Catalog Empty { get; } =
        new Catalog(ImmutableDictionary<uint, CatalogItem>.Empty, ImmutableDictionary<string, uint>.Empty, ImmutableDictionary<(uint, string), uint>.Empty, 0)
            .With(new SchemaItem(PgCatalogOid, "pg_catalog"))
            .With(new SchemaItem(InformationSchemaOid, "information_schema"))
            .With(new SchemaItem(StreamDbCatalogOid, "streamdb_catalog"))
            .With(new SchemaItem(PublicOid, "public"));

    /// <summary>Grows with every change: prepared statements compare it to know when to bind again.</summary>
    public long Version { get; }

    public IEnumerable<CatalogItem> Items => _items.Values;

    public IEnumerable<SchemaItem> Schemas => _items.Values.OfType<SchemaItem>();

    public IEnumerable<RelationItem> Relations => _items.Values.OfType<RelationItem>();

    public CatalogItem? Find(uint oid) => _items.GetValueOrDefault(oid);

    public SchemaItem? FindSchema(string name) => _schemas.TryGetValue(name, out uint oid) ? (SchemaItem)_items[oid] : null;

    /// <summary>The relation or index of that name in that schema.</summary>
    public bool TryFind(uint schemaOid, string name, [NotNullWhen(true)] out CatalogItem? item)
    {
        item = _names.TryGetValue((schemaOid, name), out uint oid) ? _items[oid] : null;
        return item is not null;
    }

    /// <summary>Items whose definition refers to <paramref name="oid"/>: views by their dependencies, indexes by their relation.</summary>
    public IEnumerable<CatalogItem> DependentsOf(uint oid) => _items.Values.Where(item => item switch
    {
        ViewItem view => view.Dependencies.Contains(oid),
        MaterializedViewItem view => view.Dependencies.Contains(oid),
        IndexItem index => index.RelationOid == oid,
        _ => false,
    });

    /// <summary>This catalog with the item added, or replaced if its oid exists.</summary>
    public Catalog With(CatalogItem item)
    {
        Catalog without = _items.ContainsKey(item.Oid) ? Without(item.Oid) : this;
        return new Catalog(
            without._items.Add(item.Oid, item),
            item is SchemaItem ? without._schemas.Add(item.Name, item.Oid) : without._schemas,
            SchemaOf(item) is { } schema ? without._names.Add((schema, item.Name), item.Oid) : without._names,
            Version + 1);
    }

    public Catalog Without(uint oid)
    {
        CatalogItem item = _items[oid];
        return new Catalog(
            _items.Remove(oid),
            item is SchemaItem ? _schemas.Remove(item.Name) : _schemas,
            SchemaOf(item) is { } schema ? _names.Remove((schema, item.Name)) : _names,
            Version + 1);
    }

    private static uint? SchemaOf(CatalogItem item) => item switch
    {
        RelationItem relation => relation.SchemaOid,
        IndexItem index => index.SchemaOid,
        _ => null,
    };
}
