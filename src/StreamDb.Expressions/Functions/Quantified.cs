using System.Reflection;
using StreamDb.Core.Codecs;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>value comparison ANY (array) and ALL (array).</summary>
internal sealed class Quantified(SqlType element, Comparison comparison, bool isAny)
{
    private readonly ArrayOperations _operations = new(element);
    private readonly Func<int, bool> _isTrue = comparison switch
    {
        Comparison.Equal => order => order == 0,
        Comparison.NotEqual => order => order != 0,
        Comparison.Less => order => order < 0,
        Comparison.LessOrEqual => order => order <= 0,
        Comparison.Greater => order => order > 0,
        _ => order => order >= 0,
    };

    public static ScalarImplementation Bind(CallExpression call, Comparison comparison, bool isAny)
    {
        SqlType element = ArrayReader.ElementOf(call.Arguments[1].Type);
        return ScalarImplementation.Generic(new Quantified(element, comparison, isAny), nameof(Test), element, FailureMode.None);
    }

    public bool? Test<T>(T? left, ByteSlice? array)
        where T : unmanaged => _operations.Quantified(left, array, isAny, _isTrue);
}

/// <summary>text LIKE ANY (array) and the like, for every pattern operator.</summary>
internal sealed class QuantifiedPattern(ScalarImplementation matcher, bool isAny)
{
    public static ScalarImplementation Bind(string symbol, bool isAny)
    {
        ScalarExpression text = LiteralExpression.Null(SqlType.Text);
        var call = (CallExpression)FunctionRegistry.Operator(symbol, [text, text], -1);
        return new ScalarImplementation(new QuantifiedPattern(FunctionRegistry.Implementation(call), isAny).Test, FailureMode.Throws);
    }

    public bool? Test(ByteSlice? text, ByteSlice? array, EvaluationContext c)
    {
        if (array is not { } present)
        {
            return null;
        }

        var reader = new ArrayReader(PhysicalType.Bytes, present.Span);
        bool sawNull = false;
        for (int i = 0; i < reader.Count; i++)
        {
            if (text is not { } value || reader.IsNull(i))
            {
                sawNull = true;
            }
            else if (Matches(value, reader.GetSlice(i), c) == isAny)
            {
                return isAny;
            }
        }

        return sawNull ? null : !isAny;
    }

    private bool Matches(ByteSlice text, ByteSlice pattern, EvaluationContext c)
    {
        object[] arguments = matcher.TakesContext ? [text, pattern, c] : [text, pattern];
        return (bool)matcher.Method.Invoke(matcher.Target, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
    }
}
