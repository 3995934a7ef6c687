using StreamDb.Core.Errors;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Finds schemas and relations by name, as the search path says.</summary>
internal sealed class RelationLookup(BindingContext context)
{
    private readonly SchemaItem[] _path = PathOf(context);

    /// <summary>Kinds of relation, as messages call them.</summary>
    public static string KindOf(CatalogItem item) => item switch
    {
        ViewItem => "view",
        MaterializedViewItem => "materialized view",
        IndexItem => "index",
        SourceItem => "source",
        SchemaItem => "schema",
        SystemRelationItem => "view",
        _ => "table",
    };

    /// <summary>The item of that name, or null. A schema that does not exist is 3F000 only when <paramref name="requireSchema"/>.</summary>
    public CatalogItem? Find(QualifiedNameSyntax name, bool requireSchema = false)
    {
        CheckDatabase(name);
        if (name.Qualifier is { } schemaName)
        {
            SchemaItem? schema = context.Catalog.FindSchema(schemaName);
            if (schema is null && requireSchema)
            {
                throw NoSchema(schemaName, name.Position);
            }

            return schema is not null && context.Catalog.TryFind(schema.Oid, name.Name, out CatalogItem? qualified) ? qualified : null;
        }

        foreach (SchemaItem schema in _path)
        {
            if (context.Catalog.TryFind(schema.Oid, name.Name, out CatalogItem? item))
            {
                return item;
            }
        }

        return null;
    }

    /// <summary>The relation of that name; 42P01, or 42809 for an index.</summary>
    public RelationItem Relation(QualifiedNameSyntax name, int position)
    {
        CatalogItem? item = Find(name);
        return item switch
        {
            RelationItem relation => relation,
            null => throw BindError.At(SqlState.UndefinedTable, position, $"relation \"{string.Join(".", name.Parts)}\" does not exist"),
            _ => throw BindError.At(SqlState.WrongObjectType, position, $"cannot open relation \"{item.Name}\"", detail: "This operation is not supported for indexes."),
        };
    }

    /// <summary>A table that DML may change; 42809 for other relations.</summary>
    public TableItem WritableTable(QualifiedNameSyntax name, int position, string verb)
    {
        RelationItem relation = Relation(name, position);
        return relation switch
        {
            TableItem table => table,
            ViewItem or SystemRelationItem => throw BindError.At(
                SqlState.WrongObjectType, position, $"cannot {verb} view \"{relation.Name}\"", detail: "Views are not updatable."),
            _ => throw BindError.At(SqlState.WrongObjectType, position, $"cannot change {KindOf(relation)} \"{relation.Name}\""),
        };
    }

    /// <summary>The schema a new item goes to: the named one, or the first of the search path that exists.</summary>
    public SchemaItem CreationSchema(QualifiedNameSyntax name)
    {
        CheckDatabase(name);
        SchemaItem? schema = name.Qualifier is { } qualifier
            ? context.Catalog.FindSchema(qualifier) ?? throw NoSchema(qualifier, name.Position)
            : context.SearchPath.Select(Resolve).FirstOrDefault(s => s is not null && s.Oid != Planning.Catalog.Catalog.PgCatalogOid);
        if (schema is null)
        {
            throw BindError.At(SqlState.InvalidSchemaName, name.Position, "no schema has been selected to create in");
        }

        if (IsSystemSchema(schema.Oid))
        {
            throw BindError.At(
                SqlState.InsufficientPrivilege, name.Position, $"permission denied to create \"{schema.Name}.{name.Name}\"",
                detail: "System catalog modifications are currently disallowed.");
        }

        return schema;

        SchemaItem? Resolve(string part) => context.Catalog.FindSchema(part == "$user" ? context.User : part);
    }

    /// <summary>The schema called <paramref name="name"/>, or 3F000.</summary>
    public SchemaItem Schema(string name, int position) => context.Catalog.FindSchema(name) ?? throw NoSchema(name, position);

    public static bool IsSystemSchema(uint oid) => oid is Planning.Catalog.Catalog.PgCatalogOid
        or Planning.Catalog.Catalog.InformationSchemaOid or Planning.Catalog.Catalog.StreamDbCatalogOid;

    /// <summary>Schema and name of a relation, as a name of two parts.</summary>
    public QualifiedNameSyntax QualifiedName(RelationItem relation) =>
        new(SyntaxList.Create<string>([context.Catalog.Find(relation.SchemaOid)!.Name, relation.Name]));

    private static SqlException NoSchema(string name, int position) =>
        BindError.At(SqlState.InvalidSchemaName, position, $"schema \"{name}\" does not exist");

    private static SchemaItem[] PathOf(BindingContext context)
    {
        List<SchemaItem> path = [];
        if (!context.SearchPath.Contains("pg_catalog"))
        {
            Add("pg_catalog");
        }

        foreach (string name in context.SearchPath)
        {
            Add(name == "$user" ? context.User : name);
        }

        return [.. path];

        void Add(string name)
        {
            if (context.Catalog.FindSchema(name) is { } schema)
            {
                path.Add(schema);
            }
        }
    }

    private void CheckDatabase(QualifiedNameSyntax name)
    {
        if (name.Parts.Count > 3)
        {
            throw BindError.At(
                SqlState.SyntaxError, name.Position, $"improper qualified name (too many dotted names): {string.Join(".", name.Parts)}");
        }

        if (name.Parts.Count == 3 && name.Parts[0] != context.Database)
        {
            throw BindError.At(
                SqlState.FeatureNotSupported, name.Position,
                $"cross-database references are not implemented: \"{string.Join(".", name.Parts)}\"");
        }
    }
}
