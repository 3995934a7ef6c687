using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Functions;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>A row of pg_proc.</summary>
/// <param name="Kind">prokind: f, or a for an aggregate.</param>
internal sealed record FunctionEntry(uint Oid, string Name, ImmutableArray<uint> ArgumentTypes, uint ReturnType, char Kind)
{
    public bool IsStrict { get; init; } = true;

    public bool IsVariadic { get; init; }

    public bool ReturnsSet { get; init; }

    public char Volatility { get; init; } = 'i';
}

/// <summary>A row of pg_operator.</summary>
/// <param name="LeftType">0 for a prefix operator.</param>
internal sealed record OperatorEntry(uint Oid, string Name, uint LeftType, uint RightType, uint ResultType);

/// <summary>Every function and operator, with oids derived from their signatures; the types' own functions have PostgreSQL's.</summary>
internal static class FunctionCatalog
{
    private const uint Cstring = 2275;
    private const uint Internal = 2281;

    /// <summary>PostgreSQL's oids of the functions that other catalogs refer to.</summary>
    private const string TypeFunctionOids = """
        aclitemin 1031, aclitemout 1032, any_in 2294, any_out 2295, anyarray_in 2296, anyarray_out 2297, anyarray_recv 2502,
        anyarray_send 2503, anyelement_in 2312, anyelement_out 2313, anynonarray_in 2777, anynonarray_out 2778, array_in 750,
        array_out 751, array_recv 2400, array_send 2401, array_subscript_handler 6179, boolin 1242, boolout 1243, boolrecv 2436,
        boolsend 2437, bpcharin 1044, bpcharout 1045, bpcharrecv 2430, bpcharsend 2431, bpchartypmodin 2913, bpchartypmodout 2914,
        bthandler 330, byteain 1244, byteaout 31, bytearecv 2412, byteasend 2413, charin 1245, charout 33, charrecv 2434, charsend 2435,
        date_in 1084, date_out 1085, date_recv 2468, date_send 2469, float4in 200, float4out 201, float4recv 2424, float4send 2425,
        float8in 214, float8out 215, float8recv 2426, float8send 2427, heap_tableam_handler 3, int2in 38, int2out 39, int2recv 2404,
        int2send 2405, int2vectorin 40, int2vectorout 41, int2vectorrecv 2410, int2vectorsend 2411, int4in 42, int4out 43, int4recv 2406,
        int4send 2407, int8in 460, int8out 461, int8recv 2408, int8send 2409, interval_in 1160, interval_out 1161, interval_recv 2478,
        interval_send 2479, intervaltypmodin 2903, intervaltypmodout 2904, json_in 321, json_out 322, json_recv 323, json_send 324,
        jsonb_in 3806, jsonb_out 3804, jsonb_recv 3805, jsonb_send 3803, jsonb_subscript_handler 6098, namein 34, nameout 35,
        namerecv 2422, namesend 2423, numeric_in 1701, numeric_out 1702, numeric_recv 2460, numeric_send 2461, numerictypmodin 2917,
        numerictypmodout 2918, oidin 1798, oidout 1799, oidrecv 2418, oidsend 2419, oidvectorin 54, oidvectorout 55, oidvectorrecv 2420,
        oidvectorsend 2421, pg_node_tree_in 195, pg_node_tree_out 196, pg_node_tree_recv 197, pg_node_tree_send 198,
        raw_array_subscript_handler 6180, record_in 2290, record_out 2291, record_recv 2402, record_send 2403, regclassin 2218,
        regclassout 2219, regclassrecv 2452, regclasssend 2453, regnamespacein 4084, regnamespaceout 4085, regnamespacerecv 4087,
        regnamespacesend 4088, regprocin 44, regprocout 45, regprocrecv 2444, regprocsend 2445, regrolein 4098, regroleout 4092,
        regrolerecv 4094, regrolesend 4095, regtypein 2220, regtypeout 2221, regtyperecv 2454, regtypesend 2455, textin 46, textout 47,
        textrecv 2414, textsend 2415, time_in 1143, time_out 1144, time_recv 2470, time_send 2471, timestamp_in 1312, timestamp_out 1313,
        timestamp_recv 2474, timestamp_send 2475, timestamptypmodin 2905, timestamptypmodout 2906, timestamptz_in 1150,
        timestamptz_out 1151, timestamptz_recv 2476, timestamptz_send 2477, timestamptztypmodin 2907, timestamptztypmodout 2908,
        timetypmodin 2909, timetypmodout 2910, unknownin 109, unknownout 110, unknownrecv 2416, unknownsend 2417, uuid_in 2952,
        uuid_out 2953, uuid_recv 2961, uuid_send 2962, varcharin 1046, varcharout 1047, varcharrecv 2432, varcharsend 2433,
        varchartypmodin 2915, varchartypmodout 2916, void_in 2298, void_out 2299, void_recv 3120, void_send 3121, xidin 50, xidout 51,
        xidrecv 2440, xidsend 2441
        """;

    private static readonly FrozenDictionary<string, uint> _typeFunctions = TypeFunctionOids
        .Split(',', StringSplitOptions.TrimEntries)
        .Select(f => f.Split(' '))
        .ToFrozenDictionary(f => f[0], f => uint.Parse(f[1], CultureInfo.InvariantCulture));

    /// <summary>Functions of the server itself that other catalogs name.</summary>
    private static readonly string[] _handlers =
        ["heap_tableam_handler", "bthandler", "array_subscript_handler", "raw_array_subscript_handler", "jsonb_subscript_handler"];

    private static readonly HashSet<uint> _taken = [.. _typeFunctions.Values];

    public static ImmutableArray<FunctionEntry> Functions { get; } =
    [
        .. TypeOids.All.SelectMany(TypeFunctions).DistinctBy(f => f.Oid),
        .. _handlers.Select(h => new FunctionEntry(TypeFunction(h), h, [Internal], Internal, 'f')),
        .. FunctionRegistry.All.Where(f => IsName(f.Name)).Select(Scalar),
        .. AggregateRegistry.All.Select(Aggregate),
        .. TableFunctionRegistry.All.Select(f => SetReturning(f.Name, f.ArgumentTypes, f.IsVariadic)),
    ];

    public static ImmutableArray<OperatorEntry> Operators { get; } = [.. FunctionRegistry.All.Where(f => !IsName(f.Name)).Select(Operator)];

    private static readonly FrozenDictionary<uint, FunctionEntry> _byOid = Functions.ToFrozenDictionary(f => f.Oid);

    private static readonly ILookup<string, FunctionEntry> _byName = Functions.ToLookup(f => f.Name);

    public static FunctionEntry? Find(uint oid) => _byOid.GetValueOrDefault(oid);

    public static IEnumerable<FunctionEntry> Named(string name) => _byName[name];

    /// <summary>The oid of one of a type's own functions or of a handler; 0 for "-".</summary>
    public static uint TypeFunction(string name) => _typeFunctions.GetValueOrDefault(name);

    public static string Arguments(FunctionEntry function) => string.Join(", ", function.ArgumentTypes.Select((t, i) =>
        (function.IsVariadic && i == function.ArgumentTypes.Length - 1 ? "VARIADIC " : "") + TypeName(t)));

    public static string Result(FunctionEntry function) => (function.ReturnsSet ? "SETOF " : "") + TypeName(function.ReturnType);

    private static string TypeName(uint oid) => oid switch
    {
        Cstring => "cstring",
        Internal => "internal",
        _ => TypeOids.TypeOf(oid)?.ToString() ?? "???",
    };

    private static IEnumerable<FunctionEntry> TypeFunctions(TypeFacts type)
    {
        yield return new FunctionEntry(TypeFunction(type.Input), type.Input, [Cstring, 26, 23], type.Oid, 'f');
        yield return new FunctionEntry(TypeFunction(type.Output), type.Output, [type.Oid], Cstring, 'f');
        if (type.Receive != "-")
        {
            yield return new FunctionEntry(TypeFunction(type.Receive), type.Receive, [Internal, 26, 23], type.Oid, 'f');
            yield return new FunctionEntry(TypeFunction(type.Send), type.Send, [type.Oid], 17, 'f');
        }

        if (type.ModifierInput != "-")
        {
            yield return new FunctionEntry(TypeFunction(type.ModifierInput), type.ModifierInput, [1263], 23, 'f');
            yield return new FunctionEntry(TypeFunction(type.ModifierOutput), type.ModifierOutput, [23], Cstring, 'f');
        }
    }

    private static FunctionEntry Scalar(FunctionOverload f) =>
        new(OidFor(f.ToString()), f.Name, Types(f.ArgumentTypes), TypeOids.OidOf(f.ReturnType), 'f')
        {
            IsStrict = f.IsStrict,
            IsVariadic = f.IsVariadic,
            Volatility = f.Volatility switch { Volatility.Immutable => 'i', Volatility.Stable => 's', _ => 'v' },
        };

    private static FunctionEntry Aggregate(AggregateOverload a) =>
        new(OidFor($"aggregate {a.Name}({string.Join(", ", a.ArgumentTypes)})"), a.Name, Types(a.ArgumentTypes), TypeOids.OidOf(a.ReturnType), 'a')
        {
            IsStrict = false,
        };

    private static FunctionEntry SetReturning(string name, ImmutableArray<SqlType> arguments, bool isVariadic) =>
        new(OidFor($"table {name}({string.Join(", ", arguments)})"), name, Types(arguments), TypeOids.Record, 'f')
        {
            IsVariadic = isVariadic,
            ReturnsSet = true,
        };

    private static OperatorEntry Operator(FunctionOverload f) => new(
        OidFor($"operator {f}"),
        f.Name,
        f.ArgumentTypes.Length == 1 ? 0 : TypeOids.OidOf(f.ArgumentTypes[0]),
        TypeOids.OidOf(f.ArgumentTypes[^1]),
        TypeOids.OidOf(f.ReturnType));

    private static ImmutableArray<uint> Types(ImmutableArray<SqlType> types) => [.. types.Select(TypeOids.OidOf)];

    private static bool IsName(string name) => char.IsAsciiLetter(name[0]) || name[0] == '_';

    /// <summary>A free oid for a signature: its hash, or the next one should two signatures meet.</summary>
    private static uint OidFor(string signature)
    {
        uint oid = SystemOids.Function(signature);
        while (!_taken.Add(oid))
        {
            oid++;
        }

        return oid;
    }
}
