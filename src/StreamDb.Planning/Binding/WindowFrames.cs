using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Binds frame clauses.</summary>
/// <remarks>
/// RANGE with an offset becomes a comparison of order keys: for each row the key ± the offset is computed like any other
/// expression, and the frame ends at the last row not beyond it. Keys are widened first, so that this cannot overflow where
/// PostgreSQL's in_range functions do not.
/// </remarks>
internal static class WindowFrames
{
    /// <summary>The frame; null for the default one. 42P20, 42P10, 0A000.</summary>
    public static WindowFrame? Bind(ExpressionBinder binder, FrameSyntax? frame, ImmutableArray<AggregateOrder> orderBy)
    {
        if (frame is null)
        {
            return null;
        }

        if (frame.Unit == FrameUnit.Session)
        {
            throw BindError.NotSupported("a SESSION frame", frame.Position);
        }

        FrameBoundSyntax start = frame.Start!;
        FrameBoundSyntax end = frame.End ?? new FrameBoundSyntax(FrameBoundKind.CurrentRow, null);
        Check(frame, start, end, orderBy.Length);
        ScalarExpression? key = frame.Unit == FrameUnit.Range && (start.Offset ?? end.Offset) is not null
            ? RangeKey(binder, orderBy[0].Expression, frame.Position)
            : null;
        var bound = new WindowFrame(
            frame.Unit, Edge(binder, frame.Unit, start, key, orderBy), Edge(binder, frame.Unit, end, key, orderBy), frame.Exclusion, key);
        return bound is
        {
            Unit: FrameUnit.Range,
            Start.Kind: FrameBoundKind.UnboundedPreceding,
            End.Kind: FrameBoundKind.CurrentRow,
            Exclusion: FrameExclusion.None,
        } ? null : bound;
    }

    private static void Check(FrameSyntax frame, FrameBoundSyntax start, FrameBoundSyntax end, int orderKeys)
    {
        string? problem = (start.Kind, end.Kind) switch
        {
            (FrameBoundKind.UnboundedFollowing, _) => "frame start cannot be UNBOUNDED FOLLOWING",
            (_, FrameBoundKind.UnboundedPreceding) => "frame end cannot be UNBOUNDED PRECEDING",
            (FrameBoundKind.CurrentRow, FrameBoundKind.Preceding) => "frame starting from current row cannot have preceding rows",
            (FrameBoundKind.Following, FrameBoundKind.Preceding or FrameBoundKind.CurrentRow) =>
                "frame starting from following row cannot have preceding rows",
            _ when frame.Unit == FrameUnit.Groups && orderKeys == 0 => "GROUPS mode requires an ORDER BY clause",
            _ when frame.Unit == FrameUnit.Range && orderKeys != 1 && (start.Offset ?? end.Offset) is not null =>
                "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column",
            _ => null,
        };
        if (problem is not null)
        {
            throw BindError.At(SqlState.WindowingError, frame.Position, problem);
        }
    }

    private static WindowEdge Edge(
        ExpressionBinder binder, FrameUnit unit, FrameBoundSyntax syntax, ScalarExpression? key, ImmutableArray<AggregateOrder> orderBy)
    {
        if (syntax.Offset is null)
        {
            return new WindowEdge(syntax.Kind, null, null);
        }

        int position = syntax.Offset.Position;
        ScalarExpression offset = binder.Bind(syntax.Offset);
        if (LogicalExpressions.Any(offset, e => e is not (LiteralExpression or ParameterExpression) && e.Children.Count == 0))
        {
            throw BindError.At(SqlState.InvalidColumnReference, position, $"argument of {unit.ToString().ToUpperInvariant()} must not contain variables");
        }

        if (key is null)
        {
            return new WindowEdge(syntax.Kind, binder.Cast(offset, SqlType.Int64, CastContext.Assignment, position), null);
        }

        offset = RangeOffset(binder, orderBy[0].Expression.Type, key.Type, offset, position);
        bool isBelow = syntax.Kind == FrameBoundKind.Preceding != orderBy[0].Descending;
        return new WindowEdge(syntax.Kind, offset, binder.Operator(isBelow ? "-" : "+", position, key, offset));
    }

    /// <summary>The order key as a type in which the offset can be added; the order stays the same.</summary>
    private static ScalarExpression RangeKey(ExpressionBinder binder, ScalarExpression key, int position)
    {
        SqlType? type = key.Type.Kind switch
        {
            SqlTypeKind.Int16 or SqlTypeKind.Int32 or SqlTypeKind.Int64 or SqlTypeKind.Numeric => SqlType.Numeric,
            SqlTypeKind.Float32 or SqlTypeKind.Float64 => SqlType.Float64,
            SqlTypeKind.Date or SqlTypeKind.Timestamp => SqlType.Timestamp,
            SqlTypeKind.TimestampTz => SqlType.TimestampTz,
            SqlTypeKind.Time or SqlTypeKind.Interval => SqlType.Interval,
            _ => null,
        };
        return type is null
            ? throw BindError.At(
                SqlState.FeatureNotSupported, position, $"RANGE with offset PRECEDING/FOLLOWING is not supported for column type {key.Type}")
            : binder.Cast(key, type, CastContext.Explicit, position);
    }

    private static ScalarExpression RangeOffset(ExpressionBinder binder, SqlType column, SqlType key, ScalarExpression offset, int position)
    {
        bool fits = column.Kind switch
        {
            _ when offset.Type.Kind == SqlTypeKind.Unknown => true,
            SqlTypeKind.Int16 or SqlTypeKind.Int32 or SqlTypeKind.Int64 => offset.Type.Kind is SqlTypeKind.Int16 or SqlTypeKind.Int32 or SqlTypeKind.Int64,
            SqlTypeKind.Numeric => offset.Type.Kind is SqlTypeKind.Int16 or SqlTypeKind.Int32 or SqlTypeKind.Int64 or SqlTypeKind.Numeric,
            SqlTypeKind.Float32 or SqlTypeKind.Float64 => offset.Type.IsNumber,
            _ => offset.Type.Kind == SqlTypeKind.Interval,
        };
        if (!fits)
        {
            throw BindError.At(
                SqlState.FeatureNotSupported, position,
                $"RANGE with offset PRECEDING/FOLLOWING is not supported for column type {column} and offset type {offset.Type}",
                "Cast the offset value to an appropriate type.");
        }

        SqlType type = key.Kind is SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz ? SqlType.Interval : key;
        return binder.Cast(offset, type, CastContext.Implicit, position);
    }
}
