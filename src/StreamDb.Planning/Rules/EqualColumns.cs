using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Rules;

/// <summary>What an equality of two columns says of the other one: conditions carry over.</summary>
/// <remarks>
/// <c>a.k = b.k AND a.k &gt; 5</c> means b.k &gt; 5 too, so b can be thinned out before the join. Only for types whose equal values
/// are the same value: 1.0 and 1.00 are equal numerics, but <c>n::text = '1.0'</c> tells them apart. Only conditions that
/// cannot fail: <c>10 / a.k &gt; 1</c> must not be asked of a b.k that no a has.
/// </remarks>
internal static class EqualColumns
{
    /// <summary>The conjuncts of <paramref name="known"/> (over the join's row) as conditions on the columns that the join equates with theirs.</summary>
    /// <param name="toRight">From conditions on left columns to ones on right columns, or the other way round.</param>
    public static IEnumerable<ScalarExpression> Derive(ScalarExpression condition, int width, IEnumerable<ScalarExpression> known, bool toRight)
    {
        Dictionary<int, ColumnExpression> equal = [];
        foreach (ScalarExpression conjunct in LogicalExpressions.Conjuncts(condition))
        {
            if (AreEqual(conjunct, out ColumnExpression first, out ColumnExpression second) && first.Index < width != second.Index < width)
            {
                (ColumnExpression left, ColumnExpression right) = first.Index < width ? (first, second) : (second, first);
                equal.TryAdd(toRight ? left.Index : right.Index, toRight ? right : left);
            }
        }

        return equal.Count == 0 ? [] : known
            .Where(k => CannotFail(k) && LogicalExpressions.ColumnsOf(k) is { Count: > 0 } columns && columns.All(equal.ContainsKey))
            .Select(k => LogicalExpressions.Rewrite(k, e => e is ColumnExpression c ? equal[c.Index] : e));
    }

    /// <summary>Whether the conjunct equates two columns of one type, NULLs apart, whose equal values are the same.</summary>
    public static bool AreEqual(ScalarExpression conjunct, out ColumnExpression first, out ColumnExpression second)
    {
        if (EquiKeys.IsEquality(conjunct, out ScalarExpression? a, out ScalarExpression? b, out bool nullsMatch) && !nullsMatch
            && a is ColumnExpression x && b is ColumnExpression y && x.Type.SameAs(y.Type) && HasOneForm(x.Type))
        {
            (first, second) = (x, y);
            return true;
        }

        (first, second) = (null!, null!);
        return false;
    }

    /// <summary>Equal values of the type are the same in every respect.</summary>
    public static bool HasOneForm(SqlType type) => type.Kind is SqlTypeKind.Boolean or SqlTypeKind.Int16 or SqlTypeKind.Int32 or SqlTypeKind.Int64
        or SqlTypeKind.Date or SqlTypeKind.Time or SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz or SqlTypeKind.Uuid
        or SqlTypeKind.Text or SqlTypeKind.Varchar or SqlTypeKind.Bytea;

    /// <summary>Whether the condition can be asked of any row: it has no errors to report. Not all such conditions are known.</summary>
    public static bool CannotFail(ScalarExpression condition) => !LogicalExpressions.Any(condition, e => e switch
    {
        ColumnExpression or LiteralExpression or LogicalExpression or NotExpression or IsNullExpression => false,
        CallExpression { Function: { ReturnsNull: false, IsStrict: true, Volatility: Expressions.Functions.Volatility.Immutable } } => false,
        _ => true,
    });
}
