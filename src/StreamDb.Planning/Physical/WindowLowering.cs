using System.Collections.Immutable;
using System.Globalization;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Physical;

/// <summary>Splits a window node into one operator per partitioning and order, and checks what must be constant by now.</summary>
public static class WindowLowering
{
    /// <summary>The calls that one operator computes, in the order of their first, with their place among all calls.</summary>
    public static List<List<(WindowCall Call, int Index)>> Group(ImmutableArray<WindowCall> calls)
    {
        var groups = new List<List<(WindowCall Call, int Index)>>();
        for (int i = 0; i < calls.Length; i++)
        {
            WindowCall call = calls[i];
            List<(WindowCall Call, int Index)>? known = groups.Find(g => CanShare(g[0].Call, call));
            if (known is null)
            {
                known = [];
                groups.Add(known);
            }

            known.Add((call, i));
        }

        return groups;
    }

    /// <summary>An operator orders by one key; a frame of value ranges may want it widened.</summary>
    private static bool CanShare(WindowCall left, WindowCall right) =>
        left.PartitionBy.SequenceEqual(right.PartitionBy)
        && left.OrderBy.SequenceEqual(right.OrderBy)
        && Equals(left.Frame?.RangeKey, right.Frame?.RangeKey);

    /// <summary>22013, 22004 for offsets that are negative or NULL; 0A000 for what is not constant.</summary>
    public static void CheckFrame(WindowFrame? frame)
    {
        if (frame is not null)
        {
            CheckOffset(frame, frame.Start, "starting");
            CheckOffset(frame, frame.End, "ending");
        }
    }

    /// <summary>An aggregate that a window can keep.</summary>
    public static void CheckAggregate(AggregateCall call)
    {
        if (call.Function.Kind == AggregateKind.Accumulable && call.Function.CreateAccumulator!(call) is not IMergeableAccumulator)
        {
            throw new SqlException(SqlState.FeatureNotSupported, $"aggregate {call.Function.Name} is not supported as a window function");
        }
    }

    /// <summary>The number of rows or groups of an edge.</summary>
    public static long CountOf(WindowEdge edge) => (long)((LiteralExpression)edge.Offset!).Value.Value!;

    private static void CheckOffset(WindowFrame frame, WindowEdge edge, string which)
    {
        if (edge.Offset is null)
        {
            return;
        }

        if (edge.Offset is not LiteralExpression literal)
        {
            throw new SqlException(SqlState.FeatureNotSupported, $"frame {which} offset must be a constant");
        }

        if (literal.Value.IsNull)
        {
            throw new SqlException(SqlState.NullValueNotAllowed, $"frame {which} offset must not be null");
        }

        if (IsNegative(literal))
        {
            throw new SqlException(
                SqlState.InvalidPrecedingOrFollowingSize,
                frame.Unit == FrameUnit.Range ? "invalid preceding or following size in window function" : $"frame {which} offset must not be negative");
        }
    }

    private static bool IsNegative(LiteralExpression literal) => literal.Value.Value switch
    {
        long value => value < 0,
        double value => value < 0 || double.IsNaN(value),
        Numeric value => value.IsNaN || value < Numeric.Zero,
        Interval value => value.TotalMicroseconds < 0,
        _ => throw new Core.Diagnostics.InvariantException(string.Create(CultureInfo.InvariantCulture, $"offset of type {literal.Type}")),
    };
}
