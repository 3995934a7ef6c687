using System.Globalization;
using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>PostgreSQL's functions about catalog items, sizes, settings and sessions.</summary>
/// <remarks>They ask <see cref="EvaluationContext.Catalog"/>; where there is none they know no items.</remarks>
internal static class CatalogFunctions
{
    private const string VersionText = "PostgreSQL 15.4 (StreamDb 0.1)";
    private const int Utf8Encoding = 6;

    public static void Declare(FunctionTable t)
    {
        DeclareDefinitions(t);
        DeclareNames(t);
        DeclareSizes(t);
        DeclareSession(t);
        DeclareProperties(t);
    }

    private static void DeclareDefinitions(FunctionTable t)
    {
        t.Total("format_type(oid,int4) text", FormatType, Volatility.Stable);
        t.Total("pg_get_expr(pg_node_tree,oid) text", (ByteSlice expression, int relation) => expression, Volatility.Stable);
        t.Total("pg_get_expr(pg_node_tree,oid,bool) text", (ByteSlice expression, int relation, bool pretty) => expression, Volatility.Stable);
        t.Total("pg_get_indexdef(oid) text", (int index, EvaluationContext c) => Text(c, c.Catalog?.IndexDefinition((uint)index, 0)), Volatility.Stable);
        t.Total(
            "pg_get_indexdef(oid,int4,bool) text",
            (int index, int column, bool pretty, EvaluationContext c) => Text(c, c.Catalog?.IndexDefinition((uint)index, column)),
            Volatility.Stable);
        t.Total("pg_get_constraintdef(oid) text", (int oid, EvaluationContext c) => Text(c, c.Catalog?.ConstraintDefinition((uint)oid)), Volatility.Stable);
        t.Total(
            "pg_get_constraintdef(oid,bool) text",
            (int oid, bool pretty, EvaluationContext c) => Text(c, c.Catalog?.ConstraintDefinition((uint)oid)),
            Volatility.Stable);
        t.Total("pg_get_viewdef(oid) text", (int view, EvaluationContext c) => Text(c, c.Catalog?.ViewDefinition((uint)view)), Volatility.Stable);
        t.Total(
            "pg_get_viewdef(oid,bool) text",
            (int view, bool pretty, EvaluationContext c) => Text(c, c.Catalog?.ViewDefinition((uint)view)),
            Volatility.Stable);
        t.Total(
            "pg_get_viewdef(oid,int4) text",
            (int view, int width, EvaluationContext c) => Text(c, c.Catalog?.ViewDefinition((uint)view)),
            Volatility.Stable);
        t.Of("pg_get_viewdef(text) text", ViewByName, Volatility.Stable);
        t.Of("pg_get_viewdef(text,bool) text", (ByteSlice view, bool pretty, EvaluationContext c) => ViewByName(view, c), Volatility.Stable);
        t.Total("pg_get_ruledef(oid) text", (int rule, EvaluationContext c) => Text(c, c.Catalog?.RuleDefinition((uint)rule)), Volatility.Stable);
        t.Total(
            "pg_get_ruledef(oid,bool) text",
            (int rule, bool pretty, EvaluationContext c) => Text(c, c.Catalog?.RuleDefinition((uint)rule)),
            Volatility.Stable);
        t.Total(
            "pg_get_function_arguments(oid) text; pg_get_function_identity_arguments(oid) text",
            (int function, EvaluationContext c) => Text(c, c.Catalog?.FunctionArguments((uint)function)),
            Volatility.Stable);
        t.Total(
            "pg_get_function_result(oid) text",
            (int function, EvaluationContext c) => Text(c, c.Catalog?.FunctionResult((uint)function)),
            Volatility.Stable);

        // Kinds of items that do not exist here.
        t.Total(
            "pg_get_triggerdef(oid) text; pg_get_functiondef(oid) text; pg_get_function_sqlbody(oid) text; pg_get_partkeydef(oid) text;"
            + " pg_get_partition_constraintdef(oid) text; pg_get_statisticsobjdef(oid) text; pg_get_statisticsobjdef_columns(oid) text",
            (int oid) => NoText(),
            Volatility.Stable);
        t.Total("pg_get_triggerdef(oid,bool) text", (int oid, bool pretty) => NoText(), Volatility.Stable);
        t.Total("pg_get_serial_sequence(text,text) text", (ByteSlice table, ByteSlice column) => NoText(), Volatility.Stable);
        t.Total("obj_description(oid) text", (int oid, EvaluationContext c) => Text(c, c.Catalog?.Comment((uint)oid, null, 0)), Volatility.Stable);
        t.Total(
            "obj_description(oid,name) text",
            (int oid, ByteSlice catalog, EvaluationContext c) => Text(c, c.Catalog?.Comment((uint)oid, String(catalog), 0)),
            Volatility.Stable);
        t.Total(
            "col_description(oid,int4) text",
            (int relation, int column, EvaluationContext c) => Text(c, column < 1 ? null : c.Catalog?.Comment((uint)relation, "pg_class", column)),
            Volatility.Stable);
        t.Total("shobj_description(oid,name) text", (int oid, ByteSlice catalog) => NoText(), Volatility.Stable);
    }

    private static void DeclareNames(FunctionTable t)
    {
        t.Total("pg_table_is_visible(oid) bool", (int oid, EvaluationContext c) => c.Catalog?.IsVisible((uint)oid), Volatility.Stable);

        // Types, functions and their kind are all in pg_catalog, which is always searched.
        t.Total(
            "pg_type_is_visible(oid) bool; pg_function_is_visible(oid) bool; pg_operator_is_visible(oid) bool; pg_opclass_is_visible(oid) bool;"
            + " pg_opfamily_is_visible(oid) bool; pg_collation_is_visible(oid) bool; pg_conversion_is_visible(oid) bool;"
            + " pg_statistics_obj_is_visible(oid) bool; pg_ts_dict_is_visible(oid) bool; pg_ts_config_is_visible(oid) bool;"
            + " pg_ts_parser_is_visible(oid) bool; pg_ts_template_is_visible(oid) bool",
            (int oid) => true,
            Volatility.Stable);
        t.Total("pg_get_userbyid(oid) name", RoleName, Volatility.Stable);
        t.Total("current_schemas(bool) name[]", CurrentSchemas, Volatility.Stable);
        t.Of("to_regclass(text) regclass", (ByteSlice name, EvaluationContext c) => Registered(SqlTypeKind.RegClass, name, c), Volatility.Stable);
        t.Of("to_regtype(text) regtype", (ByteSlice name, EvaluationContext c) => Registered(SqlTypeKind.RegType, name, c), Volatility.Stable);
        t.Of("to_regproc(text) regproc", (ByteSlice name, EvaluationContext c) => Registered(SqlTypeKind.RegProc, name, c), Volatility.Stable);
        t.Of(
            "to_regnamespace(text) regnamespace",
            (ByteSlice name, EvaluationContext c) => Registered(SqlTypeKind.RegNamespace, name, c),
            Volatility.Stable);
        t.Of("to_regrole(text) regrole", (ByteSlice name, EvaluationContext c) => Registered(SqlTypeKind.RegRole, name, c), Volatility.Stable);
        t.Total("pg_encoding_to_char(int4) name", (int encoding, EvaluationContext c) => c.Text(encoding == Utf8Encoding ? "UTF8" : ""), Volatility.Stable);
        t.Total(
            "pg_char_to_encoding(name) int4",
            (ByteSlice name) => String(name).Replace("-", "", StringComparison.Ordinal).Equals("UTF8", StringComparison.OrdinalIgnoreCase) ? Utf8Encoding : -1,
            Volatility.Stable);
        t.Total("getdatabaseencoding() name; pg_client_encoding() name", (EvaluationContext c) => c.Text("UTF8"), Volatility.Stable);
        t.Total("pg_tablespace_location(oid) text", (int tablespace, EvaluationContext c) => c.Text(""), Volatility.Stable);
    }

    private static void DeclareSizes(FunctionTable t)
    {
        t.Total(
            "pg_relation_size(regclass) int8; pg_table_size(regclass) int8; pg_total_relation_size(regclass) int8",
            (int relation, EvaluationContext c) => c.Catalog?.RelationBytes((uint)relation),
            Volatility.Volatile);
        t.Total(
            "pg_relation_size(regclass,text) int8",
            (int relation, ByteSlice fork, EvaluationContext c) => c.Catalog?.RelationBytes((uint)relation),
            Volatility.Volatile);
        t.Total("pg_indexes_size(regclass) int8; pg_tablespace_size(oid) int8", (int oid) => 0L, Volatility.Volatile);
        t.Total("pg_database_size(name) int8", (ByteSlice name, EvaluationContext c) => c.Catalog?.DatabaseBytes, Volatility.Volatile);
        t.Total("pg_database_size(oid) int8", (int oid, EvaluationContext c) => c.Catalog?.DatabaseBytes, Volatility.Volatile);
        t.Total("pg_size_pretty(int8) text", (long bytes, EvaluationContext c) => c.Text(Pretty(bytes)));
        t.Total("pg_size_pretty(numeric) text", (Numeric bytes, EvaluationContext c) => c.Text(Pretty((long)decimal.Truncate(bytes.Value))));
        t.Total("pg_stat_get_numscans(oid) int8; pg_stat_get_live_tuples(oid) int8; pg_stat_get_dead_tuples(oid) int8", (int oid) => 0L, Volatility.Volatile);
    }

    private static void DeclareSession(FunctionTable t)
    {
        t.Total("version() text", (EvaluationContext c) => c.Text(VersionText), Volatility.Stable);
        t.Total("pg_backend_pid() int4", (EvaluationContext c) => c.Catalog?.ProcessId ?? 0, Volatility.Stable);
        t.Of("current_setting(text) text", (ByteSlice name, EvaluationContext c) => Setting(name, false, c), Volatility.Stable);
        t.Of("current_setting(text,bool) text", Setting, Volatility.Stable);
        t.Of("set_config(text,text,bool) text", ChangeSetting, Volatility.Volatile);
        t.Of("pg_cancel_backend(int4) bool; pg_terminate_backend(int4) bool", (int id, EvaluationContext c) => c.Catalog?.CancelSession(id) ?? false, Volatility.Volatile);
        t.Total(
            "pg_is_in_recovery() bool; pg_jit_available() bool; pg_is_wal_replay_paused() bool",
            (EvaluationContext c) => false,
            Volatility.Stable);
        t.Total("pg_is_other_temp_schema(oid) bool", (int schema) => false, Volatility.Stable);
        t.Total("pg_my_temp_schema() oid", (EvaluationContext c) => 0, Volatility.Stable);
        t.Total("pg_advisory_unlock_all() void", (EvaluationContext c) => c.Text(""), Volatility.Volatile);
        t.Total("txid_current() int8", (EvaluationContext c) => 1L, Volatility.Stable);
        t.Total("age(xid) int4", (int transaction) => 0, Volatility.Stable);
    }

    private static void DeclareProperties(FunctionTable t)
    {
        t.Total("pg_relation_is_updatable(regclass,bool) int4", RelationIsUpdatable, Volatility.Stable);
        t.Total(
            "pg_column_is_updatable(regclass,int2,bool) bool",
            (int relation, short column, bool triggers, EvaluationContext c) => RelationIsUpdatable(relation, triggers, c) != 0,
            Volatility.Stable);
        t.Total("pg_relation_is_publishable(regclass) bool", (int relation) => false, Volatility.Stable);
        t.Total("pg_indexam_has_property(oid,text) bool", (int method, ByteSlice property) => MethodProperty(String(property)), Volatility.Stable);
        t.Total("pg_index_has_property(regclass,text) bool", (int index, ByteSlice property) => false, Volatility.Stable);
        t.Total(
            "pg_index_column_has_property(regclass,int4,text) bool",
            (int index, int column, ByteSlice property) => ColumnProperty(String(property)),
            Volatility.Stable);
        t.Total("_pg_char_max_length(oid,int4) int4", CharacterLength);
        t.Total("_pg_numeric_precision(oid,int4) int4", (int type, int modifier) => TypePrecision.Of(TypeOf(type, modifier)).Precision);
        t.Total("_pg_numeric_precision_radix(oid,int4) int4", (int type, int modifier) => TypePrecision.Of(TypeOf(type, modifier)).Radix);
        t.Total("_pg_numeric_scale(oid,int4) int4", (int type, int modifier) => TypePrecision.Of(TypeOf(type, modifier)).Scale);
        t.Total("_pg_datetime_precision(oid,int4) int4", (int type, int modifier) => TypePrecision.DateTimePrecision(TypeOf(type, modifier)));
    }

    private static ByteSlice? FormatType(int? oid, int? modifier, EvaluationContext c)
    {
        if (oid is null)
        {
            return null;
        }

        if (oid == 0)
        {
            return c.Text("-");
        }

        SqlType? type = TypeOids.TypeOf((uint)oid.Value);
        if (type is null)
        {
            return c.Text("???");
        }

        // PostgreSQL tells "no modifier asked for" from "no modifier": only the latter is a bpchar of any length.
        SqlType element = (type.Element ?? type).WithModifier(modifier ?? -1);
        string name = element.Kind == SqlTypeKind.Bpchar && modifier is < 0 ? "bpchar" : element.ToString();
        return c.Text(type.IsArray ? name + "[]" : name);
    }

    private static ByteSlice? ViewByName(ByteSlice view, EvaluationContext c) =>
        Text(c, c.Catalog?.ViewDefinition(c.Catalog.OidOf(SqlTypeKind.RegClass, String(view)) ?? throw NoRelation(view)));

    private static int? Registered(SqlTypeKind type, ByteSlice name, EvaluationContext c) => (int?)c.Catalog?.OidOf(type, String(name));

    private static ByteSlice RoleName(int oid, EvaluationContext c) => c.Text(
        c.Catalog?.RoleName((uint)oid) ?? string.Create(CultureInfo.InvariantCulture, $"unknown (OID={(uint)oid})"));

    private static ByteSlice CurrentSchemas(bool withImplicit, EvaluationContext c)
    {
        ArrayWriter array = new ArrayWriter().Begin(SqlType.Name);
        IEnumerable<string> schemas = c.SearchPath;
        if (withImplicit && !c.SearchPath.Contains("pg_catalog"))
        {
            schemas = schemas.Prepend("pg_catalog");
        }

        foreach (string schema in schemas.Where(s => c.Catalog is null || c.Catalog.OidOf(SqlTypeKind.RegNamespace, Quoted(s)) is not null))
        {
            array.Append(Encoding.UTF8.GetBytes(schema));
        }

        using ByteWriter bytes = ByteWriter.Rent();
        array.Finish(bytes);
        return c.Bytes(bytes.Written);
    }

    private static ByteSlice? Setting(ByteSlice name, bool missingIsNull, EvaluationContext c) => c.Catalog?.Setting(String(name)) is { } value
        ? c.Text(value)
        : missingIsNull ? null
        : throw new SqlException(SqlState.UndefinedObject, $"unrecognized configuration parameter \"{String(name)}\"");

    private static ByteSlice? ChangeSetting(ByteSlice name, ByteSlice value, bool isLocal, EvaluationContext c)
    {
        c.Catalog?.ChangeSetting(String(name), String(value), isLocal);
        return value;
    }

    /// <summary>A bit each for UPDATE (4), INSERT (8) and DELETE (16).</summary>
    private static int RelationIsUpdatable(int relation, bool triggers, EvaluationContext c) =>
        c.Catalog?.IsVisible((uint)relation) is null || c.Catalog.ViewDefinition((uint)relation) is not null ? 0 : 4 | 8 | 16;

    private static bool? MethodProperty(string property) => property switch
    {
        "can_order" or "can_unique" or "can_multi_col" or "can_include" => true,
        "can_exclude" => false,
        _ => null,
    };

    private static bool? ColumnProperty(string property) => property switch
    {
        "asc" or "nulls_last" or "orderable" or "returnable" or "search_array" or "search_nulls" => true,
        "desc" or "nulls_first" or "distance_orderable" => false,
        _ => null,
    };

    private static int? CharacterLength(int type, int modifier) =>
        TypeOids.TypeOf((uint)type)?.Kind is SqlTypeKind.Varchar or SqlTypeKind.Bpchar && modifier >= 4 ? modifier - 4 : null;

    private static SqlType? TypeOf(int type, int modifier) => TypeOids.TypeOf((uint)type)?.WithModifier(modifier);

    /// <summary>As pg_size_pretty: the largest unit in which the size is at least ten, rounded half away from zero.</summary>
    private static string Pretty(long bytes)
    {
        ReadOnlySpan<string> units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
        decimal size = bytes;
        int unit = 0;
        while (unit < units.Length - 1 && Math.Round(Math.Abs(size), MidpointRounding.AwayFromZero) >= 10 * 1024)
        {
            size /= 1024;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{decimal.Round(size, MidpointRounding.AwayFromZero)} {units[unit]}");
    }

    private static string Quoted(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static ByteSlice? NoText() => null;

    private static ByteSlice? Text(EvaluationContext c, string? text) => text is null ? null : c.Text(text);

    private static string String(ByteSlice text) => Encoding.UTF8.GetString(text.Span);

    private static SqlException NoRelation(ByteSlice name) => new(SqlState.UndefinedTable, $"relation \"{String(name)}\" does not exist");
}
