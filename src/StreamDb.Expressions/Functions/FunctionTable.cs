using System.Collections.Immutable;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>Collects overloads from one-line declarations: <c>table.Total("length(text) int4", Strings.Length)</c>.</summary>
/// <remarks>
/// A signature is <c>name(argument types) result type</c>, with PostgreSQL's short type names; several, separated by
/// semicolons, share an implementation. Strictness is read from the method: it is strict unless a parameter is Nullable.
/// </remarks>
internal sealed class FunctionTable
{
    private static readonly Dictionary<string, SqlType> _types = new()
    {
        ["bool"] = SqlType.Boolean,
        ["int2"] = SqlType.Int16,
        ["int4"] = SqlType.Int32,
        ["int8"] = SqlType.Int64,
        ["float4"] = SqlType.Float32,
        ["float8"] = SqlType.Float64,
        ["numeric"] = SqlType.Numeric,
        ["date"] = SqlType.Date,
        ["time"] = SqlType.Time,
        ["timestamp"] = SqlType.Timestamp,
        ["timestamptz"] = SqlType.TimestampTz,
        ["interval"] = SqlType.Interval,
        ["uuid"] = SqlType.Uuid,
        ["text"] = SqlType.Text,
        ["varchar"] = SqlType.Varchar,
        ["bpchar"] = SqlType.Bpchar,
        ["name"] = SqlType.Name,
        ["char"] = SqlType.SingleChar,
        ["bytea"] = SqlType.Bytea,
        ["json"] = SqlType.Json,
        ["jsonb"] = SqlType.Jsonb,
        ["oid"] = SqlType.Oid,
        ["regclass"] = SqlType.RegClass,
        ["regtype"] = SqlType.RegType,
        ["xid"] = SqlType.Xid,
        ["any"] = SqlType.Any,
        ["anyelement"] = SqlType.AnyElement,
        ["anyarray"] = SqlType.AnyArray,
        ["anynonarray"] = SqlType.AnyNonArray,
        ["anymap"] = SqlType.AnyMap,
        ["record"] = SqlType.AnyRecord,
        ["unknown"] = SqlType.Unknown,
        ["void"] = SqlType.Void,
        ["int2vector"] = SqlType.Int2Vector,
        ["oidvector"] = SqlType.OidVector,
        ["regproc"] = SqlType.RegProc,
        ["regnamespace"] = SqlType.RegNamespace,
        ["regrole"] = SqlType.RegRole,
        ["pg_node_tree"] = SqlType.PgNodeTree,
    };

    public List<FunctionOverload> Overloads { get; } = [];

    /// <summary>Functions that never fail.</summary>
    public void Total(string signatures, Delegate method, Volatility volatility = Volatility.Immutable) =>
        Add(signatures, new ScalarImplementation(method, FailureMode.None), volatility);

    /// <summary>Functions that report failure through their context: for hot paths.</summary>
    public void Checked(string signatures, Delegate method, Volatility volatility = Volatility.Immutable) =>
        Add(signatures, new ScalarImplementation(method, FailureMode.Flag), volatility);

    /// <summary>Functions that return false after reporting failure through their context, with the result as out parameter.</summary>
    public void Tries(string signatures, Delegate method) =>
        Add(signatures, new ScalarImplementation(method, FailureMode.Tries), Volatility.Immutable);

    /// <summary>Functions that throw on bad input.</summary>
    public void Of(string signatures, Delegate method, Volatility volatility = Volatility.Immutable) =>
        Add(signatures, new ScalarImplementation(method, FailureMode.Throws), volatility);

    /// <summary>Functions whose implementation depends on the call's types or constant arguments.</summary>
    public void Bound(
        string signatures, ScalarBinder binder, bool isStrict = true, bool returnsNull = true, Volatility volatility = Volatility.Immutable)
    {
        foreach (string signature in signatures.Split(';'))
        {
            Overloads.Add(Parse(signature, binder, isStrict, returnsNull, volatility));
        }
    }

    public static SqlType TypeOf(string name)
    {
        name = name.Trim();
        if (name.EndsWith("[]", StringComparison.Ordinal))
        {
            return SqlType.ArrayOf(TypeOf(name[..^2]));
        }

        Invariant.Check(_types.ContainsKey(name), name);
        return _types[name];
    }

    /// <summary>Argument types of <c>(a, b, variadic c)</c>.</summary>
    public static ImmutableArray<SqlType> ArgumentsOf(string list, out bool isVariadic)
    {
        isVariadic = list.Contains("variadic ", StringComparison.Ordinal);
        list = list.Replace("variadic ", "", StringComparison.Ordinal);
        return string.IsNullOrWhiteSpace(list) ? [] : [.. list.Split(',').Select(TypeOf)];
    }

    private void Add(string signatures, ScalarImplementation implementation, Volatility volatility)
    {
        bool isStrict = !implementation.IsVariadic
            && !implementation.Parameters.Any(p => Nullable.GetUnderlyingType(p.ParameterType) is not null);
        bool returnsNull = implementation.Failure != FailureMode.None || implementation.ReturnsNullable;
        foreach (string signature in signatures.Split(';'))
        {
            FunctionOverload overload = Parse(signature, implementation, isStrict, returnsNull, volatility);
            Check(overload, implementation);
            Overloads.Add(overload);
        }
    }

    private static FunctionOverload Parse(
        string signature, object implementation, bool isStrict, bool returnsNull, Volatility volatility)
    {
        int open = signature.IndexOf('(', StringComparison.Ordinal);
        int close = signature.LastIndexOf(')');
        ImmutableArray<SqlType> arguments = ArgumentsOf(signature[(open + 1)..close], out bool isVariadic);
        return new FunctionOverload
        {
            Name = signature[..open].Trim(),
            ArgumentTypes = arguments,
            ReturnType = TypeOf(signature[(close + 1)..]),
            IsVariadic = isVariadic,
            IsStrict = isStrict,
            ReturnsNull = returnsNull,
            Volatility = volatility,
            Implementation = implementation,
        };
    }

    /// <summary>A declaration that does not fit its method would only fail when compiled: refuse it at once.</summary>
    private static void Check(FunctionOverload overload, ScalarImplementation implementation)
    {
        int fixedCount = implementation.Parameters.Length - (implementation.TakesContext ? 1 : 0)
            - (implementation.IsVariadic ? 1 : 0) - (implementation.Failure == FailureMode.Tries ? 1 : 0);
        Invariant.Check(overload.IsVariadic || overload.ArgumentTypes.Length == fixedCount, $"{overload} has its method's arguments");
        for (int i = 0; i < fixedCount; i++)
        {
            Type parameter = implementation.Parameters[i].ParameterType;
            parameter = Nullable.GetUnderlyingType(parameter) ?? parameter;
            Invariant.Check(ClrTypes.Of(overload.ArgumentTypes[i].Physical) == parameter, $"argument {i + 1} of {overload}");
        }

        Type result = Nullable.GetUnderlyingType(implementation.ResultType) ?? implementation.ResultType;
        Invariant.Check(ClrTypes.Of(overload.ReturnType.Physical) == result, $"result of {overload}");
    }
}
