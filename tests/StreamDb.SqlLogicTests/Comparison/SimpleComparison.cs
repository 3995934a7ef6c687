using System.Globalization;
using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>Materialize's <c>simple</c> records: comma-joined rows, a COMPLETE line per statement, or the error text.</summary>
public static class SimpleComparison
{
    public static ComparisonOutcome Compare(SimpleRecord record, IReadOnlyList<StatementResult> results, Leniency allowed)
    {
        IReadOnlyList<string> expected = record.ExpectedLines;
        ServerError? error = results.FirstOrDefault(r => r.Error is not null)?.Error;
        bool expectsError = expected.Count > 0 && expected[0].StartsWith("db error", StringComparison.Ordinal);
        if (error is not null && expectsError)
        {
            return ErrorComparison.Compare(new ErrorExpectation(null, null, null, string.Join('\n', expected)), error, allowed);
        }

        List<string> actual = error is not null ? [error.Text] : Lines(record, results);
        return expected.SequenceEqual(actual) ? ComparisonOutcome.Equal() : ComparisonOutcome.Different(Difference.Of(expected, actual));
    }

    private static List<string> Lines(SimpleRecord record, IReadOnlyList<StatementResult> results)
    {
        List<string> lines = [];
        foreach (StatementResult result in results)
        {
            IEnumerable<string> rows = result.Rows.Select(r => string.Join(',', r.Select(v => v ?? "NULL")));
            lines.AddRange(record.SortsRows ? rows.Order(ByteOrder.Instance) : rows);
            lines.Add($"COMPLETE {result.RowCount.ToString(CultureInfo.InvariantCulture)}");
        }

        return lines;
    }
}
