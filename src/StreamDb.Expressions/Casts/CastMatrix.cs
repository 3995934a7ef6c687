using System.Collections.Frozen;
using System.Collections.Immutable;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Functions;

namespace StreamDb.Expressions.Casts;

/// <summary>Every conversion between two types: in which context it is allowed, and how it is done.</summary>
/// <remarks>
/// PostgreSQL's pg_cast, then its general rules: anything may become a string by assignment and come from one when asked
/// for, arrays and records convert part by part. A conversion without implementation is a relabelling: same bytes.
/// </remarks>
internal static class CastMatrix
{
    private static readonly FrozenDictionary<(SqlTypeKind, SqlTypeKind), Rule> _rules = Build();

    /// <summary>The weakest context in which a value of one type becomes one of another; null when never. Types differ.</summary>
    public static CastContext? ContextOf(SqlType from, SqlType to)
    {
        if (from.SameAs(to))
        {
            return CastContext.Implicit;
        }

        if (_rules.TryGetValue((from.Kind, to.Kind), out Rule? rule))
        {
            return rule.Context;
        }

        if (from.IsArray && to.IsArray)
        {
            return ContextOf(from.Element!, to.Element!);
        }

        if (from.Kind is SqlTypeKind.Int2Vector or SqlTypeKind.OidVector && to.IsArray)
        {
            return ContextOf(Core.Codecs.ArrayReader.ElementOf(from), to.Element!);
        }

        if (from.Kind == SqlTypeKind.Record && to.Kind == SqlTypeKind.Record && from.Fields.Length == to.Fields.Length)
        {
            return Weakest(from.Fields.Zip(to.Fields).Select(p => ContextOf(p.First.Type, p.Second.Type)));
        }

        if (from.Kind == SqlTypeKind.Map && to.Kind == SqlTypeKind.Map)
        {
            return Weakest([ContextOf(from.Key!, to.Key!), ContextOf(from.Element!, to.Element!)]);
        }

        if (from.IsPseudo || to.IsPseudo || from.Kind == SqlTypeKind.Void || to.Kind == SqlTypeKind.Void)
        {
            return null;
        }

        return IsTextual(to) ? CastContext.Assignment : IsTextual(from) ? CastContext.Explicit : null;
    }

    /// <summary>Converting changes the type's name only.</summary>
    public static bool IsRelabel(SqlType from, SqlType to) => Steps(from, to, CastContext.Explicit).IsEmpty;

    /// <summary>Converting may fail with a row error, so its result may be NULL in a view.</summary>
    public static bool MayFail(SqlType from, SqlType to, CastContext context) =>
        Steps(from, to, context).Any(s => s.Failure != FailureMode.None || s.ReturnsNullable);

    /// <summary>How to convert: at most a conversion and a length coercion; none when the bytes stay as they are.</summary>
    public static ImmutableArray<ScalarImplementation> Steps(SqlType from, SqlType to, CastContext context)
    {
        ScalarImplementation? conversion = Conversion(from, to, context);
        ScalarImplementation? length = LengthCasts.Implementation(from, to, context);
        return (conversion, length) switch
        {
            (null, null) => [],
            (null, _) => [length],
            (_, null) => [conversion],
            _ => [conversion, length],
        };
    }

    private static ScalarImplementation? Conversion(SqlType from, SqlType to, CastContext context)
    {
        if (from.SameAs(to))
        {
            return null;
        }

        if (_rules.TryGetValue((from.Kind, to.Kind), out Rule? rule))
        {
            return rule.Implementation;
        }

        return CompositeCasts.Implementation(from, to, context)
            ?? (IsTextual(to) ? TextCasts.ToText(from) : TextCasts.FromText(to));
    }

    private static CastContext? Weakest(IEnumerable<CastContext?> contexts)
    {
        CastContext weakest = CastContext.Implicit;
        foreach (CastContext? context in contexts)
        {
            if (context is null)
            {
                return null;
            }

            weakest = (CastContext)Math.Max((byte)weakest, (byte)context);
        }

        return weakest;
    }

    private static bool IsTextual(SqlType type) => type.IsString;

    private static FrozenDictionary<(SqlTypeKind, SqlTypeKind), Rule> Build()
    {
        var rules = new Dictionary<(SqlTypeKind, SqlTypeKind), Rule>();
        DeclareNumbers(rules);
        DeclareStrings(rules);
        DeclareTimes(rules);
        DeclareJson(rules);
        return rules.ToFrozenDictionary();
    }

    private static void DeclareNumbers(Dictionary<(SqlTypeKind, SqlTypeKind), Rule> r)
    {
        Total(r, "int2 int4 i", NumberCasts.Int16ToInt32);
        Total(r, "int2 int8 i", NumberCasts.Int16ToInt64);
        Total(r, "int2 float4 i", NumberCasts.Int16ToSingle);
        Total(r, "int2 float8 i", NumberCasts.Int16ToDouble);
        Total(r, "int2 numeric i", NumberCasts.Int16ToNumeric);
        Total(r, "int2 oid i", NumberCasts.Int16ToOid);
        Fails(r, "int4 int2 a", NumberCasts.Int32ToInt16);
        Total(r, "int4 int8 i", NumberCasts.Int32ToInt64);
        Total(r, "int4 float4 i", NumberCasts.Int32ToSingle);
        Total(r, "int4 float8 i", NumberCasts.Int32ToDouble);
        Total(r, "int4 numeric i", NumberCasts.Int32ToNumeric);
        Total(r, "int4 bool e", NumberCasts.Int32ToBoolean);
        Total(r, "bool int4 e", NumberCasts.BooleanToInt32);
        Fails(r, "int8 int2 a", NumberCasts.Int64ToInt16);
        Fails(r, "int8 int4 a", NumberCasts.Int64ToInt32);
        Total(r, "int8 float4 i", NumberCasts.Int64ToSingle);
        Total(r, "int8 float8 i", NumberCasts.Int64ToDouble);
        Total(r, "int8 numeric i", NumberCasts.Int64ToNumeric);
        Fails(r, "int8 oid i", NumberCasts.Int64ToOid);
        Fails(r, "float4 int2 a", NumberCasts.SingleToInt16);
        Fails(r, "float4 int4 a", NumberCasts.SingleToInt32);
        Fails(r, "float4 int8 a", NumberCasts.SingleToInt64);
        Total(r, "float4 float8 i", NumberCasts.SingleToDouble);
        Fails(r, "float4 numeric a", NumberCasts.SingleToNumeric);
        Fails(r, "float8 int2 a", NumberCasts.DoubleToInt16);
        Fails(r, "float8 int4 a", NumberCasts.DoubleToInt32);
        Fails(r, "float8 int8 a", NumberCasts.DoubleToInt64);
        Fails(r, "float8 float4 a", NumberCasts.DoubleToSingle);
        Fails(r, "float8 numeric a", NumberCasts.DoubleToNumeric);
        Fails(r, "numeric int2 a", NumberCasts.NumericToInt16);
        Fails(r, "numeric int4 a", NumberCasts.NumericToInt32);
        Fails(r, "numeric int8 a", NumberCasts.NumericToInt64);
        Total(r, "numeric float4 i", NumberCasts.NumericToSingle);
        Total(r, "numeric float8 i", NumberCasts.NumericToDouble);
        Relabel(r, "int4 oid i");
        Relabel(r, "oid int4 a");
        Total(r, "oid int8 a", NumberCasts.OidToInt64);
        foreach (string named in (string[])["regclass", "regtype", "regproc", "regnamespace", "regrole"])
        {
            Relabel(r, $"{named} oid i");
            Relabel(r, $"oid {named} i");
            Relabel(r, $"{named} int4 a");
            Relabel(r, $"int4 {named} i");
            Total(r, $"{named} int8 a", NumberCasts.OidToInt64);
            Fails(r, $"int8 {named} i", NumberCasts.Int64ToOid);
            Total(r, $"int2 {named} i", NumberCasts.Int16ToOid);
        }
    }

    private static void DeclareStrings(Dictionary<(SqlTypeKind, SqlTypeKind), Rule> r)
    {
        Relabel(r, "text varchar i");
        Relabel(r, "text bpchar i");
        Total(r, "text name i", StringCasts.ToName);
        Total(r, "text char a", StringCasts.ToSingleChar);
        Relabel(r, "varchar text i");
        Relabel(r, "varchar bpchar i");
        Total(r, "varchar name i", StringCasts.ToName);
        Total(r, "bpchar text i", StringCasts.Unpad);
        Total(r, "bpchar varchar i", StringCasts.Unpad);
        Total(r, "bpchar name i", StringCasts.UnpadToName);
        Relabel(r, "name text i");
        Relabel(r, "name varchar a");
        Relabel(r, "name bpchar a");
        Relabel(r, "char text i");
        Relabel(r, "unknown text i");
        Relabel(r, "json text a");
        Relabel(r, "json varchar a");
        Relabel(r, "jsonb text a");
        Relabel(r, "jsonb varchar a");
    }

    private static void DeclareTimes(Dictionary<(SqlTypeKind, SqlTypeKind), Rule> r)
    {
        Fails(r, "date timestamp i", DateTimeCasts.DateToTimestamp);
        Fails(r, "date timestamptz i", DateTimeCasts.DateToTimestampTz);
        Total(r, "timestamp date a", DateTimeCasts.TimestampToDate);
        Total(r, "timestamp time a", DateTimeCasts.TimestampToTime);
        Total(r, "timestamp timestamptz i", DateTimeCasts.TimestampToTimestampTz);
        Total(r, "timestamptz date a", DateTimeCasts.TimestampTzToDate);
        Total(r, "timestamptz time a", DateTimeCasts.TimestampTzToTime);
        Total(r, "timestamptz timestamp a", DateTimeCasts.TimestampTzToTimestamp);
        Total(r, "time interval i", DateTimeCasts.TimeToInterval);
        Total(r, "interval time a", DateTimeCasts.IntervalToTime);
    }

    private static void DeclareJson(Dictionary<(SqlTypeKind, SqlTypeKind), Rule> r)
    {
        Throws(r, "json jsonb a", JsonConversion.JsonToJsonb);
        Relabel(r, "jsonb json a");
        foreach (string type in (string[])["int2", "int4", "int8", "float4", "float8", "numeric", "bool"])
        {
            SqlType target = FunctionTable.TypeOf(type);
            r.Add((SqlTypeKind.Jsonb, target.Kind), new Rule(CastContext.Explicit, JsonConversion.NumberCast(target)));
        }
    }

    private static void Relabel(Dictionary<(SqlTypeKind, SqlTypeKind), Rule> rules, string rule) => Add(rules, rule, null);

    private static void Total(Dictionary<(SqlTypeKind, SqlTypeKind), Rule> rules, string rule, Delegate method) =>
        Add(rules, rule, new ScalarImplementation(method, FailureMode.None));

    private static void Fails(Dictionary<(SqlTypeKind, SqlTypeKind), Rule> rules, string rule, Delegate method) =>
        Add(rules, rule, new ScalarImplementation(method, FailureMode.Flag));

    private static void Throws(Dictionary<(SqlTypeKind, SqlTypeKind), Rule> rules, string rule, Delegate method) =>
        Add(rules, rule, new ScalarImplementation(method, FailureMode.Throws));

    private static void Add(Dictionary<(SqlTypeKind, SqlTypeKind), Rule> rules, string rule, ScalarImplementation? implementation)
    {
        string[] words = rule.Split(' ');
        SqlType from = FunctionTable.TypeOf(words[0]);
        SqlType to = FunctionTable.TypeOf(words[1]);
        Invariant.Check(
            implementation is null
                ? from.Physical == to.Physical
                : ClrTypes.Of(from.Physical) == implementation.Parameters[0].ParameterType
                    && ClrTypes.Of(to.Physical) == (Nullable.GetUnderlyingType(implementation.ResultType) ?? implementation.ResultType),
            rule);
        CastContext context = words[2] switch { "i" => CastContext.Implicit, "a" => CastContext.Assignment, _ => CastContext.Explicit };
        rules.Add((from.Kind, to.Kind), new Rule(context, implementation));
    }

    private sealed record Rule(CastContext Context, ScalarImplementation? Implementation);
}
