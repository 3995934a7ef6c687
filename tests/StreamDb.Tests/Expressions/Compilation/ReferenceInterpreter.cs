using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;

namespace StreamDb.Tests.Expressions.Compilation;

/// <summary>The meaning of the expressions that <see cref="RandomExpressionTests"/> makes, written as plainly as can be.</summary>
/// <remarks>A row error makes the failing node NULL. Shares no code with the product's functions.</remarks>
internal sealed class ReferenceInterpreter(ImmutableArray<Datum> row)
{
    public Datum Evaluate(ScalarExpression expression) => expression switch
    {
        ColumnExpression column => row[column.Index],
        LiteralExpression literal => literal.Value,
        LogicalExpression logical => Logical(logical),
        NotExpression not => Evaluate(not.Operand).Value is bool value ? new Datum(!value) : Datum.Null,
        IsNullExpression isNull => new Datum(Evaluate(isNull.Operand).IsNull),
        DistinctFromExpression distinct => new Datum((Evaluate(distinct.Left) == Evaluate(distinct.Right)) == distinct.IsNegated),
        CaseExpression branches => Case(branches),
        CoalesceExpression coalesce => coalesce.Operands.Select(Evaluate).FirstOrDefault(v => !v.IsNull),
        CastExpression cast => Cast(Evaluate(cast.Operand), cast.Type),
        CallExpression call => Call(call.Function.Name, [.. call.Arguments.Select(Evaluate)]),
        _ => throw new NotSupportedException(expression.ToString()),
    };

    private Datum Logical(LogicalExpression logical)
    {
        Datum[] values = [.. logical.Operands.Select(Evaluate)];
        return Array.Exists(values, v => v.Value is bool b && b != logical.IsAnd) ? new Datum(!logical.IsAnd)
            : Array.Exists(values, v => v.IsNull) ? Datum.Null
            : new Datum(logical.IsAnd);
    }

    private Datum Case(CaseExpression expression)
    {
        foreach (CaseBranch branch in expression.Branches)
        {
            if (Evaluate(branch.Condition).Value is true)
            {
                return Evaluate(branch.Result);
            }
        }

        return Evaluate(expression.Else);
    }

    private static Datum Cast(Datum value, SqlType type) => (value.Value, type.Kind) switch
    {
        (null, _) => Datum.Null,
        (int v, SqlTypeKind.Int64) => new Datum((long)v),
        (long v, SqlTypeKind.Int32) => v is >= int.MinValue and <= int.MaxValue ? new Datum((int)v) : Datum.Null,
        _ => throw new NotSupportedException(type.ToString()),
    };

    private static Datum Call(string name, Datum[] arguments) => Array.Exists(arguments, a => a.IsNull)
        ? Datum.Null
        : (name, arguments[0].Value, arguments[^1].Value) switch
        {
            ("+", int a, int b) => Narrow((long)a + b),
            ("*", int a, int b) => Narrow((long)a * b),
            ("/", int a, int b) => b == 0 ? Datum.Null : Narrow((long)a / b),
            ("+", long a, long b) => Narrow((Int128)a + b),
            ("-", long a, long b) => Narrow((Int128)a - b),
            ("<", long a, long b) => new Datum(a < b),
            (">=", int a, int b) => new Datum(a >= b),
            ("=", int a, int b) => new Datum(a == b),
            ("=", byte[] a, byte[] b) => new Datum(a.AsSpan().SequenceEqual(b)),
            ("||", byte[] a, byte[] b) => new Datum((byte[])[.. a, .. b]),
            ("upper", byte[], _) => Datum.Text(arguments[0].AsString().ToUpperInvariant()),
            ("length", byte[] a, _) => new Datum(a.Length),
            _ => throw new NotSupportedException(name),
        };

    private static Datum Narrow(long value) => (int)value == value ? new Datum((int)value) : Datum.Null;

    private static Datum Narrow(Int128 value) => value >= long.MinValue && value <= long.MaxValue ? new Datum((long)value) : Datum.Null;
}
