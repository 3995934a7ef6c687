using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;
using Xunit;

namespace StreamDb.Tests.Expressions.Compilation;

public sealed class RowProgramTests
{
    private static readonly SqlType[] _types = [SqlType.Int32, SqlType.Int64, SqlType.Text];
    private static readonly ScalarExpression _a = new ColumnExpression(0, SqlType.Int32, true);
    private static readonly ScalarExpression _b = new ColumnExpression(1, SqlType.Int64, true);
    private static readonly ScalarExpression _c = new ColumnExpression(2, SqlType.Text, true);

    [Fact]
    public void Filters_and_projects_in_one_pass()
    {
        Assert.Equal(
            [["3", "x"], ["7", "z"]],
            Run(Op(">", _a, Int(0)), [Op("+", _a, _b), _c], Row(1, 2L, "x"), Row(-1, 2L, "y"), Row(3, 4L, "z"), Row(null, 4L, "n")));
    }

    [Fact]
    public void Null_operands_make_strict_calls_null()
    {
        Assert.Equal([["NULL"], ["NULL"]], Run(null, [Op("+", _a, _b)], Row(null, 1L, "x"), Row(1, null, "x")));
    }

    [Fact]
    public void A_failing_row_is_null_where_errors_are_recorded_and_raises_where_they_are_not()
    {
        var sink = new RecordingSink();
        Assert.Equal([["5"], ["NULL"]], Run(sink, null, [Op("/", Int(10), _a)], Row(2, 0L, ""), Row(0, 0L, "")));
        Assert.Equal([("22012", "division by zero", 1L)], sink.Reports);
        SqlException raised = Assert.Throws<SqlException>(() => Run(null, [Op("/", Int(10), _a)], Row(0, 0L, "")));
        Assert.Equal(SqlState.DivisionByZero, raised.State);
    }

    [Fact]
    public void Unchanged_columns_are_shared_when_nothing_is_dropped()
    {
        ColumnBatch input = ColumnBatch.FromRows([.. _types.Select(t => t.Physical)], [Row(1, 2L, "x")]);
        using var context = new EvaluationContext(ThrowingErrorSink.Instance);
        ColumnBatch output = RowProgram.Compile(_types, null, [_c, _a]).Run(input, default, context, out Selection selection);
        Assert.True(selection.IsAll);
        Assert.Same(input[2], output[0]);
        Assert.Same(input[0], output[1]);
        output.Release();
        input.Release();
    }

    internal static ScalarExpression Op(string symbol, params ScalarExpression[] operands) => FunctionRegistry.Operator(symbol, operands, -1);

    internal static LiteralExpression Int(int value) => new(new Datum(value), SqlType.Int32);

    private static ImmutableArray<Datum> Row(int? a, long? b, string c) => [new Datum(a), new Datum(b), Datum.Text(c)];

    private static string[][] Run(ScalarExpression? predicate, ScalarExpression[] projections, params ImmutableArray<Datum>[] rows) =>
        Run(ThrowingErrorSink.Instance, predicate, projections, rows);

    private static string[][] Run(
        IErrorSink sink, ScalarExpression? predicate, ScalarExpression[] projections, params ImmutableArray<Datum>[] rows)
    {
        ColumnBatch input = ColumnBatch.FromRows([.. _types.Select(t => t.Physical)], rows);
        using var context = new EvaluationContext(sink);
        ColumnBatch output = RowProgram.Compile(_types, predicate, projections).Run(input, default, context, out _);
        string[][] result = [.. Enumerable.Range(0, output.Count).Select(r =>
            Enumerable.Range(0, output.ColumnCount).Select(c => output.GetDatum(c, r).ToString()).ToArray())];
        output.Release();
        input.Release();
        return result;
    }
}
