using StreamDb.Coordinator.SystemRelations;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using Xunit;

namespace StreamDb.Tests.Coordinator.SystemRelations;

public sealed class PgCatalogTests(CatalogDatabase database) : IClassFixture<CatalogDatabase>
{
    [Fact]
    public void Pg_class_lists_tables_views_and_indexes_with_keys() => Expect(
        "SELECT relname, relkind, relhasindex, relchecks, relnatts, relam FROM pg_class WHERE relnamespace = 2200 ORDER BY 1",
        "counts|m|f|0|2|2",
        "dear|v|f|0|2|0",
        "things|r|t|1|5|2",
        "things_name|i|f|0|2|403",
        "things_pkey|i|f|0|1|403");

    [Fact]
    public void Pg_attribute_has_rows_for_relations_and_indexes() => Expect(
        """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnum, a.attnotnull, a.atthasdef
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.relname LIKE 'things%' ORDER BY c.relname, a.attnum
        """,
        "things|id|integer|1|t|f",
        "things|name|character varying(20)|2|t|t",
        "things|price|numeric(12,2)|3|f|f",
        "things|at|timestamp with time zone|4|f|f",
        "things|tags|text[]|5|f|f",
        "things_name|name|character varying(20)|1|f|f",
        "things_name|at|timestamp with time zone|2|f|f",
        "things_pkey|id|integer|1|f|f");

    [Fact]
    public void Columns_of_views_are_never_not_null() =>
        Expect("SELECT count(*) FROM pg_attribute WHERE attrelid IN ('dear'::regclass, 'counts'::regclass) AND attnotnull", "0");

    [Fact]
    public void A_primary_key_is_an_index_and_a_constraint_that_agree() => Expect(
        """
        SELECT i.indexrelid::regclass, i.indisprimary, i.indisunique, i.indkey, k.conname, k.contype, k.conkey, pg_get_constraintdef(k.oid)
        FROM pg_index i JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = i.indrelid
        """,
        "things_pkey|t|t|1|things_pkey|p|{1}|PRIMARY KEY (id)");

    [Fact]
    public void Indexes_show_their_keys_directions_and_definitions() => Expect(
        "SELECT indkey, indoption, indclass, pg_get_indexdef(indexrelid), pg_get_indexdef(indexrelid, 2, true) FROM pg_index WHERE NOT indisprimary",
        "2 4|0 3|3126 3127|CREATE INDEX things_name ON public.things USING btree (name, at DESC)|at");

    [Fact]
    public void Checks_defaults_and_comments_are_listed()
    {
        Expect(
            "SELECT conname, contype, conkey FROM pg_constraint WHERE contype = 'c' AND conrelid = 'things'::regclass",
            "things_price_check|c|{3}");
        Expect("SELECT adnum, pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'things'::regclass", "2|'x'");
        Expect(
            "SELECT obj_description('things'::regclass, 'pg_class'), col_description('things'::regclass, 2), col_description('things'::regclass, 1)",
            "all of them|what it is called|∅");
    }

    [Fact]
    public void Array_types_are_known_by_their_receive_function() => Expect(
        """
        SELECT t.typname, t.typelem, p.proname FROM pg_type t JOIN pg_proc p ON p.oid = t.typreceive
        WHERE t.oid IN (23, 1007, 1009, 1231) ORDER BY t.oid
        """,
        "int4|0|int4recv",
        "_int4|23|array_recv",
        "_text|25|array_recv",
        "_numeric|1700|array_recv");

    [Fact]
    public void Every_type_has_functions_and_its_array_refers_back()
    {
        Expect("SELECT typname FROM pg_type t WHERE NOT EXISTS (SELECT 1 FROM pg_proc p WHERE p.oid = t.typinput)");
        Expect("SELECT typname FROM pg_type t WHERE typarray <> 0 AND NOT EXISTS (SELECT 1 FROM pg_type a WHERE a.oid = t.typarray AND a.typelem = t.oid)");
        Expect("SELECT oid FROM pg_proc GROUP BY oid HAVING count(*) > 1");
    }

    [Fact]
    public void Functions_have_the_oids_their_signatures_give()
    {
        FunctionEntry length = FunctionCatalog.Named("length").First(f => f.ArgumentTypes is [TypeOids.Text]);
        Assert.Equal(SystemOids.Function("length(text)"), length.Oid);
        Expect($"SELECT proname, prokind, pg_get_function_arguments(oid), pg_get_function_result(oid) FROM pg_proc WHERE oid = {length.Oid}", "length|f|text|integer");
        Expect("SELECT DISTINCT prokind FROM pg_proc WHERE proname = 'sum'", "a");
    }

    [Fact]
    public void A_view_depends_on_what_it_reads_through_its_rule() => Expect(
        """
        SELECT v.relname, t.relname FROM pg_depend d JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
        JOIN pg_class v ON v.oid = r.ev_class JOIN pg_class t ON t.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
        WHERE d.deptype = 'n' ORDER BY 1
        """,
        "counts|things",
        "dear|things");

    [Fact]
    public void Registered_names_are_read_and_written()
    {
        Expect(
            "SELECT 'things'::regclass, 'other.\"Mixed Case\"'::regclass, 'pg_catalog.array_in'::regproc, 'int4'::regtype, 'public'::regnamespace, 'root'::regrole",
            "things|other.\"Mixed Case\"|array_in|integer|public|root");
        Expect("SELECT 'things'::regclass::text || '!', text 'dev.public.things'::regclass::oid = 'things'::regclass", "things!|t");
        Expect("SELECT to_regclass('nope'), to_regtype('text[]')::oid, 0::regclass", "∅|1009|-");
        Assert.Equal(SqlState.UndefinedTable, database.Fails("SELECT 'nope'::regclass").State);
        Assert.Equal(SqlState.UndefinedObject, database.Fails("SELECT 'nope'::regtype").State);
        Assert.Equal(SqlState.UndefinedFunction, database.Fails("SELECT 'nope'::regproc").State);
        Assert.Equal(SqlState.AmbiguousFunction, database.Fails("SELECT 'length'::regproc").State);
    }

    [Fact]
    public void A_relation_is_visible_unless_its_schema_is_not_searched() => Expect(
        "SELECT relname, pg_table_is_visible(oid) FROM pg_class WHERE relname IN ('things', 'Mixed Case', 'pg_class', 'schemata') ORDER BY 1",
        "Mixed Case|f",
        "pg_class|t",
        "schemata|f",
        "things|t");

    [Fact]
    public void Format_type_prints_modifiers_and_strangers() => Expect(
        "SELECT format_type(1700, 786438), format_type(1015, 24), format_type(1042, NULL), format_type(1042, -1), format_type(0, -1), format_type(99999, NULL), format_type(NULL, 1)",
        "numeric(12,2)|character varying(20)[]|character|bpchar|-|???|∅");

    [Fact]
    public void Sizes_are_printed_in_the_largest_fitting_unit() => Expect(
        "SELECT pg_size_pretty(0::bigint), pg_size_pretty(10239::bigint), pg_size_pretty(10240::bigint), pg_size_pretty(123456789::bigint)",
        "0 bytes|10239 bytes|10 kB|118 MB");

    [Fact]
    public void Settings_can_be_read_and_changed_by_functions()
    {
        Expect("SELECT set_config('application_name', 'tester', false)", "tester");
        Expect("SELECT current_setting('application_name'), current_setting('no.such', true)", "tester|∅");
        Expect("SELECT setting FROM pg_settings WHERE name = 'application_name'", "tester");
        Expect("SELECT application_name, state, datname FROM pg_stat_activity WHERE pid = pg_backend_pid()", "tester|active|dev");
        Assert.Equal(SqlState.UndefinedObject, database.Fails("SELECT current_setting('nope')").State);
    }

    [Fact]
    public void Privileges_are_all_there_but_not_on_what_is_missing()
    {
        Expect(
            "SELECT has_table_privilege('things', 'SELECT'), has_schema_privilege('root', 'public', 'USAGE'), has_database_privilege('dev', 'CONNECT'), pg_has_role('root', 'MEMBER')",
            "t|t|t|t");
        Assert.Equal(SqlState.UndefinedTable, database.Fails("SELECT has_table_privilege('nope', 'SELECT')").State);
    }

    [Fact]
    public void Information_schema_knows_tables_and_views_but_no_materialized_views()
    {
        Expect(
            "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
            "dear|VIEW",
            "things|BASE TABLE");
        Expect(
            """
            SELECT column_name, is_nullable, data_type, character_maximum_length, numeric_precision, numeric_scale, udt_name
            FROM information_schema.columns WHERE table_name = 'things' ORDER BY ordinal_position
            """,
            "id|NO|integer|∅|32|0|int4",
            "name|NO|character varying|20|∅|∅|varchar",
            "price|YES|numeric|∅|12|2|numeric",
            "at|YES|timestamp with time zone|∅|∅|∅|timestamptz",
            "tags|YES|ARRAY|∅|∅|∅|_text");
        Expect(
            """
            SELECT k.column_name FROM information_schema.table_constraints c JOIN information_schema.key_column_usage k USING (constraint_schema, constraint_name)
            WHERE c.table_name = 'things' AND c.constraint_type = 'PRIMARY KEY'
            """,
            "id");
    }

    [Fact]
    public void Materialized_views_are_in_pg_matviews() => Expect(
        "SELECT schemaname, matviewname, matviewowner, ispopulated FROM pg_matviews", "public|counts|root|t");

    [Fact]
    public void Show_lists_items()
    {
        Expect("SHOW TABLES", "things");
        Expect("SHOW VIEWS", "dear");
        Expect("SHOW MATERIALIZED VIEWS", "counts");
        Expect("SHOW INDEXES FROM things", "things_name", "things_pkey");
        Expect("SHOW SOURCES");
        Expect("SHOW DATABASES", "dev");
        Expect("SHOW COLUMNS FROM dear", "id|integer|t", "name|character varying(20)|t");
    }

    [Fact]
    public void Every_system_relation_can_be_read()
    {
        foreach (string name in database.Run("SELECT nspname || '.' || relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace WHERE c.oid < 16384"))
        {
            database.Run($"SELECT * FROM {name}");
        }
    }

    private void Expect(string sql, params string[] rows) => Assert.Equal(rows, database.Run(sql));
}
