using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>What a session knows of itself, and functions about values as such.</summary>
internal static class SystemFunctions
{
    public static void Declare(FunctionTable t)
    {
        t.Total("current_user() name; session_user() name; user() name; current_role() name", User, Volatility.Stable);
        t.Total("current_database() name; current_catalog() name", Database, Volatility.Stable);
        t.Total("current_schema() name", Schema, Volatility.Stable);
        t.Total("gen_random_uuid() uuid; uuid_generate_v4() uuid", RandomUuid, Volatility.Volatile);
        t.Bound(
            "pg_typeof(any) text",
            call => new ScalarImplementation(new TypeName(call.Arguments[0].Type).Name, FailureMode.None),
            isStrict: false,
            returnsNull: false);
        t.Bound("greatest(variadic anyelement) anyelement", call => Extreme.Bind(call.Type, isGreatest: true), isStrict: false);
        t.Bound("least(variadic anyelement) anyelement", call => Extreme.Bind(call.Type, isGreatest: false), isStrict: false);
        t.Total("num_nulls(variadic any) int4", CountNulls);
        t.Total("num_nonnulls(variadic any) int4", CountValues);
    }

    public static ByteSlice User(EvaluationContext c) => c.Text(c.User);

    public static ByteSlice Database(EvaluationContext c) => c.Text(c.Database);

    public static ByteSlice? Schema(EvaluationContext c) => c.SearchPath.Count == 0 ? null : c.Text(c.SearchPath[0]);

    public static Uuid RandomUuid(EvaluationContext c)
    {
        Span<byte> bytes = stackalloc byte[16];
        c.Random.NextBytes(bytes);
        bytes[6] = (byte)((bytes[6] & 0x0F) | 0x40);
        bytes[8] = (byte)((bytes[8] & 0x3F) | 0x80);
        return new Uuid(bytes);
    }

    public static int CountNulls(VariadicArguments values) => values.Count - CountValues(values);

    public static int CountValues(VariadicArguments values)
    {
        int count = 0;
        for (int i = 0; i < values.Count; i++)
        {
            count += values.IsNull(i) ? 0 : 1;
        }

        return count;
    }

    private sealed class TypeName(SqlType type)
    {
        private readonly string _name = type.Kind == SqlTypeKind.Record && type.Fields.Length > 0 ? "record" : type.WithoutModifier().ToString();

        public ByteSlice Name(VariadicArguments arguments, EvaluationContext c) => c.Text(_name);
    }
}
