using StreamDb.Expressions.Trees;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Logical;

/// <summary>ROWS, RANGE or GROUPS BETWEEN … AND … EXCLUDE …, with both edges.</summary>
/// <param name="RangeKey">
/// Only for RANGE with offsets: the one order key over the input row, as the type of the edges; it orders rows like the key itself.
/// </param>
public sealed record WindowFrame(FrameUnit Unit, WindowEdge Start, WindowEdge End, FrameExclusion Exclusion, ScalarExpression? RangeKey)
{
    /// <summary>The same frame over other expressions; the very same when none changes.</summary>
    public WindowFrame Map(Func<ScalarExpression, ScalarExpression> map)
    {
        WindowEdge start = Start.Map(map);
        WindowEdge end = End.Map(map);
        ScalarExpression? key = RangeKey is null ? null : map(RangeKey);
        return ReferenceEquals(start, Start) && ReferenceEquals(end, End) && ReferenceEquals(key, RangeKey)
            ? this
            : this with { Start = start, End = end, RangeKey = key };
    }
}

/// <summary>One edge of a frame.</summary>
/// <param name="Offset">Only for PRECEDING and FOLLOWING with an offset: a constant, by the time the plan is lowered.</param>
/// <param name="Value">Only for RANGE with an offset: the order key of the last row within, over the input row.</param>
public sealed record WindowEdge(FrameBoundKind Kind, ScalarExpression? Offset, ScalarExpression? Value)
{
    public WindowEdge Map(Func<ScalarExpression, ScalarExpression> map)
    {
        ScalarExpression? offset = Offset is null ? null : map(Offset);
        ScalarExpression? value = Value is null ? null : map(Value);
        return ReferenceEquals(offset, Offset) && ReferenceEquals(value, Value) ? this : this with { Offset = offset, Value = value };
    }
}
