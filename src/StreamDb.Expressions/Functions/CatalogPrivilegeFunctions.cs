using System.Text;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>has_table_privilege and its kind. Every role may do everything; a relation or schema that does not exist is an error as in PostgreSQL.</summary>
internal static class CatalogPrivilegeFunctions
{
    public static void Declare(FunctionTable t)
    {
        foreach (string name in (string[])["has_table_privilege", "has_any_column_privilege"])
        {
            Privilege(t, name, OnRelation);
        }

        Privilege(t, "has_schema_privilege", OnSchema);
        foreach (string kind in (string[])["database", "function", "type", "sequence", "tablespace", "language", "server", "foreign_data_wrapper"])
        {
            Privilege(t, $"has_{kind}_privilege", (text, _) => true);
        }

        Columns(t);
        foreach (string role in (string[])["", "name,", "oid,"])
        {
            string signatures = $"pg_has_role({role}name,text) bool; pg_has_role({role}oid,text) bool";
            t.Bound(signatures, _ => new ScalarImplementation((VariadicArguments a) => true, FailureMode.None), returnsNull: false, volatility: Volatility.Stable);
        }
    }

    private static void Privilege(FunctionTable t, string name, Func<ByteSlice, EvaluationContext, bool> byName)
    {
        t.Of($"{name}(text,text) bool", (ByteSlice item, ByteSlice privilege, EvaluationContext c) => byName(item, c), Volatility.Stable);
        t.Total($"{name}(oid,text) bool", (int item, ByteSlice privilege) => true, Volatility.Stable);
        t.Of($"{name}(name,text,text) bool", (ByteSlice user, ByteSlice item, ByteSlice privilege, EvaluationContext c) => byName(item, c), Volatility.Stable);
        t.Total($"{name}(name,oid,text) bool", (ByteSlice user, int item, ByteSlice privilege) => true, Volatility.Stable);
        t.Of($"{name}(oid,text,text) bool", (int user, ByteSlice item, ByteSlice privilege, EvaluationContext c) => byName(item, c), Volatility.Stable);
        t.Total($"{name}(oid,oid,text) bool", (int user, int item, ByteSlice privilege) => true, Volatility.Stable);
    }

    private static void Columns(FunctionTable t)
    {
        foreach (string role in (string[])["", "name,", "oid,"])
        {
            foreach (string column in (string[])["text", "int2"])
            {
                string signatures = $"has_column_privilege({role}text,{column},text) bool; has_column_privilege({role}oid,{column},text) bool";
                t.Bound(signatures, _ => new ScalarImplementation((VariadicArguments a) => true, FailureMode.None), returnsNull: false, volatility: Volatility.Stable);
            }
        }
    }

    private static bool OnRelation(ByteSlice name, EvaluationContext c) => Exists(SqlTypeKind.RegClass, name, c)
        ? true
        : throw new SqlException(SqlState.UndefinedTable, $"relation \"{Encoding.UTF8.GetString(name.Span)}\" does not exist");

    private static bool OnSchema(ByteSlice name, EvaluationContext c) => Exists(SqlTypeKind.RegNamespace, name, c)
        ? true
        : throw new SqlException(SqlState.InvalidSchemaName, $"schema \"{Encoding.UTF8.GetString(name.Span)}\" does not exist");

    private static bool Exists(SqlTypeKind kind, ByteSlice name, EvaluationContext c) =>
        c.Catalog is null || c.Catalog.OidOf(kind, Encoding.UTF8.GetString(name.Span)) is not null;
}
