using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Types;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>The schema pg_catalog: every relation and column of PostgreSQL 15, with rows for what there is here.</summary>
internal static class PgCatalog
{
    private const int Utf8 = 6;
    private const uint Owner = SystemOids.Superuser;

    /// <summary>Default B-tree operator classes: oid, name, family, type.</summary>
    private static readonly (uint Oid, string Name, uint Family, uint Type)[] _operatorClasses =
    [
        (1978, "int4_ops", 1976, 23), (1979, "int2_ops", 1976, 21), (1981, "oid_ops", 1989, 26), (3122, "date_ops", 434, 1082),
        (3123, "float8_ops", 1970, 701), (3124, "int8_ops", 1976, 20), (3125, "numeric_ops", 1988, 1700), (3126, "text_ops", 1994, 25),
        (3127, "timestamptz_ops", 434, 1184), (3128, "timestamp_ops", 434, 1114), (10000, "array_ops", 397, 2277), (10003, "bool_ops", 424, 16),
        (10004, "bpchar_ops", 426, 1042), (10006, "bytea_ops", 428, 17), (10007, "char_ops", 429, 18), (10012, "float4_ops", 1970, 700),
        (10022, "interval_ops", 1982, 1186), (10028, "name_ops", 1994, 19), (10032, "oidvector_ops", 1991, 30), (10034, "record_ops", 2994, 2249),
        (10038, "time_ops", 1996, 1083), (10065, "uuid_ops", 2968, 2950), (10088, "jsonb_ops", 4033, 3802),
    ];

    private static readonly (uint Oid, string Name)[] _operatorFamilies =
    [
        (397, "array_ops"), (424, "bool_ops"), (426, "bpchar_ops"), (428, "bytea_ops"), (429, "char_ops"), (434, "datetime_ops"),
        (1970, "float_ops"), (1976, "integer_ops"), (1982, "interval_ops"), (1988, "numeric_ops"), (1989, "oid_ops"), (1991, "oidvector_ops"),
        (1994, "text_ops"), (1996, "time_ops"), (2968, "uuid_ops"), (2994, "record_ops"), (4033, "jsonb_ops"),
    ];

    public static IEnumerable<SystemRelation> Relations { get; } =
        [.. RowSource.Join(Catalog.PgCatalogOid, PgCatalogColumns.Text, [.. Items(), .. Types(), .. Server(), .. Views(), .. Statistics()])];

    private static IEnumerable<RowSource> Items() =>
    [
        RowSource.Of<SchemaItem>(
            "pg_namespace",
            c => c.Catalog.Schemas,
            ("oid", s => s.Oid),
            ("nspname", s => s.Name),
            ("nspowner", _ => Owner)),
        RowSource.WithContext<ClassEntry>(
            "pg_class",
            c => c.Model.Classes,
            ("oid", (e, _) => e.Oid),
            ("relname", (e, _) => e.Name),
            ("relnamespace", (e, _) => e.SchemaOid),
            ("relowner", (_, _) => Owner),
            ("relam", (e, _) => e.Kind switch { 'i' => SystemOids.Btree, 'v' => 0u, _ => SystemOids.Heap }),
            ("relfilenode", (e, _) => e.IsStored ? e.Oid : 0u),
            ("reltuples", (e, _) => e.IsStored ? -1 : 0),
            ("relhasindex", (e, c) => e.Index is null && c.Model.HasIndex(e.Oid)),
            ("relpersistence", (_, _) => 'p'),
            ("relkind", (e, _) => e.Kind),
            ("relnatts", (e, _) => e.Columns.Length),
            ("relchecks", (e, _) => e.Index is null && e.Relation is TableItem table ? table.Checks.Length : 0),
            ("relhasrules", (e, _) => e.Kind is 'v' or 'm'),
            ("relispopulated", (_, _) => true),
            ("relreplident", (e, _) => e.Kind is 'r' or 'm' && CatalogModel.IsUser(e) ? 'd' : 'n')),
        RowSource.Of<(ClassEntry Class, ColumnDefinition Column, int Number)>(
            "pg_attribute",
            c => c.Model.Classes.SelectMany(e => e.Columns.Select((column, i) => (e, column, i + 1))),
            ("attrelid", a => a.Class.Oid),
            ("attname", a => a.Column.Name),
            ("atttypid", a => TypeOids.OidOf(a.Column.Type)),
            ("attstattarget", a => a.Class.Index is null ? -1 : 0),
            ("attlen", a => TypeOids.FactsOf(a.Column.Type).Length),
            ("attnum", a => a.Number),
            ("attndims", a => a.Column.Type.IsArray ? 1 : 0),
            ("attcacheoff", _ => -1),
            ("atttypmod", a => (a.Column.Type.Element ?? a.Column.Type).Modifier),
            ("attbyval", a => TypeOids.FactsOf(a.Column.Type).IsByValue),
            ("attalign", a => TypeOids.FactsOf(a.Column.Type).Alignment),
            ("attstorage", a => TypeOids.FactsOf(a.Column.Type).Storage),
            ("attnotnull", a => a.Class.IsNotNull(a.Column)),
            ("atthasdef", a => a.Class.Index is null && (a.Column.DefaultText ?? a.Column.GeneratedText) is not null),
            ("attgenerated", a => a.Class.Index is null && a.Column.GeneratedText is not null ? "s" : ""),
            ("attislocal", _ => true),
            ("attcollation", a => TypeOids.FactsOf(a.Column.Type).Collation)),
        RowSource.Of<IndexEntry>(
            "pg_index",
            c => c.Model.Indexes,
            ("indexrelid", i => i.Oid),
            ("indrelid", i => i.Relation.Oid),
            ("indnatts", i => i.KeyColumns.Length),
            ("indnkeyatts", i => i.KeyColumns.Length),
            ("indisunique", i => i.IsUnique),
            ("indisprimary", i => i.IsPrimary),
            ("indimmediate", _ => true),
            ("indisvalid", _ => true),
            ("indisready", _ => true),
            ("indislive", _ => true),
            ("indkey", i => i.KeyColumns.Select(c => c + 1)),
            ("indcollation", i => i.KeyColumns.Select(c => TypeOids.FactsOf(i.Relation.Columns[c].Type).Collation)),
            ("indclass", i => i.KeyColumns.Select(c => OperatorClassOf(i.Relation.Columns[c].Type))),
            ("indoption", i => i.KeyColumns.Select((_, k) => i.IsDescending(k) ? 3 : 0))),
        RowSource.Of<ConstraintEntry>(
            "pg_constraint",
            c => c.Model.Constraints,
            ("oid", k => k.Oid),
            ("conname", k => k.Name),
            ("connamespace", k => k.Relation.SchemaOid),
            ("contype", k => k.IsPrimaryKey ? 'p' : 'c'),
            ("convalidated", _ => true),
            ("conrelid", k => k.Relation.Oid),
            ("conindid", k => k.IndexOid),
            ("confupdtype", _ => ' '),
            ("confdeltype", _ => ' '),
            ("confmatchtype", _ => ' '),
            ("conislocal", _ => true),
            ("connoinherit", k => k.IsPrimaryKey),
            ("conkey", k => k.Columns.Select(c => c + 1)),
            ("conbin", k => k.ConditionText)),
        RowSource.Of<DefaultEntry>(
            "pg_attrdef",
            c => c.Model.Defaults,
            ("oid", d => d.Oid),
            ("adrelid", d => d.RelationOid),
            ("adnum", d => d.Column),
            ("adbin", d => d.Text)),
        RowSource.Of<CommentEntry>(
            "pg_description",
            c => c.Model.Comments,
            ("objoid", d => d.RelationOid),
            ("classoid", _ => CatalogModel.PgClass),
            ("objsubid", d => d.Column),
            ("description", d => d.Text)),
        RowSource.Of<DependencyEntry>(
            "pg_depend",
            c => c.Model.Dependencies,
            ("classid", d => d.CatalogOid),
            ("objid", d => d.Oid),
            ("objsubid", d => d.Column),
            ("refclassid", d => d.ReferencedCatalogOid),
            ("refobjid", d => d.ReferencedOid),
            ("refobjsubid", d => d.ReferencedColumn),
            ("deptype", d => d.Kind)),
        RowSource.Of<ClassEntry>(
            "pg_rewrite",
            c => c.Model.Views,
            ("oid", v => SystemOids.Rule(v.Oid)),
            ("rulename", _ => "_RETURN"),
            ("ev_class", v => v.Oid),
            ("ev_type", _ => '1'),
            ("ev_enabled", _ => 'O'),
            ("is_instead", _ => true),
            ("ev_action", v => ItemText.View(v.Relation))),
    ];

    private static IEnumerable<RowSource> Types() =>
    [
        RowSource.Of<TypeFacts>(
            "pg_type",
            _ => TypeOids.All,
            ("oid", t => t.Oid),
            ("typname", t => t.Name),
            ("typnamespace", _ => Catalog.PgCatalogOid),
            ("typowner", _ => Owner),
            ("typlen", t => t.Length),
            ("typbyval", t => t.IsByValue),
            ("typtype", t => t.Kind),
            ("typcategory", t => t.Category),
            ("typispreferred", t => t.IsPreferred),
            ("typisdefined", _ => true),
            ("typdelim", _ => ','),
            ("typsubscript", t => FunctionCatalog.TypeFunction(SubscriptHandler(t))),
            ("typelem", t => t.ElementOid),
            ("typarray", t => t.ArrayOid),
            ("typinput", t => FunctionCatalog.TypeFunction(t.Input)),
            ("typoutput", t => FunctionCatalog.TypeFunction(t.Output)),
            ("typreceive", t => FunctionCatalog.TypeFunction(t.Receive)),
            ("typsend", t => FunctionCatalog.TypeFunction(t.Send)),
            ("typmodin", t => FunctionCatalog.TypeFunction(t.ModifierInput)),
            ("typmodout", t => FunctionCatalog.TypeFunction(t.ModifierOutput)),
            ("typalign", t => t.Alignment),
            ("typstorage", t => t.Storage),
            ("typtypmod", _ => -1),
            ("typcollation", t => t.Collation)),
        RowSource.Of<FunctionEntry>(
            "pg_proc",
            _ => FunctionCatalog.Functions,
            ("oid", f => f.Oid),
            ("proname", f => f.Name),
            ("pronamespace", _ => Catalog.PgCatalogOid),
            ("proowner", _ => Owner),
            ("prolang", _ => 12u),
            ("procost", _ => 1),
            ("prorows", f => f.ReturnsSet ? 1000 : 0),
            ("provariadic", f => f.IsVariadic ? f.ArgumentTypes[^1] : 0u),
            ("prokind", f => f.Kind),
            ("proisstrict", f => f.IsStrict),
            ("proretset", f => f.ReturnsSet),
            ("provolatile", f => f.Volatility),
            ("proparallel", _ => 's'),
            ("pronargs", f => f.ArgumentTypes.Length),
            ("prorettype", f => f.ReturnType),
            ("proargtypes", f => f.ArgumentTypes),
            ("prosrc", f => f.Name)),
        RowSource.Of<OperatorEntry>(
            "pg_operator",
            _ => FunctionCatalog.Operators,
            ("oid", o => o.Oid),
            ("oprname", o => o.Name),
            ("oprnamespace", _ => Catalog.PgCatalogOid),
            ("oprowner", _ => Owner),
            ("oprkind", o => o.LeftType == 0 ? 'l' : 'b'),
            ("oprcanmerge", o => o.Name == "="),
            ("oprcanhash", o => o.Name == "="),
            ("oprleft", o => o.LeftType),
            ("oprright", o => o.RightType),
            ("oprresult", o => o.ResultType)),
        RowSource.Of<(uint Oid, string Name, string Handler, char Kind)>(
            "pg_am",
            _ => [(SystemOids.Heap, "heap", "heap_tableam_handler", 't'), (SystemOids.Btree, "btree", "bthandler", 'i')],
            ("oid", m => m.Oid),
            ("amname", m => m.Name),
            ("amhandler", m => FunctionCatalog.TypeFunction(m.Handler)),
            ("amtype", m => m.Kind)),
        RowSource.Of<(uint Oid, string Name, uint Family, uint Type)>(
            "pg_opclass",
            _ => _operatorClasses,
            ("oid", o => o.Oid),
            ("opcmethod", _ => SystemOids.Btree),
            ("opcname", o => o.Name),
            ("opcnamespace", _ => Catalog.PgCatalogOid),
            ("opcowner", _ => Owner),
            ("opcfamily", o => o.Family),
            ("opcintype", o => o.Type),
            ("opcdefault", _ => true)),
        RowSource.Of<(uint Oid, string Name)>(
            "pg_opfamily",
            _ => _operatorFamilies,
            ("oid", o => o.Oid),
            ("opfmethod", _ => SystemOids.Btree),
            ("opfname", o => o.Name),
            ("opfnamespace", _ => Catalog.PgCatalogOid),
            ("opfowner", _ => Owner)),
        RowSource.Of<(uint Oid, string Name, char Provider, int Encoding, string? Locale)>(
            "pg_collation",
            _ => [(100, "default", 'd', -1, null), (950, "C", 'c', -1, "C"), (951, "POSIX", 'c', -1, "POSIX")],
            ("oid", c => c.Oid),
            ("collname", c => c.Name),
            ("collnamespace", _ => Catalog.PgCatalogOid),
            ("collowner", _ => Owner),
            ("collprovider", c => c.Provider),
            ("collisdeterministic", _ => true),
            ("collencoding", c => c.Encoding),
            ("collcollate", c => c.Locale),
            ("collctype", c => c.Locale)),
        RowSource.Of<(uint Oid, string Name)>(
            "pg_language",
            _ => [(12, "internal"), (14, "sql")],
            ("oid", l => l.Oid),
            ("lanname", l => l.Name),
            ("lanowner", _ => Owner),
            ("lanpltrusted", l => l.Name == "sql")),
    ];

    private static IEnumerable<RowSource> Server() =>
    [
        RowSource.Of<string>(
            "pg_database",
            c => c.DatabaseNames,
            ("oid", d => SystemOids.Database(d)),
            ("datname", d => d),
            ("datdba", _ => Owner),
            ("encoding", _ => Utf8),
            ("datlocprovider", _ => 'c'),
            ("datallowconn", _ => true),
            ("datconnlimit", _ => -1),
            ("dattablespace", _ => SystemOids.DefaultTablespace),
            ("datcollate", _ => "C"),
            ("datctype", _ => "C")),
        RowSource.Of<(uint Oid, string Name)>(
            "pg_tablespace",
            _ => [(SystemOids.DefaultTablespace, "pg_default"), (SystemOids.GlobalTablespace, "pg_global")],
            ("oid", t => t.Oid),
            ("spcname", t => t.Name),
            ("spcowner", _ => Owner)),
        RowSource.Of<string>(
            "pg_authid",
            c => c.Roles,
            ("oid", r => SystemOids.Role(r)),
            ("rolname", r => r),
            ("rolsuper", _ => true),
            ("rolinherit", _ => true),
            ("rolcreaterole", _ => true),
            ("rolcreatedb", _ => true),
            ("rolcanlogin", _ => true),
            ("rolbypassrls", _ => true),
            ("rolconnlimit", _ => -1)),
        RowSource.Of<string>(
            "pg_roles",
            c => c.Roles,
            ("rolname", r => r),
            ("rolsuper", _ => true),
            ("rolinherit", _ => true),
            ("rolcreaterole", _ => true),
            ("rolcreatedb", _ => true),
            ("rolcanlogin", _ => true),
            ("rolreplication", _ => false),
            ("rolconnlimit", _ => -1),
            ("rolpassword", _ => "********"),
            ("rolbypassrls", _ => true),
            ("oid", r => SystemOids.Role(r))),
        Users("pg_user"),
        Users("pg_shadow"),
        RowSource.Of<(string Name, string Value)>(
            "pg_settings",
            c => (c.Session?.Settings ?? new SessionSettings()).All,
            ("name", s => s.Name),
            ("setting", s => s.Value),
            ("category", _ => "Settings"),
            ("short_desc", _ => ""),
            ("context", _ => "user"),
            ("vartype", _ => "string"),
            ("source", _ => "default"),
            ("boot_val", s => s.Value),
            ("reset_val", s => s.Value),
            ("pending_restart", _ => false)),
        RowSource.Of<KeyValuePair<string, Cursor>>(
            "pg_cursors",
            c => c.Session?.Cursors ?? [],
            ("name", k => k.Key),
            ("statement", _ => ""),
            ("is_holdable", k => k.Value.IsHeld),
            ("is_binary", _ => false),
            ("is_scrollable", _ => true)),
        RowSource.Of<KeyValuePair<string, PreparedStatement>>(
            "pg_prepared_statements",
            c => (c.Session?.PreparedStatements ?? new Dictionary<string, PreparedStatement>()).Where(s => s.Key.Length > 0),
            ("name", s => s.Key),
            ("statement", s => s.Value.Statement.Text),
            ("parameter_types", s => s.Value.ParameterTypes.Select(TypeOids.OidOf)),
            ("from_sql", _ => false),
            ("generic_plans", _ => 0),
            ("custom_plans", _ => 0)),
        RowSource.Of<TimeZoneInfo>(
            "pg_timezone_names",
            _ => TimeZoneInfo.GetSystemTimeZones(),
            ("name", z => z.Id),
            ("abbrev", z => z.StandardName),
            ("utc_offset", z => new Interval(0, 0, z.GetUtcOffset(DateTime.UtcNow).Ticks / TimeSpan.TicksPerMicrosecond)),
            ("is_dst", z => z.IsDaylightSavingTime(DateTime.UtcNow))),
    ];

    private static IEnumerable<RowSource> Views() =>
    [
        RowSource.WithContext<ClassEntry>(
            "pg_tables",
            c => c.Model.Classes.Where(e => e.Kind == 'r'),
            ("schemaname", (e, c) => c.Model.SchemaName(e.SchemaOid)),
            ("tablename", (e, _) => e.Name),
            ("tableowner", (_, _) => "root"),
            ("hasindexes", (e, c) => c.Model.HasIndex(e.Oid)),
            ("hasrules", (_, _) => false),
            ("hastriggers", (_, _) => false),
            ("rowsecurity", (_, _) => false)),
        RowSource.WithContext<ClassEntry>(
            "pg_views",
            c => c.Model.Classes.Where(e => e.Kind == 'v'),
            ("schemaname", (e, c) => c.Model.SchemaName(e.SchemaOid)),
            ("viewname", (e, _) => e.Name),
            ("viewowner", (_, _) => "root"),
            ("definition", (e, _) => ItemText.View(e.Relation))),
        RowSource.WithContext<ClassEntry>(
            "pg_matviews",
            c => c.Model.Classes.Where(e => e.Kind == 'm'),
            ("schemaname", (e, c) => c.Model.SchemaName(e.SchemaOid)),
            ("matviewname", (e, _) => e.Name),
            ("matviewowner", (_, _) => "root"),
            ("hasindexes", (e, c) => c.Model.HasIndex(e.Oid)),
            ("ispopulated", (_, _) => true),
            ("definition", (e, _) => ItemText.View(e.Relation))),
        RowSource.WithContext<IndexEntry>(
            "pg_indexes",
            c => c.Model.Indexes,
            ("schemaname", (i, c) => c.Model.SchemaName(i.SchemaOid)),
            ("tablename", (i, _) => i.Relation.Name),
            ("indexname", (i, _) => i.Name),
            ("indexdef", (i, c) => ItemText.Index(i, c.Model))),
    ];

    private static IEnumerable<RowSource> Statistics() =>
    [
        RowSource.Of<Session>(
            "pg_stat_activity",
            c => c.Sessions,
            ("datid", s => SystemOids.Database(s.Database.Name)),
            ("datname", s => s.Database.Name),
            ("pid", s => s.ProcessId),
            ("usesysid", s => SystemOids.Role(s.User)),
            ("usename", s => s.User),
            ("application_name", s => s.Settings.Get("application_name")),
            ("state", s => s.Status switch
            {
                TransactionStatus.InTransaction => "idle in transaction",
                TransactionStatus.Failed => "idle in transaction (aborted)",
                _ => s.IsRunning ? "active" : "idle",
            }),
            ("xact_start", s => s.Transaction?.NowMicroseconds),
            ("query", s => s.LastQuery),
            ("backend_type", _ => "client backend")),
        RowSource.WithContext<string>(
            "pg_stat_database",
            c => c.DatabaseNames,
            ("datid", (d, _) => SystemOids.Database(d)),
            ("datname", (d, _) => d),
            ("numbackends", (d, c) => c.Sessions.Count(s => s.Database.Name == d)),
            ("xact_commit", (_, _) => 0),
            ("xact_rollback", (_, _) => 0),
            ("blks_read", (_, _) => 0),
            ("blks_hit", (_, _) => 0),
            ("tup_returned", (_, _) => 0),
            ("tup_fetched", (_, _) => 0),
            ("tup_inserted", (_, _) => 0),
            ("tup_updated", (_, _) => 0),
            ("tup_deleted", (_, _) => 0),
            ("conflicts", (_, _) => 0),
            ("temp_files", (_, _) => 0),
            ("temp_bytes", (_, _) => 0),
            ("deadlocks", (_, _) => 0),
            ("blk_read_time", (_, _) => 0),
            ("blk_write_time", (_, _) => 0)),
        TableStatistics("pg_stat_all_tables", _ => true),
        TableStatistics("pg_stat_user_tables", CatalogModel.IsUser),
        TableStatistics("pg_stat_sys_tables", e => !CatalogModel.IsUser(e)),
        IndexStatistics("pg_stat_all_indexes", _ => true),
        IndexStatistics("pg_stat_user_indexes", i => !SystemOids.IsSystemSchema(i.SchemaOid)),
    ];

    private static RowSource Users(string name) => RowSource.Of<string>(
        name,
        c => c.Roles,
        ("usename", r => r),
        ("usesysid", r => SystemOids.Role(r)),
        ("usecreatedb", _ => true),
        ("usesuper", _ => true),
        ("userepl", _ => false),
        ("usebypassrls", _ => true),
        ("passwd", _ => "********"));

    private static RowSource TableStatistics(string name, Func<ClassEntry, bool> isListed) => RowSource.WithContext<(ClassEntry Class, long Rows)>(
        name,
        c =>
        {
            Dictionary<uint, long> rows = c.Database.Engine.Figures().ToDictionary(f => f.Id.Value, f => f.Rows);
            return c.Model.Classes.Where(e => e.Kind is 'r' or 'm' && isListed(e)).Select(e => (e, rows.GetValueOrDefault(e.Oid)));
        },
        ("relid", (e, _) => e.Class.Oid),
        ("schemaname", (e, c) => c.Model.SchemaName(e.Class.SchemaOid)),
        ("relname", (e, _) => e.Class.Name),
        ("seq_scan", (_, _) => 0),
        ("seq_tup_read", (_, _) => 0),
        ("idx_scan", (_, _) => 0),
        ("idx_tup_fetch", (_, _) => 0),
        ("n_tup_ins", (_, _) => 0),
        ("n_tup_upd", (_, _) => 0),
        ("n_tup_del", (_, _) => 0),
        ("n_tup_hot_upd", (_, _) => 0),
        ("n_live_tup", (e, _) => e.Rows),
        ("n_dead_tup", (_, _) => 0),
        ("n_mod_since_analyze", (_, _) => 0),
        ("n_ins_since_vacuum", (_, _) => 0),
        ("vacuum_count", (_, _) => 0),
        ("autovacuum_count", (_, _) => 0),
        ("analyze_count", (_, _) => 0),
        ("autoanalyze_count", (_, _) => 0));

    private static RowSource IndexStatistics(string name, Func<IndexEntry, bool> isListed) => RowSource.WithContext<IndexEntry>(
        name,
        c => c.Model.Indexes.Where(isListed),
        ("relid", (i, _) => i.Relation.Oid),
        ("indexrelid", (i, _) => i.Oid),
        ("schemaname", (i, c) => c.Model.SchemaName(i.SchemaOid)),
        ("relname", (i, _) => i.Relation.Name),
        ("indexrelname", (i, _) => i.Name),
        ("idx_scan", (_, _) => 0),
        ("idx_tup_read", (_, _) => 0),
        ("idx_tup_fetch", (_, _) => 0));

    private static string SubscriptHandler(TypeFacts type) => type.Name switch
    {
        "jsonb" => "jsonb_subscript_handler",
        "name" => "raw_array_subscript_handler",
        _ when type.ElementOid != 0 => "array_subscript_handler",
        _ => "-",
    };

    /// <summary>The default operator class of a type; varchar has text's, and every array and record one.</summary>
    private static uint OperatorClassOf(SqlType type)
    {
        uint oid = type.Kind switch
        {
            SqlTypeKind.Varchar => TypeOids.Text,
            SqlTypeKind.Array => 2277,
            _ => TypeOids.OidOf(type),
        };
        return _operatorClasses.FirstOrDefault(o => o.Type == oid).Oid;
    }
}
