using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using Xunit;

namespace StreamDb.Tests.Expressions.Compilation;

/// <summary>The truth tables of three-valued logic, on columns so that nothing is folded.</summary>
public sealed class LogicTests
{
    private static readonly ScalarExpression _a = new ColumnExpression(0, SqlType.Boolean, true);
    private static readonly ScalarExpression _b = new ColumnExpression(1, SqlType.Boolean, true);

    [Theory]
    [InlineData("tt", "t", "t", "f")]
    [InlineData("tf", "f", "t", "t")]
    [InlineData("tn", "n", "t", "t")]
    [InlineData("ft", "f", "t", "t")]
    [InlineData("ff", "f", "f", "f")]
    [InlineData("fn", "f", "n", "t")]
    [InlineData("nt", "n", "t", "t")]
    [InlineData("nf", "f", "n", "t")]
    [InlineData("nn", "n", "n", "f")]
    public void And_or_and_distinct_from_follow_the_truth_tables(string values, string and, string or, string distinct)
    {
        ScalarExpression[] expressions =
            [LogicalExpression.And([_a, _b]), LogicalExpression.Or([_a, _b]), new DistinctFromExpression(_a, _b, false)];
        Assert.Equal($"{and}{or}{distinct}", Run(values, expressions));
    }

    [Theory]
    [InlineData("t", "f", "f")]
    [InlineData("f", "t", "f")]
    [InlineData("n", "n", "t")]
    public void Not_and_is_null_follow_the_truth_tables(string value, string not, string isNull) =>
        Assert.Equal($"{not}{isNull}", Run(value + "t", [new NotExpression(_a), new IsNullExpression(_a)]));

    [Theory]
    [InlineData("tt", 1)]
    [InlineData("tn", 0)]
    [InlineData("nn", 0)]
    [InlineData("ft", 0)]
    public void Only_true_passes_a_filter(string values, int kept)
    {
        ColumnBatch input = Batch(values);
        using var context = new EvaluationContext(ThrowingErrorSink.Instance);
        RowProgram program = RowProgram.Compile([SqlType.Boolean, SqlType.Boolean], LogicalExpression.And([_a, _b]), [_a]);
        ColumnBatch output = program.Run(input, default, context, out Selection selection);
        Assert.Equal(kept, output.Count);
        Assert.Equal(kept, selection.Count);
    }

    private static ColumnBatch Batch(string values) => ColumnBatch.FromRows(
        [PhysicalType.Bool, PhysicalType.Bool],
        [[.. values.Select(v => v == 'n' ? Datum.Null : new Datum(v == 't'))]]);

    private static string Run(string values, ScalarExpression[] expressions)
    {
        using var context = new EvaluationContext(ThrowingErrorSink.Instance);
        ColumnBatch output = RowProgram.Compile([SqlType.Boolean, SqlType.Boolean], null, expressions).Run(Batch(values), default, context, out _);
        return string.Concat(Enumerable.Range(0, expressions.Length).Select(c => output.GetDatum(c, 0).Value switch { null => "n", true => "t", _ => "f" }));
    }
}
