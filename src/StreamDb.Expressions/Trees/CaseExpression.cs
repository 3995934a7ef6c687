using System.Collections.Immutable;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Trees;

/// <summary>Searched CASE. Branches are evaluated only when reached, in order.</summary>
public sealed record CaseExpression(ImmutableArray<CaseBranch> Branches, ScalarExpression Else, SqlType Type)
    : ScalarExpression(Type)
{
    public override bool IsNullable => Else.IsNullable || Branches.Any(b => b.Result.IsNullable);

    public override IReadOnlyList<ScalarExpression> Children =>
        [.. Branches.SelectMany(b => new[] { b.Condition, b.Result }), Else];

    public override ScalarExpression WithChildren(IReadOnlyList<ScalarExpression> children) => this with
    {
        Branches = [.. Enumerable.Range(0, Branches.Length).Select(i => new CaseBranch(children[2 * i], children[(2 * i) + 1]))],
        Else = children[^1],
    };

    public bool Equals(CaseExpression? other) => other is not null && Type.Equals(other.Type)
        && Else.Equals(other.Else) && Branches.SequenceEqual(other.Branches);

    public override int GetHashCode() => Branches.Aggregate(Else.GetHashCode(), HashCode.Combine);
}
