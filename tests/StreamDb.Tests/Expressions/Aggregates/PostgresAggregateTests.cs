using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Parsing;
using Xunit;

namespace StreamDb.Tests.Expressions.Aggregates;

/// <summary>Every query of <see cref="PostgresAggregateAnswers"/> gives PostgreSQL's answer, whatever came and went in between.</summary>
public sealed class PostgresAggregateTests
{
    [Fact]
    public void Aggregates_answer_as_PostgreSQL() => Check(withRetractions: false, seed: 0);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Rows_that_were_added_and_removed_leave_no_trace(int seed) => Check(withRetractions: true, seed);

    private static void Check(bool withRetractions, int seed)
    {
        List<string> wrong = [];
        foreach ((string query, string answer) in PostgresAggregateAnswers.All)
        {
            string actual = Evaluate(query, new AggregateEvaluator(ThrowingErrorSink.Instance, new Random(seed), withRetractions));
            if (!Agrees(actual, answer))
            {
                wrong.Add($"{query}\n   expected {answer}\n   actual   {actual}");
            }
        }

        Assert.True(wrong.Count == 0, $"seed {seed}: {wrong.Count} of {PostgresAggregateAnswers.All.Count} differ:\n{string.Join('\n', wrong)}");
    }

    private static string Evaluate(string query, AggregateEvaluator evaluator)
    {
        try
        {
            var context = new BindingContext(Catalog.Empty, ["public"], "root", "dev", TextFormat.Default, null);
            var plan = (QueryPlan)StatementBinder.Bind(SqlParser.ParseStatement(query), context, out _);
            ColumnBatch result = evaluator.Evaluate(plan.Root);
            Datum value = result.GetDatum(0, 0);
            SqlType type = plan.Root.Columns[0].Type;
            return value.IsNull ? "<NULL>" : TextCodec.Format(type, value, TextFormat.Default);
        }
        catch (SqlException e)
        {
            return $"ERROR {e.State} {e.Message}";
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return e.ToString();
        }
    }

    /// <summary>Equal text; floats may differ in the last digits, because PostgreSQL sums them in the order of the rows.</summary>
    private static bool Agrees(string actual, string expected) => actual == expected
        || (double.TryParse(actual, out double a) && double.TryParse(expected, out double e)
            && expected.Length > 8 && Math.Abs(a - e) <= 1e-14 * Math.Abs(e) && !expected.Contains("0000", StringComparison.Ordinal));
}
