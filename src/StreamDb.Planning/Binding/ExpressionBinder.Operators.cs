using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <content>Operators and the forms with words: IS, LIKE, BETWEEN, IN lists, CASE.</content>
internal sealed partial class ExpressionBinder
{
    private static readonly string[] _comparisons = ["=", "<>", "<", "<=", ">", ">="];

    private ScalarExpression BindBinary(BinarySyntax binary)
    {
        Stack<BinarySyntax> spine = binary.LeftSpine();
        ScalarExpression? left = null;
        foreach (BinarySyntax node in spine)
        {
            if (left is null && _comparisons.Contains(node.Operator.Symbol) && IsRow(node.Left) && IsRow(node.Right))
            {
                left = CompareRows(node.Operator.Symbol, Fields(node.Left), Fields(node.Right), node.Position);
                continue;
            }

            left ??= Bind(node.Left);
            left = Operator(node.Operator.Symbol, node.Position, [left, Bind(node.Right)], node.Left, node.Right);
        }

        return left!;
    }

    private ScalarExpression BindUnary(UnarySyntax unary) => unary switch
    {
        { Operator.Symbol: "-", Operand: LiteralSyntax { Kind: LiteralKind.Integer or LiteralKind.Number } literal } => Literal(literal, negative: true),
        { Operator.Symbol: "+", Operand: LiteralSyntax { Kind: LiteralKind.Integer or LiteralKind.Number } literal } => Literal(literal, negative: false),
        _ => Operator(unary.Operator.Symbol, unary.Position, Bind(unary.Operand)),
    };

    private ScalarExpression BindIsNull(IsNullSyntax syntax)
    {
        if (IsRow(syntax.Operand))
        {
            return LogicalExpression.And(Fields(syntax.Operand).Select(f => NullTest(f, syntax.IsNegated)));
        }

        ScalarExpression operand = Bind(syntax.Operand);
        if (operand.Type.Kind != SqlTypeKind.Record)
        {
            return NullTest(operand, syntax.IsNegated);
        }

        ScalarExpression fields = LogicalExpression.And(Enumerable.Range(0, operand.Type.Fields.Length)
            .Select(i => NullTest(FieldOf(operand, i, syntax.Position), syntax.IsNegated)));
        return syntax.IsNegated
            ? LogicalExpression.And([NullTest(operand, true), fields])
            : LogicalExpression.Or([NullTest(operand, false), fields]);
    }

    private static ScalarExpression NullTest(ScalarExpression operand, bool negated) =>
        negated ? new NotExpression(new IsNullExpression(operand)) : new IsNullExpression(operand);

    private ScalarExpression BindTruth(IsTruthSyntax syntax)
    {
        string construct = (syntax.IsNegated, syntax.Value) switch
        {
            (false, TruthValue.True) => "IS TRUE",
            (true, TruthValue.True) => "IS NOT TRUE",
            (false, TruthValue.False) => "IS FALSE",
            (true, TruthValue.False) => "IS NOT FALSE",
            (false, _) => "IS UNKNOWN",
            _ => "IS NOT UNKNOWN",
        };
        ScalarExpression operand = BindCondition(syntax.Operand, construct);
        return syntax.Value switch
        {
            TruthValue.Unknown => NullTest(operand, syntax.IsNegated),
            _ => new DistinctFromExpression(
                operand, syntax.Value == TruthValue.True ? LiteralExpression.True : LiteralExpression.False, !syntax.IsNegated),
        };
    }

    private ScalarExpression BindDistinct(IsDistinctSyntax syntax)
    {
        if (IsRow(syntax.Left) && IsRow(syntax.Right))
        {
            ImmutableArray<ScalarExpression> left = Fields(syntax.Left);
            ImmutableArray<ScalarExpression> right = Fields(syntax.Right);
            CheckWidths(left.Length, right.Length, syntax.Position);
            IEnumerable<ScalarExpression> parts = left.Select((l, i) => DistinctFrom(l, right[i], syntax.IsNegated, syntax.Position)).ToArray();
            return syntax.IsNegated ? LogicalExpression.And(parts) : LogicalExpression.Or(parts);
        }

        return DistinctFrom(Bind(syntax.Left), Bind(syntax.Right), syntax.IsNegated, syntax.Position);
    }

    private ScalarExpression DistinctFrom(ScalarExpression left, ScalarExpression right, bool negated, int position)
    {
        // The "=" operator decides which types can be compared, and as what.
        if (Operator("=", position, left, right) is CallExpression { Arguments: [var l, var r] } && l.Type.SameAs(r.Type))
        {
            return new DistinctFromExpression(l, r, negated);
        }

        ImmutableArray<ScalarExpression> operands = Unify([left, right], "IS DISTINCT FROM", position);
        return new DistinctFromExpression(operands[0], operands[1], negated);
    }

    private ScalarExpression BindLike(LikeSyntax like)
    {
        ScalarExpression operand = Bind(like.Operand);
        ScalarExpression pattern = Bind(like.Pattern);
        ScalarExpression result;
        if (like.Kind == LikeKind.SimilarTo)
        {
            pattern = like.Escape is null
                ? Call("similar_to_escape", like.Position, pattern)
                : Call("similar_to_escape", like.Position, pattern, Bind(like.Escape));
            result = Operator("~", like.Position, operand, pattern);
        }
        else
        {
            if (like.Escape is not null)
            {
                pattern = Call("like_escape", like.Position, pattern, Bind(like.Escape));
            }

            result = Operator(like.Kind == LikeKind.Like ? "~~" : "~~*", like.Position, operand, pattern);
        }

        return like.IsNegated ? new NotExpression(result) : result;
    }

    private ScalarExpression BindBetween(BetweenSyntax between)
    {
        ScalarExpression operand = Bind(between.Operand);
        (ScalarExpression Bound, ExpressionSyntax Syntax) lower = (Bind(between.Lower), between.Lower);
        (ScalarExpression Bound, ExpressionSyntax Syntax) upper = (Bind(between.Upper), between.Upper);
        ScalarExpression result = Within(lower, upper);
        if (between.IsSymmetric)
        {
            result = LogicalExpression.Or([result, Within(upper, lower)]);
        }

        return between.IsNegated ? new NotExpression(result) : result;

        ScalarExpression Within((ScalarExpression Bound, ExpressionSyntax Syntax) from, (ScalarExpression Bound, ExpressionSyntax Syntax) to) => LogicalExpression.And(
        [
            Operator(">=", between.Position, [operand, from.Bound], between.Operand, from.Syntax),
            Operator("<=", between.Position, [operand, to.Bound], between.Operand, to.Syntax),
        ]);
    }

    private ScalarExpression BindInList(InListSyntax list)
    {
        ScalarExpression result;
        if (IsRow(list.Operand))
        {
            ImmutableArray<ScalarExpression> operand = Fields(list.Operand);
            result = LogicalExpression.Or(list.Items.Select(item => IsRow(item)
                ? CompareRows("=", operand, Fields(item), item.Position)
                : throw BindError.NotSupported("a comparison of a row with a single value", item.Position)).ToArray());
        }
        else
        {
            ScalarExpression operand = Bind(list.Operand);
            ScalarExpression[] items = [.. list.Items.Select(Bind)];

            // All items become one type first, as in PostgreSQL: 1 IN (1, 2.5) compares numerics.
            if (items.Any(i => i.Type.Kind != SqlTypeKind.Unknown) && items.Any(i => i.Type.Kind == SqlTypeKind.Unknown)
                && operand.Type.Kind == SqlTypeKind.Unknown)
            {
                items = [.. Unify(items, [.. list.Items], "IN")];
            }

            result = LogicalExpression.Or(items.Select((item, i) => Operator("=", list.Position, [operand, item], list.Operand, list.Items[i])).ToArray());
        }

        return list.IsNegated ? new NotExpression(result) : result;
    }

    private CaseExpression BindCase(CaseSyntax syntax)
    {
        ScalarExpression? operand = syntax.Operand is null ? null : Bind(syntax.Operand);
        if (operand is { Type.Kind: SqlTypeKind.Unknown })
        {
            operand = Cast(operand, SqlType.Text, CastContext.Implicit, syntax.Position);
        }

        ScalarExpression[] conditions = [.. syntax.Whens.Select(w => operand is null
            ? BindCondition(w.Condition, "CASE/WHEN")
            : Operator("=", w.Condition.Position, [operand, Bind(w.Condition)], syntax.Operand!, w.Condition))];
        ScalarExpression[] results = [.. syntax.Whens.Select(w => Bind(w.Result))];
        ScalarExpression otherwise = syntax.Else is null ? LiteralExpression.Null(SqlType.Unknown) : Bind(syntax.Else);

        // ELSE counts first where types are chosen, as in PostgreSQL.
        ImmutableArray<ScalarExpression> unified = Unify(
            [otherwise, .. results], [syntax.Else ?? syntax, .. syntax.Whens.Select(w => w.Result)], "CASE");
        return new CaseExpression([.. conditions.Select((c, i) => new CaseBranch(c, unified[i + 1]))], unified[0], unified[0].Type);
    }

    private ScalarExpression BindCoalesce(CoalesceSyntax coalesce)
    {
        ImmutableArray<ScalarExpression> operands = Unify([.. coalesce.Arguments.Select(Bind)], [.. coalesce.Arguments], "COALESCE");
        return operands.Length == 1 ? operands[0] : new CoalesceExpression(operands, operands[0].Type);
    }

    private CaseExpression BindNullIf(NullIfSyntax nullIf)
    {
        ScalarExpression left = Bind(nullIf.Left);
        ScalarExpression condition = Operator("=", nullIf.Position, [left, Bind(nullIf.Right)], nullIf.Left, nullIf.Right);
        if (left.Type.Kind == SqlTypeKind.Unknown && condition is CallExpression call)
        {
            left = call.Arguments[0];
        }

        return new CaseExpression([new CaseBranch(condition, LiteralExpression.Null(left.Type))], left, left.Type);
    }

    private static bool IsRow(ExpressionSyntax syntax) => syntax is RowSyntax;

    private ImmutableArray<ScalarExpression> Fields(ExpressionSyntax row) => [.. ((RowSyntax)row).Fields.SelectMany(f => f is WildcardSyntax wildcard
        ? Wildcards.Expand(scope, wildcard).Select(c => c.Expression)
        : [Bind(f)])];

    private static void CheckWidths(int left, int right, int position)
    {
        if (left != right)
        {
            throw BindError.At(SqlState.SyntaxError, position, "unequal number of entries in row expressions");
        }
    }

    /// <summary>Row comparison, column by column: NULLs count only where they decide.</summary>
    private ScalarExpression CompareRows(
        string symbol, IReadOnlyList<ScalarExpression> left, IReadOnlyList<ScalarExpression> right, int position)
    {
        CheckWidths(left.Count, right.Count, position);
        ScalarExpression At(string op, int i) => Operator(op, position, left[i], right[i]);
        if (symbol is "=" or "<>")
        {
            ScalarExpression[] parts = [.. Enumerable.Range(0, left.Count).Select(i => At(symbol, i))];
            return symbol == "=" ? LogicalExpression.And(parts) : LogicalExpression.Or(parts);
        }

        // (a, b) <= (c, d) is a < c OR (a = c AND b <= d).
        string strict = symbol[..1];
        ScalarExpression result = At(symbol, left.Count - 1);
        for (int i = left.Count - 2; i >= 0; i--)
        {
            result = LogicalExpression.Or([At(strict, i), LogicalExpression.And([At("=", i), result])]);
        }

        return result;
    }

    private ScalarExpression BindOverlaps(OverlapsSyntax overlaps)
    {
        if (!IsRow(overlaps.Left) || !IsRow(overlaps.Right))
        {
            throw BindError.At(SqlState.SyntaxError, overlaps.Position, "wrong number of parameters on side of OVERLAPS expression");
        }

        return Call("overlaps", overlaps.Position, [.. Fields(overlaps.Left), .. Fields(overlaps.Right)]);
    }

    private ScalarExpression BindQuantifiedArray(QuantifiedArraySyntax quantified)
    {
        ScalarExpression left = Bind(quantified.Left);
        ScalarExpression array = Bind(quantified.Array);
        return QuantifiedCall(quantified.Operator.Symbol, quantified.Quantifier, left, array, quantified.Position);
    }
}
