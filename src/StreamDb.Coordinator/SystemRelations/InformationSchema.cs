using StreamDb.Core.Types;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>The schema information_schema. As in PostgreSQL it knows tables and views, but no materialized views.</summary>
internal static class InformationSchema
{
    private const string Owner = "root";

    private static readonly string[] _tablePrivileges = ["INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"];

    private static readonly string[] _columnPrivileges = ["INSERT", "SELECT", "UPDATE", "REFERENCES"];

    public static IEnumerable<SystemRelation> Relations { get; } =
        [.. RowSource.Join(Catalog.InformationSchemaOid, InformationSchemaColumns.Text, [.. Items(), .. Constraints(), .. Privileges()])];

    private static IEnumerable<RowSource> Items() =>
    [
        RowSource.WithContext<int>("information_schema_catalog_name", _ => [0], ("catalog_name", (_, c) => c.Database.Name)),
        RowSource.WithContext<SchemaItem>(
            "schemata",
            c => c.Catalog.Schemas,
            ("catalog_name", (_, c) => c.Database.Name),
            ("schema_name", (s, _) => s.Name),
            ("schema_owner", (_, _) => Owner)),
        RowSource.WithContext<ClassEntry>(
            "tables",
            Tables,
            ("table_catalog", (_, c) => c.Database.Name),
            ("table_schema", (e, c) => c.Model.SchemaName(e.SchemaOid)),
            ("table_name", (e, _) => e.Name),
            ("table_type", (e, _) => e.Kind == 'v' ? "VIEW" : "BASE TABLE"),
            ("is_insertable_into", (e, _) => YesNo(IsWritable(e))),
            ("is_typed", (_, _) => "NO")),
        RowSource.WithContext<ClassEntry>(
            "views",
            c => Tables(c).Where(e => e.Kind == 'v'),
            ("table_catalog", (_, c) => c.Database.Name),
            ("table_schema", (e, c) => c.Model.SchemaName(e.SchemaOid)),
            ("table_name", (e, _) => e.Name),
            ("view_definition", (e, _) => ItemText.View(e.Relation)),
            ("check_option", (_, _) => "NONE"),
            ("is_updatable", (_, _) => "NO"),
            ("is_insertable_into", (_, _) => "NO"),
            ("is_trigger_updatable", (_, _) => "NO"),
            ("is_trigger_deletable", (_, _) => "NO"),
            ("is_trigger_insertable_into", (_, _) => "NO")),
        RowSource.WithContext<(ClassEntry Class, ColumnDefinition Column, int Number)>(
            "columns",
            Columns,
            ("table_catalog", (_, c) => c.Database.Name),
            ("table_schema", (a, c) => c.Model.SchemaName(a.Class.SchemaOid)),
            ("table_name", (a, _) => a.Class.Name),
            ("column_name", (a, _) => a.Column.Name),
            ("ordinal_position", (a, _) => a.Number),
            ("column_default", (a, _) => a.Column.DefaultText),
            ("is_nullable", (a, _) => YesNo(!a.Class.IsNotNull(a.Column))),
            ("data_type", (a, _) => DataType(a.Column.Type)),
            ("character_maximum_length", (a, _) => CharacterLength(a.Column.Type)),
            ("character_octet_length", (a, _) => OctetLength(a.Column.Type)),
            ("numeric_precision", (a, _) => TypePrecision.Of(a.Column.Type).Precision),
            ("numeric_precision_radix", (a, _) => TypePrecision.Of(a.Column.Type).Radix),
            ("numeric_scale", (a, _) => TypePrecision.Of(a.Column.Type).Scale),
            ("datetime_precision", (a, _) => TypePrecision.DateTimePrecision(a.Column.Type)),
            ("udt_catalog", (_, c) => c.Database.Name),
            ("udt_schema", (_, _) => "pg_catalog"),
            ("udt_name", (a, _) => TypeOids.FactsOf(a.Column.Type).Name),
            ("dtd_identifier", (a, _) => a.Number),
            ("is_self_referencing", (_, _) => "NO"),
            ("is_identity", (_, _) => "NO"),
            ("identity_cycle", (_, _) => "NO"),
            ("is_generated", (a, _) => a.Column.GeneratedText is null ? "NEVER" : "ALWAYS"),
            ("generation_expression", (a, _) => a.Column.GeneratedText),
            ("is_updatable", (a, _) => YesNo(IsWritable(a.Class)))),
        RowSource.WithContext<int>(
            "character_sets",
            _ => [0],
            ("character_set_name", (_, _) => "UTF8"),
            ("character_repertoire", (_, _) => "UCS"),
            ("form_of_use", (_, _) => "UTF8"),
            ("default_collate_catalog", (_, c) => c.Database.Name),
            ("default_collate_schema", (_, _) => "pg_catalog"),
            ("default_collate_name", (_, _) => "C")),
    ];

    private static IEnumerable<RowSource> Constraints() =>
    [
        RowSource.WithContext<ConstraintEntry>(
            "table_constraints",
            c => c.Model.Constraints,
            ("constraint_catalog", (_, c) => c.Database.Name),
            ("constraint_schema", (k, c) => c.Model.SchemaName(k.Relation.SchemaOid)),
            ("constraint_name", (k, _) => k.Name),
            ("table_catalog", (_, c) => c.Database.Name),
            ("table_schema", (k, c) => c.Model.SchemaName(k.Relation.SchemaOid)),
            ("table_name", (k, _) => k.Relation.Name),
            ("constraint_type", (k, _) => k.IsPrimaryKey ? "PRIMARY KEY" : "CHECK"),
            ("is_deferrable", (_, _) => "NO"),
            ("initially_deferred", (_, _) => "NO"),
            ("enforced", (_, _) => "YES")),
        RowSource.WithContext<ConstraintEntry>(
            "check_constraints",
            c => c.Model.Constraints.Where(k => !k.IsPrimaryKey),
            ("constraint_catalog", (_, c) => c.Database.Name),
            ("constraint_schema", (k, c) => c.Model.SchemaName(k.Relation.SchemaOid)),
            ("constraint_name", (k, _) => k.Name),
            ("check_clause", (k, _) => $"(({k.ConditionText}))")),
        RowSource.WithContext<(ConstraintEntry Constraint, int Column, int Position)>(
            "key_column_usage",
            c => c.Model.Constraints.Where(k => k.IsPrimaryKey).SelectMany(k => k.Columns.Select((column, i) => (k, column, i + 1))),
            ("constraint_catalog", (_, c) => c.Database.Name),
            ("constraint_schema", (k, c) => c.Model.SchemaName(k.Constraint.Relation.SchemaOid)),
            ("constraint_name", (k, _) => k.Constraint.Name),
            ("table_catalog", (_, c) => c.Database.Name),
            ("table_schema", (k, c) => c.Model.SchemaName(k.Constraint.Relation.SchemaOid)),
            ("table_name", (k, _) => k.Constraint.Relation.Name),
            ("column_name", (k, _) => k.Constraint.Relation.Columns[k.Column].Name),
            ("ordinal_position", (k, _) => k.Position)),
        RowSource.WithContext<(ConstraintEntry Constraint, int Column)>(
            "constraint_column_usage",
            c => c.Model.Constraints.SelectMany(k => k.Columns.Select(column => (k, column))),
            ("table_catalog", (_, c) => c.Database.Name),
            ("table_schema", (k, c) => c.Model.SchemaName(k.Constraint.Relation.SchemaOid)),
            ("table_name", (k, _) => k.Constraint.Relation.Name),
            ("column_name", (k, _) => k.Constraint.Relation.Columns[k.Column].Name),
            ("constraint_catalog", (_, c) => c.Database.Name),
            ("constraint_schema", (k, c) => c.Model.SchemaName(k.Constraint.Relation.SchemaOid)),
            ("constraint_name", (k, _) => k.Constraint.Name)),
        RowSource.WithContext<ConstraintEntry>(
            "constraint_table_usage",
            c => c.Model.Constraints.Where(k => k.IsPrimaryKey),
            ("table_catalog", (_, c) => c.Database.Name),
            ("table_schema", (k, c) => c.Model.SchemaName(k.Relation.SchemaOid)),
            ("table_name", (k, _) => k.Relation.Name),
            ("constraint_catalog", (_, c) => c.Database.Name),
            ("constraint_schema", (k, c) => c.Model.SchemaName(k.Relation.SchemaOid)),
            ("constraint_name", (k, _) => k.Name)),
    ];

    private static IEnumerable<RowSource> Privileges() =>
    [
        RowSource.Of<string>("enabled_roles", c => c.Roles, ("role_name", r => r)),
        TablePrivileges("table_privileges"),
        TablePrivileges("role_table_grants"),
        ColumnPrivileges("column_privileges"),
        ColumnPrivileges("role_column_grants"),
    ];

    private static RowSource TablePrivileges(string name) => RowSource.WithContext<(ClassEntry Class, string Privilege)>(
        name,
        c => Tables(c).SelectMany(e => _tablePrivileges.Select(p => (e, p))),
        ("grantor", (_, _) => Owner),
        ("grantee", (_, _) => Owner),
        ("table_catalog", (_, c) => c.Database.Name),
        ("table_schema", (e, c) => c.Model.SchemaName(e.Class.SchemaOid)),
        ("table_name", (e, _) => e.Class.Name),
        ("privilege_type", (e, _) => e.Privilege),
        ("is_grantable", (_, _) => "YES"),
        ("with_hierarchy", (e, _) => YesNo(e.Privilege == "SELECT")));

    private static RowSource ColumnPrivileges(string name) => RowSource.WithContext<(ClassEntry Class, string Column, string Privilege)>(
        name,
        c => Columns(c).SelectMany(a => _columnPrivileges.Select(p => (a.Class, a.Column.Name, p))),
        ("grantor", (_, _) => Owner),
        ("grantee", (_, _) => Owner),
        ("table_catalog", (_, c) => c.Database.Name),
        ("table_schema", (e, c) => c.Model.SchemaName(e.Class.SchemaOid)),
        ("table_name", (e, _) => e.Class.Name),
        ("column_name", (e, _) => e.Column),
        ("privilege_type", (e, _) => e.Privilege),
        ("is_grantable", (_, _) => "YES"));

    private static IEnumerable<ClassEntry> Tables(SystemRelationContext context) => context.Model.Classes.Where(e => e.Kind is 'r' or 'v');

    private static IEnumerable<(ClassEntry Class, ColumnDefinition Column, int Number)> Columns(SystemRelationContext context) =>
        Tables(context).SelectMany(e => e.Columns.Select((column, i) => (e, column, i + 1)));

    private static bool IsWritable(ClassEntry entry) => entry.Relation is TableItem && CatalogModel.IsUser(entry);

    private static string YesNo(bool value) => value ? "YES" : "NO";

    private static string DataType(SqlType type) => type.Kind == SqlTypeKind.Array ? "ARRAY"
        : TypeOids.OidOf(type) == TypeOids.Text ? "text"
        : type.WithoutModifier().ToString();

    private static int? CharacterLength(SqlType type) =>
        type.Kind is SqlTypeKind.Varchar or SqlTypeKind.Bpchar && type.Modifier >= 4 ? type.Modifier - 4 : null;

    /// <summary>Four bytes for each character of UTF-8; a GiB where there is no limit.</summary>
    private static int? OctetLength(SqlType type) => type.Kind is SqlTypeKind.Text or SqlTypeKind.Varchar or SqlTypeKind.Bpchar
        ? CharacterLength(type) * 4 ?? 1 << 30
        : null;
}
