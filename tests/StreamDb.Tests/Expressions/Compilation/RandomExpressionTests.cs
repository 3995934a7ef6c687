using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;
using Xunit;

namespace StreamDb.Tests.Expressions.Compilation;

/// <summary>
/// Random expressions over random rows: the compiled program must agree with <see cref="ReferenceInterpreter"/>, row by row, in
/// values, kept rows and reported errors. Strategy: integers near their limits, divisors that are often zero, many NULLs, so that
/// overflow, division by zero, short circuits and three-valued logic all happen often.
/// </summary>
public sealed class RandomExpressionTests
{
    private static readonly SqlType[] _types = [SqlType.Int32, SqlType.Int32, SqlType.Int64, SqlType.Boolean, SqlType.Text];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Compiled_programs_agree_with_a_reference_interpreter(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 60; round++)
        {
            bool withNulls = random.Next(4) != 0;
            ImmutableArray<Datum>[] rows = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => Row(random, withNulls))];
            ScalarExpression? predicate = random.Next(2) == 0 ? null : Boolean(random, 4);
            ScalarExpression[] projections = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(random, 4))];
            Compare(seed, round, rows, predicate, projections);
        }
    }

    private static void Compare(
        int seed, int round, ImmutableArray<Datum>[] rows, ScalarExpression? predicate, ScalarExpression[] projections)
    {
        List<string> expected = [];
        foreach (ImmutableArray<Datum> row in rows)
        {
            var reference = new ReferenceInterpreter(row);
            if (predicate is null || reference.Evaluate(predicate).Value is true)
            {
                expected.Add(string.Join(" | ", projections.Select(p => reference.Evaluate(p).ToString())));
            }
        }

        var sink = new RecordingSink();
        using var context = new EvaluationContext(sink);
        ColumnBatch input = ColumnBatch.FromRows([.. _types.Select(t => t.Physical)], rows);
        ColumnBatch output = RowProgram.Compile(_types, predicate, projections).Run(input, default, context, out _);
        string[] actual = [.. Enumerable.Range(0, output.Count).Select(r =>
            string.Join(" | ", Enumerable.Range(0, output.ColumnCount).Select(c => output.GetDatum(c, r).ToString())))];
        Assert.True(
            expected.SequenceEqual(actual),
            $"seed {seed}, round {round}: WHERE {predicate} SELECT {string.Join(", ", projections.Select(p => p.ToString()))}\n"
            + $"expected {string.Join("; ", expected)}\nactual {string.Join("; ", actual)}");

        output.Release();
        input.Release();
        CheckFolding(seed, round, rows, projections);
    }

    /// <summary>Folding keeps the meaning of expressions.</summary>
    private static void CheckFolding(int seed, int round, ImmutableArray<Datum>[] rows, ScalarExpression[] projections)
    {
        using var context = new EvaluationContext(ThrowingErrorSink.Instance);
        foreach (ScalarExpression projection in projections)
        {
            ScalarExpression folded = ConstantFolding.Fold(projection, context);
            foreach (ImmutableArray<Datum> row in rows)
            {
                var reference = new ReferenceInterpreter(row);
                Assert.True(
                    reference.Evaluate(projection) == reference.Evaluate(folded),
                    $"seed {seed}, round {round}: {projection} folds to {folded}");
            }
        }
    }

    private static ImmutableArray<Datum> Row(Random random, bool withNulls) =>
    [
        Maybe(random, withNulls, new Datum(Int(random))),
        Maybe(random, withNulls, new Datum(Int(random))),
        Maybe(random, withNulls, new Datum(random.Next(3) == 0 ? long.MaxValue - random.Next(3) : (long)random.Next(-3, 4))),
        Maybe(random, withNulls, new Datum(random.Next(2) == 0)),
        Maybe(random, withNulls, Datum.Text("abc"[..random.Next(4)])),
    ];

    private static Datum Maybe(Random random, bool withNulls, Datum value) => withNulls && random.Next(4) == 0 ? Datum.Null : value;

    private static int Int(Random random) => random.Next(6) switch
    {
        0 => int.MaxValue - random.Next(3),
        1 => int.MinValue + random.Next(3),
        _ => random.Next(-3, 4),
    };

    private static ScalarExpression Any(Random random, int depth) => random.Next(4) switch
    {
        0 => Boolean(random, depth),
        1 => Long(random, depth),
        2 => TextValue(random, depth),
        _ => Integer(random, depth),
    };

    private static ScalarExpression Integer(Random random, int depth) => depth == 0
        ? random.Next(3) == 0 ? Literal(random.Next(8) == 0 ? null : Int(random), SqlType.Int32) : Column(random.Next(2))
        : random.Next(7) switch
        {
            0 => Op("+", Integer(random, depth - 1), Integer(random, depth - 1)),
            1 => Op("*", Integer(random, depth - 1), Integer(random, depth - 1)),
            2 => Op("/", Integer(random, depth - 1), Integer(random, depth - 1)),
            3 => Case(random, SqlType.Int32, () => Integer(random, depth - 1), depth),
            4 => new CoalesceExpression([Integer(random, depth - 1), Integer(random, depth - 1), Column(0)], SqlType.Int32),
            5 => Coercion.Cast(Long(random, depth - 1), SqlType.Int32, CastContext.Explicit, -1),
            _ => FunctionRegistry.Call("length", [TextValue(random, depth - 1)], -1),
        };

    private static ScalarExpression Long(Random random, int depth) => depth == 0
        ? Column(2)
        : random.Next(3) switch
        {
            0 => Op("-", Long(random, depth - 1), Integer(random, depth - 1)),
            1 => Op("+", Long(random, depth - 1), Long(random, depth - 1)),
            _ => Coercion.Cast(Integer(random, depth - 1), SqlType.Int64, CastContext.Implicit, -1),
        };

    private static ScalarExpression TextValue(Random random, int depth) => depth == 0
        ? Column(4)
        : random.Next(3) switch
        {
            0 => Op("||", TextValue(random, depth - 1), Column(4)),
            1 => Case(random, SqlType.Text, () => TextValue(random, depth - 1), depth),
            _ => FunctionRegistry.Call("upper", [TextValue(random, depth - 1)], -1),
        };

    private static ScalarExpression Boolean(Random random, int depth) => depth == 0
        ? Column(3)
        : random.Next(9) switch
        {
            0 => LogicalExpression.And([Boolean(random, depth - 1), Boolean(random, depth - 1), Boolean(random, depth - 1)]),
            1 => LogicalExpression.Or([Boolean(random, depth - 1), Boolean(random, depth - 1)]),
            2 => new NotExpression(Boolean(random, depth - 1)),
            3 => new IsNullExpression(Any(random, depth - 1)),
            4 => new DistinctFromExpression(Integer(random, depth - 1), Integer(random, depth - 1), random.Next(2) == 0),
            5 => Op("<", Integer(random, depth - 1), Long(random, depth - 1)),
            6 => Op("=", TextValue(random, depth - 1), TextValue(random, depth - 1)),
            7 => InList(random, depth),
            _ => Op(">=", Integer(random, depth - 1), Integer(random, depth - 1)),
        };

    private static ScalarExpression InList(Random random, int depth)
    {
        ScalarExpression operand = Integer(random, depth - 1);
        return LogicalExpression.Or(Enumerable.Range(0, random.Next(1, 14)).Select(i =>
            Op("=", operand, Literal(random.Next(20) == 0 ? null : random.Next(-5, 6), SqlType.Int32))));
    }

    private static CaseExpression Case(Random random, SqlType type, Func<ScalarExpression> result, int depth) => new(
        [new CaseBranch(Boolean(random, depth - 1), result()), new CaseBranch(Boolean(random, depth - 1), result())],
        random.Next(3) == 0 ? LiteralExpression.Null(type) : result(),
        type);

    private static ColumnExpression Column(int index) => new(index, _types[index], true);

    private static LiteralExpression Literal(int? value, SqlType type) => new(new Datum(value), type);

    private static ScalarExpression Op(string symbol, params ScalarExpression[] operands) => FunctionRegistry.Operator(symbol, operands, -1);
}
