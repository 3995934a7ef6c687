using System.Reflection;
using System.Runtime.CompilerServices;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Compilation;

/// <summary>Evaluates an expression without columns once, calling the same implementations that compiled code calls.</summary>
/// <remarks>For constants: compiling costs more than the few calls it would save.</remarks>
internal static class Interpreter
{
    public static Datum Evaluate(ScalarExpression expression, EvaluationContext context)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new SqlException(SqlState.StatementTooComplex, "stack depth limit exceeded");
        }

        return expression switch
        {
            LiteralExpression literal => literal.Value,
            CallExpression call => Call(FunctionRegistry.Implementation(call), Evaluate(call.Arguments, context), context),
            CastExpression cast => Cast(cast, context),
            LogicalExpression logical => Logical(logical, context),
            NotExpression not => Evaluate(not.Operand, context).Value is bool value ? new Datum(!value) : Datum.Null,
            IsNullExpression isNull => new Datum(Evaluate(isNull.Operand, context).IsNull),
            CaseExpression branches => Case(branches, context),
            CoalesceExpression coalesce => Coalesce(coalesce, context),
            DistinctFromExpression distinct => new Datum(IsDistinct(distinct, context) != distinct.IsNegated),
            ParameterExpression parameter =>
                throw new SqlException(SqlState.UndefinedParameter, $"there is no parameter ${parameter.Index + 1}"),
            _ => throw new InvariantException($"{expression.GetType().Name} is not constant"),
        };
    }

    private static Datum[] Evaluate(IReadOnlyList<ScalarExpression> expressions, EvaluationContext context) =>
        [.. expressions.Select(e => Evaluate(e, context))];

    private static Datum Cast(CastExpression cast, EvaluationContext context)
    {
        Datum operand = Evaluate(cast.Operand, context);
        foreach (ScalarImplementation step in CastMatrix.Steps(cast.Operand.Type, cast.Type, cast.Context))
        {
            operand = Call(step, [operand], context);
        }

        return operand;
    }

    private static Datum Logical(LogicalExpression logical, EvaluationContext context)
    {
        bool sawNull = false;
        foreach (ScalarExpression operand in logical.Operands)
        {
            Datum value = Evaluate(operand, context);
            if (value.IsNull)
            {
                sawNull = true;
            }
            else if ((bool)value.Value! != logical.IsAnd)
            {
                return value;
            }
        }

        return sawNull ? Datum.Null : new Datum(logical.IsAnd);
    }

    private static Datum Case(CaseExpression expression, EvaluationContext context)
    {
        foreach (CaseBranch branch in expression.Branches)
        {
            if (Evaluate(branch.Condition, context).Value is true)
            {
                return Evaluate(branch.Result, context);
            }
        }

        return Evaluate(expression.Else, context);
    }

    private static Datum Coalesce(CoalesceExpression expression, EvaluationContext context)
    {
        foreach (ScalarExpression operand in expression.Operands)
        {
            Datum value = Evaluate(operand, context);
            if (!value.IsNull)
            {
                return value;
            }
        }

        return Datum.Null;
    }

    private static bool IsDistinct(DistinctFromExpression distinct, EvaluationContext context)
    {
        Datum left = Evaluate(distinct.Left, context);
        Datum right = Evaluate(distinct.Right, context);
        if (left.IsNull || right.IsNull)
        {
            return left.IsNull != right.IsNull;
        }

        return Call(Comparisons.Equality(distinct.Left.Type), [left, right], context).Value is false;
    }

    /// <summary>Calls an implementation once; a failure is reported and gives NULL.</summary>
    public static Datum Call(ScalarImplementation implementation, Datum[] arguments, EvaluationContext context)
    {
        var actual = new object?[implementation.Parameters.Length];
        for (int i = 0; i < actual.Length; i++)
        {
            Type type = implementation.Parameters[i].ParameterType;
            if (type == typeof(EvaluationContext))
            {
                actual[i] = context;
            }
            else if (type.IsByRef)
            {
                actual[i] = null;
            }
            else if (type == typeof(VariadicArguments))
            {
                actual[i] = Variadic(arguments.AsSpan(i), context);
            }
            else if (arguments[i].IsNull && !implementation.AcceptsNull(i))
            {
                return Datum.Null;
            }
            else
            {
                actual[i] = arguments[i].Value is byte[] bytes ? context.Bytes(bytes) : arguments[i].Value;
            }
        }

        try
        {
            object? result = implementation.Method.Invoke(
                implementation.Target, BindingFlags.DoNotWrapExceptions, null, actual, null);
            if (context.HasFailed)
            {
                context.ReportFailure(-1);
                return Datum.Null;
            }

            result = implementation.Failure == FailureMode.Tries ? actual[^1] : result;
            return new Datum(result is ByteSlice slice ? slice.Span.ToArray() : result);
        }
        catch (SqlException exception) when (implementation.Failure == FailureMode.Throws && !context.HasFailed)
        {
            context.ReportException(exception, -1);
            return Datum.Null;
        }
        catch (OverflowException)
        {
            context.ReportOverflow(-1);
            return Datum.Null;
        }
    }

    private static VariadicArguments Variadic(ReadOnlySpan<Datum> arguments, EvaluationContext context)
    {
        VariadicArguments list = context.Variadic.Clear();
        foreach (Datum argument in arguments)
        {
            switch (argument.Value)
            {
                case null: list.Add(0L, true); break;
                case bool v: list.Add(v, false); break;
                case short v: list.Add(v, false); break;
                case int v: list.Add(v, false); break;
                case long v: list.Add(v, false); break;
                case float v: list.Add(v, false); break;
                case double v: list.Add(v, false); break;
                case Numeric v: list.Add(v, false); break;
                case Interval v: list.Add(v, false); break;
                case Uuid v: list.Add(v, false); break;
                case byte[] v: list.Add(context.Bytes(v), false); break;
                default: throw new InvariantException($"datum of CLR type {argument.Value.GetType()}");
            }
        }

        return list;
    }
}
