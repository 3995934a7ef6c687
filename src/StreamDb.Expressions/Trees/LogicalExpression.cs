using System.Collections.Immutable;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Trees;

/// <summary>AND or OR of two or more booleans, three-valued; evaluated left to right, stopping once decided.</summary>
public sealed record LogicalExpression(bool IsAnd, ImmutableArray<ScalarExpression> Operands)
    : ScalarExpression(SqlType.Boolean)
{
    public override bool IsNullable => Operands.Any(o => o.IsNullable);

    public override IReadOnlyList<ScalarExpression> Children => Operands;

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => this with { Operands = [.. children] };

    public bool Equals(LogicalExpression? other) => other is not null && IsAnd == other.IsAnd && Operands.SequenceEqual(other.Operands);

    public override int GetHashCode() => Operands.Aggregate(IsAnd.GetHashCode(), HashCode.Combine);

    /// <summary>The conjunction of <paramref name="operands"/>, flattened; TRUE when there are none.</summary>
    public static ScalarExpression And(IEnumerable<ScalarExpression> operands) => Combine(true, operands);

    /// <summary>The disjunction of <paramref name="operands"/>, flattened; FALSE when there are none.</summary>
    public static ScalarExpression Or(IEnumerable<ScalarExpression> operands) => Combine(false, operands);

    private static ScalarExpression Combine(bool isAnd, IEnumerable<ScalarExpression> operands)
    {
        ImmutableArray<ScalarExpression> flat =
            [.. operands.SelectMany(o => o is LogicalExpression l && l.IsAnd == isAnd ? l.Operands : [o])];
        return flat.Length switch
        {
            0 => isAnd ? LiteralExpression.True : LiteralExpression.False,
            1 => flat[0],
            _ => new LogicalExpression(isAnd, flat),
        };
    }
}
