using System.Collections.Immutable;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Parsing;
using Xunit;

namespace StreamDb.Tests.Expressions;

/// <summary>Every expression of <see cref="PostgresAnswers"/>, interpreted and compiled, gives PostgreSQL's answer.</summary>
public sealed class PostgresOracleTests
{
    [Fact]
    public void Interpreted_expressions_answer_as_PostgreSQL() => Check(e =>
    {
        using EvaluationContext context = Context();
        return ConstantFolding.Evaluate(e, context);
    });

    [Fact]
    public void Compiled_expressions_answer_as_PostgreSQL() => Check(e =>
    {
        using EvaluationContext context = Context();
        var input = new ColumnBatch([], 1);
        ColumnBatch output = RowProgram.Compile([], null, [e]).Run(input, default, context, out _);
        Datum value = output.GetDatum(0, 0);
        output.Release();
        return value;
    });

    [Fact]
    public void Folding_constants_does_not_change_answers() => Check(e =>
    {
        using EvaluationContext context = Context();
        return ConstantFolding.Evaluate(ConstantFolding.Fold(e, context), context);
    });

    internal static ScalarExpression Bind(string expression)
    {
        var context = new BindingContext(Catalog.Empty, ["public"], "root", "dev", TextFormat.Default, null);
        StatementPlan plan = StatementBinder.Bind(SqlParser.ParseStatement("SELECT " + expression), context, out _);
        return Assert.IsType<LogicalProject>(((QueryPlan)plan).Root).Expressions[0];
    }

    internal static string Evaluate(string expression, Func<ScalarExpression, Datum> evaluate)
    {
        try
        {
            ScalarExpression bound = Bind(expression);
            Datum value = evaluate(bound);
            return value.IsNull ? "<NULL>" : TextCodec.Format(bound.Type, value, TextFormat.Default);
        }
        catch (SqlException e)
        {
            return $"ERROR {e.State} {e.Message}";
        }
    }

    private static EvaluationContext Context() => new(ThrowingErrorSink.Instance);

    private static void Check(Func<ScalarExpression, Datum> evaluate)
    {
        List<string> wrong = [];
        foreach ((string expression, string answer) in PostgresAnswers.All)
        {
            string actual;
            try
            {
                actual = Evaluate(expression, evaluate);
            }
            catch (Exception e) when (e is not SqlException)
            {
                actual = e.ToString();
            }

            if (actual != answer)
            {
                wrong.Add($"{expression}\n   expected {answer}\n   actual   {actual}");
            }
        }

        Assert.True(wrong.Count == 0, $"{wrong.Count} of {PostgresAnswers.All.Count} differ:\n{string.Join('\n', wrong)}");
    }
}
