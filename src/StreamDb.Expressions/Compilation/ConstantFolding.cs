using System.Runtime.CompilerServices;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Compilation;

/// <summary>Evaluates what needs no row.</summary>
public static class ConstantFolding
{
    /// <summary>The expression with every immutable sub-expression over literals replaced by its value.</summary>
    /// <remarks>
    /// A sub-expression that fails is left as it is, so that <c>CASE WHEN x = 0 THEN 0 ELSE 1/0 END</c> fails only if its
    /// branch is reached. Casts that depend on the session (timestamptz text) are folded with the context's settings.
    /// Conditions that are decided simplify AND, OR, CASE and COALESCE.
    /// </remarks>
    public static ScalarExpression Fold(ScalarExpression expression, EvaluationContext context)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            return expression;
        }

        IReadOnlyList<ScalarExpression> children = expression.Children;
        if (children.Count > 0)
        {
            ScalarExpression[] folded = [.. children.Select(c => Fold(c, context))];
            if (!folded.Zip(children).All(p => ReferenceEquals(p.First, p.Second)))
            {
                expression = expression.WithChildren(folded);
            }
        }

        return expression switch
        {
            LogicalExpression logical => FoldLogical(logical),
            CaseExpression branches => FoldCase(branches),
            CoalesceExpression coalesce => FoldCoalesce(coalesce),
            CallExpression { Function.Volatility: not Volatility.Immutable } => expression,
            CallExpression or CastExpression or NotExpression or IsNullExpression or DistinctFromExpression
                when expression.Children.All(c => c is LiteralExpression) => TryEvaluate(expression, context),
            _ => expression,
        };
    }

    /// <summary>The value of an expression without columns and parameters. Errors go to the context's sink.</summary>
    public static Datum Evaluate(ScalarExpression constant, EvaluationContext context)
    {
        Datum value = Interpreter.Evaluate(constant, context);
        context.ResetArena();
        return value;
    }

    private static ScalarExpression TryEvaluate(ScalarExpression expression, EvaluationContext context)
    {
        try
        {
            using var strict = context.Strict();
            return new LiteralExpression(Evaluate(expression, strict), expression.Type);
        }
        catch (SqlException)
        {
            return expression;
        }
    }

    private static ScalarExpression FoldLogical(LogicalExpression logical)
    {
        // Once an operand decides, those after it are never evaluated; those before it still are, for their errors.
        var kept = new List<ScalarExpression>();
        foreach (ScalarExpression operand in logical.Operands)
        {
            if (operand is LiteralExpression { Value.Value: bool value })
            {
                if (value == logical.IsAnd)
                {
                    continue;
                }

                if (kept.Count == 0 || kept.TrueForAll(IsTotal))
                {
                    return operand;
                }

                kept.Add(operand);
                break;
            }

            kept.Add(operand);
        }

        return kept.Count == logical.Operands.Length
            ? logical
            : logical.IsAnd ? LogicalExpression.And(kept) : LogicalExpression.Or(kept);
    }

    private static bool IsTotal(ScalarExpression expression) =>
        expression is ColumnExpression or LiteralExpression
        || (expression is not (CallExpression { Function.ReturnsNull: true } or CastExpression) && expression.Children.All(IsTotal));

    private static ScalarExpression FoldCase(CaseExpression expression)
    {
        var kept = new List<CaseBranch>();
        foreach (CaseBranch branch in expression.Branches)
        {
            if (branch.Condition is LiteralExpression literal)
            {
                if (literal.Value.Value is true)
                {
                    return kept.Count == 0 ? branch.Result : expression with { Branches = [.. kept], Else = branch.Result };
                }

                continue;
            }

            kept.Add(branch);
        }

        return kept.Count == 0 ? expression.Else
            : kept.Count == expression.Branches.Length ? expression
            : expression with { Branches = [.. kept] };
    }

    private static ScalarExpression FoldCoalesce(CoalesceExpression expression)
    {
        var kept = new List<ScalarExpression>();
        foreach (ScalarExpression operand in expression.Operands)
        {
            if (operand is LiteralExpression { Value.IsNull: true })
            {
                continue;
            }

            kept.Add(operand);
            if (!operand.IsNullable)
            {
                break;
            }
        }

        return kept.Count switch
        {
            0 => LiteralExpression.Null(expression.Type),
            1 => kept[0],
            _ => kept.Count == expression.Operands.Length ? expression : expression with { Operands = [.. kept] },
        };
    }
}
