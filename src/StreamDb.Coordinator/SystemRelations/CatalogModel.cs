using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>A catalog in PostgreSQL's terms: what pg_class, pg_index, pg_constraint and their kind list. Immutable.</summary>
internal sealed class CatalogModel
{
    public const uint PgClass = 1259;
    public const uint PgRewrite = 2618;
    public const uint PgConstraint = 2606;
    public const uint PgAttrdef = 2604;

    private static readonly ConditionalWeakTable<Catalog, CatalogModel> _models = [];

    private readonly Dictionary<uint, ClassEntry> _classesByOid;
    private readonly Dictionary<(uint Schema, string Name), uint> _keyNames;
    private readonly HashSet<uint> _indexed;

    private CatalogModel(Catalog catalog)
    {
        Catalog = catalog;
        RelationItem[] relations = [.. catalog.Relations.OrderBy(r => r.Oid)];
        Indexes =
        [
            .. relations.Select(PrimaryKeyIndex).OfType<IndexEntry>(),
            .. catalog.Items.OfType<IndexItem>().OrderBy(i => i.Oid).Select(i => new IndexEntry(
                i.Oid, i.Name, i.SchemaOid, (RelationItem)catalog.Find(i.RelationOid)!, i.KeyColumns, i.Descending, i.IsUnique, false)),
        ];
        Classes =
        [
            .. relations.Select(r => new ClassEntry(r.Oid, r.Name, r.SchemaOid, KindOf(r), r, null)),
            .. Indexes.Select(i => new ClassEntry(i.Oid, i.Name, i.SchemaOid, 'i', i.Relation, i)),
        ];
        Constraints = [.. relations.SelectMany(ConstraintsOf)];
        Defaults = [.. relations.SelectMany(DefaultsOf)];
        Comments = [.. relations.SelectMany(CommentsOf)];
        Dependencies = [.. relations.SelectMany(DependenciesOf), .. Indexes.SelectMany(DependenciesOf)];
        _classesByOid = Classes.ToDictionary(c => c.Oid);
        _indexed = [.. Indexes.Select(i => i.Relation.Oid)];
        _keyNames = [];
        foreach (IndexEntry key in Indexes.Where(i => i.IsPrimary))
        {
            _keyNames.TryAdd((key.SchemaOid, key.Name), key.Oid);
        }
    }

    public Catalog Catalog { get; }

    public ImmutableArray<ClassEntry> Classes { get; }

    public ImmutableArray<IndexEntry> Indexes { get; }

    public ImmutableArray<ConstraintEntry> Constraints { get; }

    public ImmutableArray<DefaultEntry> Defaults { get; }

    public ImmutableArray<CommentEntry> Comments { get; }

    public ImmutableArray<DependencyEntry> Dependencies { get; }

    /// <summary>Views and materialized views.</summary>
    public IEnumerable<ClassEntry> Views => Classes.Where(c => c.Relation is ViewItem or MaterializedViewItem && c.Index is null);

    /// <summary>The model of a catalog; made once for each version that is asked for.</summary>
    public static CatalogModel Of(Catalog catalog) => _models.GetValue(catalog, c => new CatalogModel(c));

    public ClassEntry? FindClass(uint oid) => _classesByOid.GetValueOrDefault(oid);

    public bool HasIndex(uint relation) => _indexed.Contains(relation);

    public string SchemaName(uint oid) => Catalog.Find(oid)!.Name;

    /// <summary>The relation or index of that name, primary keys included.</summary>
    public uint? FindOid(uint schema, string name) =>
        Catalog.TryFind(schema, name, out CatalogItem? item) ? item.Oid
        : _keyNames.TryGetValue((schema, name), out uint key) ? key
        : null;

    /// <summary>A relation that users made.</summary>
    public static bool IsUser(ClassEntry entry) => !SystemOids.IsSystemSchema(entry.SchemaOid);

    private static char KindOf(RelationItem relation) => relation switch
    {
        ViewItem => 'v',
        MaterializedViewItem => 'm',
        SystemRelationItem system => SystemRelationRegistry.IsView(system) ? 'v' : 'r',
        _ => 'r',
    };

    private static ImmutableArray<int> PrimaryKeyOf(RelationItem relation) => relation switch
    {
        TableItem table => table.PrimaryKey,
        SourceItem source => source.PrimaryKey,
        _ => [],
    };

    private static string PrimaryKeyNameOf(RelationItem relation) => (relation as TableItem)?.PrimaryKeyName ?? relation.Name + "_pkey";

    private static IndexEntry? PrimaryKeyIndex(RelationItem relation) => PrimaryKeyOf(relation) is { IsEmpty: false } key
        ? new IndexEntry(SystemOids.PrimaryKeyIndex(relation.Oid), PrimaryKeyNameOf(relation), relation.SchemaOid, relation, key, [], true, true)
        : null;

    private static IEnumerable<ConstraintEntry> ConstraintsOf(RelationItem relation)
    {
        if (PrimaryKeyOf(relation) is { IsEmpty: false } key)
        {
            yield return new ConstraintEntry(
                SystemOids.PrimaryKeyConstraint(relation.Oid), PrimaryKeyNameOf(relation), relation, key, SystemOids.PrimaryKeyIndex(relation.Oid), null);
        }

        ImmutableArray<CheckConstraint> checks = relation is TableItem table ? table.Checks : [];
        for (int i = 0; i < checks.Length; i++)
        {
            yield return new ConstraintEntry(
                SystemOids.Check(relation.Oid, i), checks[i].Name, relation, ColumnsIn(checks[i].ConditionText, relation), 0, checks[i].ConditionText);
        }
    }

    /// <summary>Columns that the text names.</summary>
    private static ImmutableArray<int> ColumnsIn(string condition, RelationItem relation)
    {
        HashSet<string> words = [.. Regex.Matches(condition, "\"([^\"]+)\"|[A-Za-z_][A-Za-z0-9_$]*").Select(m => m.Groups[1].Success ? m.Groups[1].Value : m.Value)];
        return [.. Enumerable.Range(0, relation.Columns.Length).Where(c => words.Contains(relation.Columns[c].Name))];
    }

    private static IEnumerable<DefaultEntry> DefaultsOf(RelationItem relation)
    {
        for (int i = 0; i < relation.Columns.Length; i++)
        {
            if ((relation.Columns[i].DefaultText ?? relation.Columns[i].GeneratedText) is { } text)
            {
                yield return new DefaultEntry(SystemOids.Default(relation.Oid, i + 1), relation.Oid, i + 1, text);
            }
        }
    }

    private static IEnumerable<CommentEntry> CommentsOf(RelationItem relation)
    {
        if (relation.Comment is not null)
        {
            yield return new CommentEntry(relation.Oid, 0, relation.Comment);
        }

        for (int i = 0; i < relation.Columns.Length; i++)
        {
            if (relation.Columns[i].Comment is { } comment)
            {
                yield return new CommentEntry(relation.Oid, i + 1, comment);
            }
        }
    }

    /// <summary>As in PostgreSQL a view's rule, not the view, needs what the query reads.</summary>
    private static IEnumerable<DependencyEntry> DependenciesOf(RelationItem relation)
    {
        foreach (DefaultEntry entry in DefaultsOf(relation))
        {
            yield return new DependencyEntry(PgAttrdef, entry.Oid, 0, PgClass, relation.Oid, entry.Column, 'a');
        }

        ImmutableArray<uint>? needed = relation switch
        {
            ViewItem view => view.Dependencies,
            MaterializedViewItem view => view.Dependencies,
            _ => null,
        };
        if (needed is not null)
        {
            uint rule = SystemOids.Rule(relation.Oid);
            yield return new DependencyEntry(PgRewrite, rule, 0, PgClass, relation.Oid, 0, 'i');
            foreach (uint oid in needed)
            {
                yield return new DependencyEntry(PgRewrite, rule, 0, PgClass, oid, 0, 'n');
            }
        }
    }

    private static IEnumerable<DependencyEntry> DependenciesOf(IndexEntry index) => index.IsPrimary
        ?
        [
            new DependencyEntry(PgClass, index.Oid, 0, PgConstraint, SystemOids.PrimaryKeyConstraint(index.Relation.Oid), 0, 'i'),
            .. index.KeyColumns.Select(c => new DependencyEntry(
                PgConstraint, SystemOids.PrimaryKeyConstraint(index.Relation.Oid), 0, PgClass, index.Relation.Oid, c + 1, 'a')),
        ]
        : index.KeyColumns.Select(c => new DependencyEntry(PgClass, index.Oid, 0, PgClass, index.Relation.Oid, c + 1, 'a'));
}
