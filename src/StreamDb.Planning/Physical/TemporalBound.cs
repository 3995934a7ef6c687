using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Physical;

/// <summary>A comparison of a row's time with now(), solved for now(): the row is in from, or until, <paramref name="Bound"/>.</summary>
/// <remarks>
/// <c>t &gt; now() - i</c> is <c>now() &lt; t + i</c>: in until t + i. <c>t &lt;= now() - i</c> is in from t + i. A bound that
/// must be passed strictly is one microsecond later, the smallest step of a timestamp. Only intervals without months are
/// solved: <c>t &gt; now() - '1 month'</c> is not <c>t + '1 month' &gt; now()</c> at the end of February.
/// </remarks>
/// <param name="IsFrom">True: in from the bound on; false: in as long as now() is before it.</param>
/// <param name="Bound">timestamptz over the input row.</param>
internal sealed record TemporalBound(bool IsFrom, ScalarExpression Bound)
{
    public static bool UsesNow(ScalarExpression expression) => LogicalExpressions.Any(expression, IsNow);

    /// <summary>Whether the value depends on when it is asked for, in a way that no temporal filter follows.</summary>
    public static bool UsesOtherTime(ScalarExpression expression) =>
        LogicalExpressions.Any(expression, e => e is CallExpression { Function.Name: "statement_timestamp" or "localtime" or "current_time" });

    public static TemporalBound? TryParse(ScalarExpression conjunct)
    {
        if (conjunct is not CallExpression { Function.Name: ">" or ">=" or "<" or "<=", Arguments: [var left, var right] } call)
        {
            return null;
        }

        string comparison = call.Function.Name;
        if (UsesNow(left))
        {
            (left, right) = (right, left);
            comparison = comparison switch { ">" => "<", ">=" => "<=", "<" => ">", _ => ">=" };
        }

        // left comparison now() + offset
        if (UsesNow(left) || TrySolve(right) is not { } offset)
        {
            return null;
        }

        long sinceNow = checked((offset.Days * Interval.MicrosecondsPerDay) + offset.Microseconds);
        ScalarExpression time = Coercion.Cast(left, SqlType.TimestampTz, CastContext.Explicit, -1);
        long shift = -sinceNow + (comparison is ">=" or "<" ? 1 : 0);

        // t > now + o: now < t - o. t >= now + o: now < t - o + 1. t < now + o: now >= t - o + 1. t <= now + o: now >= t - o.
        ScalarExpression bound = shift == 0 ? time : FunctionRegistry.Operator(
            "+", [time, new LiteralExpression(new Datum(new Interval(0, 0, shift)), SqlType.Interval)], -1);
        return new TemporalBound(comparison is "<" or "<=", bound);
    }

    /// <summary>The o of <c>now() + o</c>; null for another form.</summary>
    private static Interval? TrySolve(ScalarExpression expression) => expression switch
    {
        _ when IsNow(expression) => default(Interval),
        CastExpression { Type: { Kind: SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz, Modifier: < 0 } } cast => TrySolve(cast.Operand),
        CallExpression { Function.Name: "-", Arguments: [var now, LiteralExpression { Value.Value: Interval { Months: 0 } interval }] }
            when TrySolve(now) is { } inner => new Interval(0, inner.Days - interval.Days, inner.Microseconds - interval.Microseconds),
        CallExpression { Function.Name: "+", Arguments: [var now, LiteralExpression { Value.Value: Interval { Months: 0 } interval }] }
            when TrySolve(now) is { } inner => new Interval(0, inner.Days + interval.Days, inner.Microseconds + interval.Microseconds),
        _ => null,
    };

    private static bool IsNow(ScalarExpression expression) =>
        expression is CallExpression { Function.Name: "now" or "mz_now" or "current_timestamp" or "localtimestamp" or "transaction_timestamp" or "proctime" };
}
