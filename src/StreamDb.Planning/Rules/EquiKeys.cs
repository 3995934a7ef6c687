using System.Diagnostics.CodeAnalysis;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>Splits a join condition into equalities between the sides and the rest.</summary>
internal static class EquiKeys
{
    /// <summary>Whether the conjunct is <c>a = b</c>, or <c>a IS NOT DISTINCT FROM b</c> (then NULLs match).</summary>
    public static bool IsEquality(
        ScalarExpression conjunct, [NotNullWhen(true)] out ScalarExpression? first, [NotNullWhen(true)] out ScalarExpression? second, out bool nullsMatch)
    {
        switch (conjunct)
        {
            case CallExpression { Function.Name: "=", Arguments: [var a, var b] } when a.Type.SameAs(b.Type):
                (first, second, nullsMatch) = (a, b, false);
                return true;
            case DistinctFromExpression { IsNegated: true } distinct when distinct.Left.Type.SameAs(distinct.Right.Type):
                (first, second, nullsMatch) = (distinct.Left, distinct.Right, true);
                return true;
            default:
                (first, second, nullsMatch) = (null, null, false);
                return false;
        }
    }

    /// <summary>Keys over the left and the right input (right columns counted from 0), and the conjuncts that are not such equalities.</summary>
    public static (List<(ScalarExpression Left, ScalarExpression Right, bool NullsMatch)> Keys, List<ScalarExpression> Residual) Split(
        ScalarExpression condition, int leftWidth)
    {
        var keys = new List<(ScalarExpression, ScalarExpression, bool)>();
        var residual = new List<ScalarExpression>();
        foreach (ScalarExpression conjunct in LogicalExpressions.Conjuncts(condition))
        {
            if (IsEquality(conjunct, out ScalarExpression? a, out ScalarExpression? b, out bool nullsMatch)
                && !LogicalExpressions.IsVolatile(conjunct))
            {
                if (Side(a) == 1 && Side(b) == 2)
                {
                    keys.Add((OrderKeys.Of(a), OrderKeys.Of(LogicalExpressions.ShiftColumns(b, -leftWidth)), nullsMatch));
                    continue;
                }

                if (Side(a) == 2 && Side(b) == 1)
                {
                    keys.Add((OrderKeys.Of(b), OrderKeys.Of(LogicalExpressions.ShiftColumns(a, -leftWidth)), nullsMatch));
                    continue;
                }
            }

            residual.Add(conjunct);
        }

        return (keys, residual);

        int Side(ScalarExpression e)
        {
            HashSet<int> columns = LogicalExpressions.ColumnsOf(e);
            return columns.Count == 0 ? 0 : columns.All(c => c < leftWidth) ? 1 : columns.All(c => c >= leftWidth) ? 2 : 3;
        }
    }
}
