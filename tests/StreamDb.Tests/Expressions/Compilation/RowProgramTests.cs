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

    [Fact]
    public void A_batch_costs_a_few_small_objects_however_many_rows_it_has()
    {
        SqlType[] types = [SqlType.Int64, SqlType.Int64];
        ScalarExpression x = new ColumnExpression(0, SqlType.Int64, false);
        ScalarExpression y = new ColumnExpression(1, SqlType.Int64, true);
        RowProgram program = RowProgram.Compile(
            types, Op("<", Op("%", x, Long(7)), Long(3)), [Op("+", Op("*", x, Long(2)), y), y]);
        using var context = new EvaluationContext(ThrowingErrorSink.Instance);
        long small = Allocated(program, Longs(100), context);
        long large = Allocated(program, Longs(4000), context);
        Assert.True(large <= small + 64, $"{small} bytes for 100 rows, {large} for 4000");
        Assert.True(large < 2000, $"{large} bytes for a batch");
    }

    [Fact]
    public void Programs_that_differ_in_constants_share_their_code()
    {
        var first = new ProgramShape(Op("=", _a, Int(5)), [Op("+", _a, Int(1))]);
        var second = new ProgramShape(Op("=", _a, Int(77)), [Op("+", _a, Int(9))]);
        var third = new ProgramShape(Op("=", _a, Int(5)), [Op("+", _a, Int(5))]);
        Assert.Equal(first.Key, second.Key);
        Assert.NotEqual(first.Key, third.Key);
    }

    [Fact]
    public void A_repeated_expression_is_evaluated_and_reported_once()
    {
        var sink = new RecordingSink();
        ScalarExpression quotient = Op("/", Int(10), _a);
        Run(sink, null, [Op("+", quotient, Int(1)), Op("*", quotient, Int(2))], Row(0, 0L, ""));
        Assert.Single(sink.Reports);
    }

    [Fact]
    public void Errors_carry_the_weight_of_their_row()
    {
        var sink = new RecordingSink();
        ColumnBatch input = ColumnBatch.FromRows([.. _types.Select(t => t.Physical)], [Row(1, 2L, "x"), Row(0, 2L, "x")]);
        using var context = new EvaluationContext(sink);
        RowProgram.Compile(_types, null, [Op("/", Int(1), _a)]).Run(input, [1, -3], context, out _).Release();
        Assert.Equal(-3, Assert.Single(sink.Reports).Weight);
    }

    [Fact]
    public void Long_lists_do_not_overflow_the_stack()
    {
        ScalarExpression list = LogicalExpression.Or(Enumerable.Range(0, 5000).Select(i => Op("<", _b, Op("+", _a, Int(i)))));
        Assert.Equal([["1"]], Run(list, [_a], Row(1, 2L, "x")));
        SqlException tooDeep = Assert.Throws<SqlException>(() =>
        {
            ScalarExpression chain = _c;
            for (int i = 0; i < 20_000; i++)
            {
                chain = Op("||", chain, _c);
            }
        });
        Assert.Equal(SqlState.StatementTooComplex, tooDeep.State);
    }

    [Fact]
    public void Branches_that_are_not_reached_are_not_evaluated()
    {
        ScalarExpression guarded = new CaseExpression([new CaseBranch(Op("=", _a, Int(0)), Int(-1))], Op("/", Int(10), _a), SqlType.Int32);
        Assert.Equal([["-1"], ["5"]], Run(null, [guarded], Row(0, 0L, ""), Row(2, 0L, "")));
        ScalarExpression safe = LogicalExpression.And([Op("<>", _a, Int(0)), Op(">", Op("/", Int(10), _a), Int(1))]);
        Assert.Equal([["2"]], Run(safe, [_a], Row(0, 0L, ""), Row(2, 0L, "")));
        ScalarExpression first = new CoalesceExpression([_a, Op("/", Int(1), Int(0))], SqlType.Int32);
        Assert.Equal([["7"]], Run(null, [first], Row(7, 0L, "")));
    }

    internal static ScalarExpression Op(string symbol, params ScalarExpression[] operands) => FunctionRegistry.Operator(symbol, operands, -1);

    internal static LiteralExpression Int(int value) => new(new Datum(value), SqlType.Int32);

    private static LiteralExpression Long(long value) => new(new Datum(value), SqlType.Int64);

    private static ColumnBatch Longs(int count) => ColumnBatch.FromRows(
        [PhysicalType.Int64, PhysicalType.Int64],
        [.. Enumerable.Range(0, count).Select(i => ImmutableArray.Create(new Datum((long)i), new Datum(i * 3L)))]);

    /// <summary>Bytes of managed memory that one run takes once everything is warm.</summary>
    private static long Allocated(RowProgram program, ColumnBatch input, EvaluationContext context)
    {
        long allocated = 0;
        for (int i = 0; i < 5; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            program.Run(input, default, context, out _).Release();
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return allocated;
    }

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
