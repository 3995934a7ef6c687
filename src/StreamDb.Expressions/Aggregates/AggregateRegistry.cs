using System.Collections.Frozen;
using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Aggregates;

/// <summary>Every aggregate function, once.</summary>
public static class AggregateRegistry
{
    private static readonly FrozenDictionary<string, AggregateOverload[]> _byName = Build();

    public static IReadOnlyList<AggregateOverload> All { get; } = [.. _byName.Values.SelectMany(o => o)];

    public static bool Exists(string name) => _byName.ContainsKey(name) || name is "approx_count_distinct" or "every" or "arg_min" or "arg_max";

    /// <summary>A bound call; arguments are coerced to the chosen overload's types.</summary>
    /// <param name="arguments">Empty for count(*). For an ordered-set aggregate empty too: its values are the ORDER BY.</param>
    /// <param name="orderBy">ORDER BY inside the call, or that of WITHIN GROUP.</param>
    /// <param name="directArguments">Not null: called as f(direct arguments) WITHIN GROUP (ORDER BY …).</param>
    /// <param name="position">0-based offset of the call in the statement, or -1.</param>
    /// <exception cref="SqlException">42883 no such aggregate, 42725 several, 42809 WITHIN GROUP misused.</exception>
    public static AggregateCall Resolve(
        string name, IReadOnlyList<ScalarExpression> arguments, bool isDistinct, IReadOnlyList<AggregateOrder> orderBy,
        ScalarExpression? filter, IReadOnlyList<ScalarExpression>? directArguments, int position)
    {
        if (name == "approx_count_distinct")
        {
            // Exact: the engine keeps the distinct values of a group anyway.
            return Resolve("count", arguments, true, orderBy, filter, directArguments, position);
        }

        if (name is "arg_min" or "arg_max" && arguments.Count == 2)
        {
            // The value where the second argument is least or greatest; rows without one do not count.
            var isKnown = new NotExpression(new IsNullExpression(arguments[1]));
            return Resolve(
                "first_value", [arguments[0]], isDistinct, [new AggregateOrder(arguments[1], name == "arg_max", NullsFirst: false), .. orderBy],
                filter is null ? isKnown : LogicalExpression.And([filter, isKnown]), directArguments, position);
        }

        if (name == "last_value")
        {
            // The last row is the first one the other way round, and that one is read without the others.
            orderBy = [.. orderBy.Select(o => o with { Descending = !o.Descending, NullsFirst = !o.NullsFirst }), .. arguments.Select(a => new AggregateOrder(a, true, true))];
        }

        if (isDistinct && CollectsInOrder(name))
        {
            // PostgreSQL sorts to find what is equal, and the values come out in that order.
            orderBy = [.. orderBy, .. arguments.Where(a => orderBy.All(o => !o.Expression.Equals(a))).Select(a => new AggregateOrder(a, false, false))];
        }

        if (name is "jsonb_agg" or "json_agg" or "jsonb_object_agg" or "json_object_agg")
        {
            arguments = JsonArguments(name, arguments, position);
        }

        AggregateOverload[] overloads = _byName.GetValueOrDefault(name == "every" ? "bool_and" : name, []);
        bool isOrderedSet = overloads.Length > 0 && overloads[0].IsOrderedSet;
        if (directArguments is not null != isOrderedSet && overloads.Length > 0)
        {
            throw new SqlException(
                SqlState.WrongObjectType,
                isOrderedSet ? $"WITHIN GROUP is required for ordered-set aggregate {name}" : $"{name} is not an ordered-set aggregate, so it cannot have WITHIN GROUP")
            {
                Position = position + 1,
            };
        }

        return isOrderedSet
            ? ResolveOrderedSet(name, overloads, isDistinct, orderBy, filter, directArguments!, position)
            : ResolvePlain(name, overloads, arguments, isDistinct, orderBy, filter, position);
    }

    private static bool CollectsInOrder(string name) =>
        _byName.GetValueOrDefault(name, []) is [{ Kind: AggregateKind.Collected, IsOrderedSet: false }, ..];

    private static AggregateCall ResolvePlain(
        string name, AggregateOverload[] overloads, IReadOnlyList<ScalarExpression> arguments, bool isDistinct,
        IReadOnlyList<AggregateOrder> orderBy, ScalarExpression? filter, int position)
    {
        AggregateOverload overload = Choose(name, overloads, arguments, position);
        ImmutableArray<ScalarExpression> coerced = Coerce(overload, arguments, position, out SqlType type);

        // Over an ordering that names a DISTINCT argument, the coerced argument is meant.
        ImmutableArray<AggregateOrder> order = [.. orderBy.Select(o =>
        {
            int index = arguments.ToList().FindIndex(a => a.Equals(o.Expression));
            return index < 0 || !isDistinct ? Decided(o) : o with { Expression = coerced[index] };
        })];
        return new AggregateCall(overload, coerced, isDistinct, order, filter, [], type);
    }

    private static AggregateCall ResolveOrderedSet(
        string name, AggregateOverload[] overloads, bool isDistinct, IReadOnlyList<AggregateOrder> orderBy,
        ScalarExpression? filter, IReadOnlyList<ScalarExpression> directArguments, int position)
    {
        // The signature is (direct arguments, ordered values), as PostgreSQL writes it.
        ScalarExpression[] all = [.. directArguments, .. orderBy.Select(o => o.Expression)];
        AggregateOverload overload = Choose(name, overloads, all, position);
        ImmutableArray<ScalarExpression> coerced = Coerce(overload, all, position, out SqlType type);
        ImmutableArray<AggregateOrder> order =
            [.. orderBy.Select((o, i) => o with { Expression = coerced[directArguments.Count + i] })];
        return new AggregateCall(
            overload, [], isDistinct, order, filter, [.. coerced.Take(directArguments.Count)], type);
    }

    private static AggregateOrder Decided(AggregateOrder order) => order.Expression.Type.Kind == SqlTypeKind.Unknown
        ? order with { Expression = Coercion.Cast(order.Expression, SqlType.Text, CastContext.Implicit, -1) }
        : order;

    private static AggregateOverload Choose(
        string name, AggregateOverload[] overloads, IReadOnlyList<ScalarExpression> arguments, int position)
    {
        int index = OverloadResolution.Resolve(
            [.. overloads.Select(o => (o.ArgumentTypes, false))], [.. arguments.Select(a => a.Type)], isOperator: false);
        string described = name == "count" && arguments.Count == 0 ? "count(*)" : FunctionRegistry.Describe(name, arguments);
        return index switch
        {
            -1 => throw new SqlException(SqlState.UndefinedFunction, $"function {described} does not exist")
            {
                Position = position + 1,
                Hint = "No function matches the given name and argument types. You might need to add explicit type casts.",
            },
            -2 => throw new SqlException(SqlState.AmbiguousFunction, $"function {described} is not unique")
            {
                Position = position + 1,
                Hint = "Could not choose a best candidate function. You might need to add explicit type casts.",
            },
            _ => overloads[index],
        };
    }

    private static ImmutableArray<ScalarExpression> Coerce(
        AggregateOverload overload, IReadOnlyList<ScalarExpression> arguments, int position, out SqlType type)
    {
        SqlType[] actual = [.. arguments.Select(a => a.Type)];
        ImmutableArray<SqlType> targets = Polymorphism.Substitute(overload.ArgumentTypes, actual);
        type = Polymorphism.Result(overload.ReturnType, overload.ArgumentTypes, targets);
        return [.. arguments.Select((a, i) => Coercion.Cast(a, targets[i], CastContext.Implicit, position))];
    }

    private static ScalarExpression[] JsonArguments(string name, IReadOnlyList<ScalarExpression> arguments, int position)
    {
        // The aggregates join JSON texts; making JSON of a value is to_jsonb's business.
        string convert = name.StartsWith("jsonb", StringComparison.Ordinal) ? "to_jsonb" : "to_json";
        bool isObject = name.EndsWith("object_agg", StringComparison.Ordinal);
        return [.. arguments.Select((a, i) => isObject && i == 0
            ? Coercion.Cast(a, SqlType.Text, CastContext.Explicit, position)
            : FunctionRegistry.Call(convert, [a], position))];
    }

    private static FrozenDictionary<string, AggregateOverload[]> Build()
    {
        var table = new AggregateTable();
        DeclareSums(table);
        DeclareStatistics(table);
        DeclareLogic(table);
        DeclareOrdered(table);
        return table.Overloads.GroupBy(o => o.Name).ToFrozenDictionary(g => g.Key, g => g.ToArray());
    }

    private static void DeclareSums(AggregateTable t)
    {
        t.Accumulable("count() int8", CountAccumulator.Instance, isZeroOnEmpty: true, ignoresNulls: false);
        t.Accumulable("count(any) int8", CountAccumulator.Instance, isZeroOnEmpty: true);
        t.Accumulable("sum(int2) int8", new Accumulator<IntegerSum, short, Int16SumStep, SumAsInt64>());
        t.Accumulable("sum(int4) int8", new Accumulator<IntegerSum, int, Int32SumStep, SumAsInt64>());
        t.Accumulable("sum(int8) numeric", new Accumulator<IntegerSum, long, Int64SumStep, SumAsNumeric>());
        t.Accumulable("sum(numeric) numeric", call => NumericSumOf(call, isAverage: false));
        t.Accumulable("sum(float4) float4", new Accumulator<FloatSum, float, SingleSumStep, SumAsSingle>());
        t.Accumulable("sum(float8) float8", new Accumulator<FloatSum, double, DoubleSumStep, SumAsDouble>());
        t.Accumulable("sum(interval) interval", new Accumulator<IntervalSum, Interval, IntervalSumStep, SumOfIntervals>());
        t.Accumulable("avg(int2) numeric", new Accumulator<IntegerSum, short, Int16SumStep, AverageOfIntegers>());
        t.Accumulable("avg(int4) numeric", new Accumulator<IntegerSum, int, Int32SumStep, AverageOfIntegers>());
        t.Accumulable("avg(int8) numeric", new Accumulator<IntegerSum, long, Int64SumStep, AverageOfIntegers>());
        t.Accumulable("avg(numeric) numeric", call => NumericSumOf(call, isAverage: true));
        t.Accumulable("avg(float4) float8", new Accumulator<FloatSum, float, SingleSumStep, AverageOfFloats>());
        t.Accumulable("avg(float8) float8", new Accumulator<FloatSum, double, DoubleSumStep, AverageOfFloats>());
        t.Accumulable("avg(interval) interval", new Accumulator<IntervalSum, Interval, IntervalSumStep, AverageOfIntervals>());
    }

    private static IAccumulator NumericSumOf(AggregateCall call, bool isAverage)
    {
        int modifier = call.Arguments[0].Type.Modifier;
        int scale = (((modifier - 4) & 0x7FF) ^ 0x400) - 0x400;
        return modifier >= 4 && scale is >= 0 and <= 28 ? new ScaledSumAccumulator(scale, isAverage)
            : isAverage ? new Accumulator<NumericSum, Numeric, NumericSumStep, AverageOfNumerics>()
            : new Accumulator<NumericSum, Numeric, NumericSumStep, SumOfNumerics>();
    }

    private static void DeclareStatistics(AggregateTable t)
    {
        DeclareVariance<SampleVariance>(t, "variance", "var_samp");
        DeclareVariance<PopulationVariance>(t, "var_pop");
        DeclareVariance<SampleDeviation>(t, "stddev", "stddev_samp");
        DeclareVariance<PopulationDeviation>(t, "stddev_pop");
        t.Accumulable("regr_count(float8,float8) int8", new RegressionAccumulator(RegressionKind.Count), isZeroOnEmpty: true);
        foreach ((string name, RegressionKind kind) in ((string, RegressionKind)[])[
            ("regr_avgx", RegressionKind.AverageX), ("regr_avgy", RegressionKind.AverageY), ("regr_sxx", RegressionKind.SumXX),
            ("regr_syy", RegressionKind.SumYY), ("regr_sxy", RegressionKind.SumXY), ("regr_slope", RegressionKind.Slope),
            ("regr_intercept", RegressionKind.Intercept), ("regr_r2", RegressionKind.R2), ("corr", RegressionKind.Correlation),
            ("covar_samp", RegressionKind.SampleCovariance), ("covar_pop", RegressionKind.PopulationCovariance)])
        {
            t.Accumulable($"{name}(float8,float8) float8", new RegressionAccumulator(kind));
        }
    }

    private static void DeclareVariance<TKind>(AggregateTable t, params string[] names)
        where TKind : struct, IVarianceKind
    {
        foreach (string name in names)
        {
            t.Accumulable($"{name}(int2) numeric", new Accumulator<IntegerMoments, short, Int16MomentsStep, IntegerVariance<TKind>>());
            t.Accumulable($"{name}(int4) numeric", new Accumulator<IntegerMoments, int, Int32MomentsStep, IntegerVariance<TKind>>());
            t.Accumulable($"{name}(int8) numeric", new Accumulator<IntegerMoments, long, Int64MomentsStep, IntegerVariance<TKind>>());
            t.Accumulable($"{name}(numeric) numeric", new Accumulator<NumericMoments, Numeric, NumericMomentsStep, NumericVariance<TKind>>());
            t.Accumulable($"{name}(float4) float8", new Accumulator<FloatMoments, float, SingleMomentsStep, FloatVariance<TKind>>());
            t.Accumulable($"{name}(float8) float8", new Accumulator<FloatMoments, double, DoubleMomentsStep, FloatVariance<TKind>>());
        }
    }

    private static void DeclareLogic(AggregateTable t)
    {
        t.Accumulable("bool_and(bool) bool", new Accumulator<BooleanCounts, byte, BooleanStep, AllTrue>());
        t.Accumulable("bool_or(bool) bool", new Accumulator<BooleanCounts, byte, BooleanStep, AnyTrue>());
        foreach ((string name, BitKind kind) in ((string, BitKind)[])[("bit_and", BitKind.And), ("bit_or", BitKind.Or), ("bit_xor", BitKind.Xor)])
        {
            t.Accumulable($"{name}(int2) int2", new BitAccumulator<short>(kind));
            t.Accumulable($"{name}(int4) int4", new BitAccumulator<int>(kind));
            t.Accumulable($"{name}(int8) int8", new BitAccumulator<long>(kind));
        }
    }

    private static void DeclareOrdered(AggregateTable t)
    {
        t.Extreme("min(anyelement) anyelement", AggregateKind.Min);
        t.Extreme("max(anyelement) anyelement", AggregateKind.Max);
        t.Extreme("any_value(anyelement) anyelement", AggregateKind.Min);
        t.Collected("string_agg(text,text) text; string_agg(bytea,bytea) bytea", call => new StringAggregate(call));
        t.Collected("first_value(anyelement) anyelement; last_value(anyelement) anyelement", call => new FirstValue(call), ignoresNulls: false);
        t.Collected("array_agg(anyelement) anyarray", call => new ArrayAggregate(call), ignoresNulls: false);
        t.Collected("jsonb_agg(jsonb) jsonb; json_agg(json) json", call => new JsonArrayAggregate(call), ignoresNulls: false);
        t.Collected(
            "jsonb_object_agg(text,jsonb) jsonb; json_object_agg(text,json) json", call => new JsonObjectAggregate(call), ignoresNulls: false);
        t.Collected(
            "percentile_cont(float8[],float8) float8[]; percentile_cont(float8[],interval) interval[]",
            call => new PercentileArray(call, isContinuous: true),
            isOrderedSet: true);
        t.Collected(
            "percentile_disc(float8[],anyelement) anyarray", call => new PercentileArray(call, isContinuous: false), isOrderedSet: true);
        t.Collected("mode(anyelement) anyelement", call => new Mode(call), isOrderedSet: true);
        t.Collected(
            "percentile_cont(float8,float8) float8; percentile_cont(float8,interval) interval",
            call => new ContinuousPercentile(call, Percentiles.FractionOf(call)),
            isOrderedSet: true);
        t.Collected(
            "approx_percentile(float8,float8,float8) float8; approx_percentile(float8,float8) float8",
            call => new ApproximatePercentile(call),
            isOrderedSet: true);
        t.Collected(
            "percentile_disc(float8,anyelement) anyelement",
            call => new DiscretePercentile(call, Percentiles.FractionOf(call)),
            isOrderedSet: true);
    }
}
