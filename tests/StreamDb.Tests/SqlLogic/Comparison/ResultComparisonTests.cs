using StreamDb.SqlLogicTests.Comparison;
using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Wire;
using Xunit;

namespace StreamDb.Tests.SqlLogic.Comparison;

public sealed class ResultComparisonTests
{
    private static readonly RecordLocation _here = new("a.slt", 1);

    private static StatementResult Result(uint type, params string?[][] rows)
    {
        StatementResult result = new()
        {
            Columns = [.. Enumerable.Range(0, rows.Length == 0 ? 1 : rows[0].Length).Select(i => new ResultColumn($"c{i}", type))],
        };
        result.Rows.AddRange(rows);
        return result;
    }

    private static QueryRecord Query(string types, string sql, params string[] expected) =>
        new(_here, sql) { Types = types, ExpectedLines = expected };

    private static ComparisonOutcome Compare(QueryRecord query, StatementResult actual, Profile profile, Leniency allowed = Leniency.None) =>
        ResultComparison.Compare(query, actual, profile, allowed);

    [Fact]
    public void RisingWave_lines_are_compared_word_by_word()
    {
        QueryRecord query = Query("?", "SELECT 1", "1  a b", "NULL   (empty)");
        Assert.True(Compare(query, Result(TypeOids.Text, ["1", "a  b"], [null, ""]), Profile.RisingWave).IsEqual);
        Assert.False(Compare(query, Result(TypeOids.Text, ["1", "a c"], [null, ""]), Profile.RisingWave).IsEqual);
    }

    [Fact]
    public void RisingWave_type_letters_are_not_counted()
    {
        Assert.True(Compare(Query("I", "SELECT 1, 2", "1 2"), Result(TypeOids.Int4, ["1", "2"]), Profile.RisingWave).IsEqual);
    }

    [Fact]
    public void An_ignored_line_or_word_matches_anything()
    {
        Assert.True(Compare(Query("T", "SELECT 1", "<slt:ignore>", "b <slt:ignore>"), Result(TypeOids.Text, ["x", "y"], ["b", "z"]), Profile.RisingWave).IsEqual);
    }

    [Fact]
    public void Rows_in_another_order_pass_only_leniently_and_only_without_order_by()
    {
        StatementResult actual = Result(TypeOids.Int4, ["2"], ["1"]);
        Assert.False(Compare(Query("I", "SELECT a FROM t", "1", "2"), actual, Profile.RisingWave).IsEqual);

        ComparisonOutcome lenient = Compare(Query("I", "SELECT a FROM t", "1", "2"), actual, Profile.RisingWave, Leniency.All);
        Assert.True(lenient.IsEqual);
        Assert.Equal(Leniency.Order, lenient.Used);

        Assert.False(Compare(Query("I", "SELECT a FROM t ORDER BY a", "1", "2"), actual, Profile.RisingWave, Leniency.All).IsEqual);
        Assert.True(Compare(Query("I", "SELECT a FROM (SELECT a FROM t ORDER BY a) s", "1", "2"), actual, Profile.RisingWave, Leniency.All).IsEqual);
    }

    [Fact]
    public void Rowsort_is_no_leniency()
    {
        QueryRecord query = Query("I", "SELECT a FROM t ORDER BY a", "1", "2") with { Sort = SortMode.Rows };
        ComparisonOutcome outcome = Compare(query, Result(TypeOids.Int4, ["2"], ["1"]), Profile.StreamDb);
        Assert.True(outcome.IsEqual);
        Assert.Equal(Leniency.None, outcome.Used);
    }

    [Fact]
    public void Valuesort_mixes_rows()
    {
        QueryRecord query = Query("II", "SELECT a, b", "1", "2", "3", "4") with { Sort = SortMode.Values };
        Assert.True(Compare(query, Result(TypeOids.Int4, ["4", "1"], ["3", "2"]), Profile.Sqlite).IsEqual);
    }

    [Fact]
    public void A_query_without_results_must_return_nothing()
    {
        Assert.True(Compare(Query("I", "SELECT 1"), Result(TypeOids.Int4), Profile.RisingWave).IsEqual);
        Assert.False(Compare(Query("I", "SELECT 1"), Result(TypeOids.Int4, ["1"]), Profile.RisingWave, Leniency.All).IsEqual);
    }

    [Fact]
    public void Numbers_agree_leniently_in_fifteen_digits()
    {
        StatementResult actual = Result(TypeOids.Float8, ["0.30000000000000004", "1.50"]);
        ComparisonOutcome outcome = Compare(Query("RR", "SELECT 1", "0.3 1.5"), actual, Profile.RisingWave, Leniency.All);
        Assert.True(outcome.IsEqual);
        Assert.Equal(Leniency.Numeric, outcome.Used);
        Assert.False(Compare(Query("RR", "SELECT 1", "0.3000001 1.5"), actual, Profile.RisingWave, Leniency.All).IsEqual);
    }

    [Theory]
    [InlineData("2020-01-01 00:00:00+00:00", "2020-01-01 00:00:00+00", true)]
    [InlineData("2020-01-01 00:00:00.5-07:00", "2020-01-01 00:00:00.5-07", true)]
    [InlineData("2020-01-01 00:00:00+05:30", "2020-01-01 00:00:00+05", false)]
    public void Whole_hour_offsets_are_forgiven(string expected, string actual, bool same)
    {
        ComparisonOutcome outcome = Compare(Query("T", "SELECT 1", expected), Result(TypeOids.Text, [actual]), Profile.RisingWave, Leniency.All);
        Assert.Equal(same, outcome.IsEqual);
        Assert.Equal(same ? Leniency.TimeZone : Leniency.None, outcome.Used);
    }

    [Fact]
    public void Materialize_reads_one_value_a_line_in_standard_mode_and_one_row_a_line_in_cockroach_mode()
    {
        StatementResult actual = Result(TypeOids.Text, ["a b", "c"], ["d", "e\nf"]);
        Assert.True(Compare(Query("TT", "SELECT 1", "a b", "c", "d", "e⏎f"), actual, Profile.Materialize).IsEqual);
        QueryRecord cockroach = Query("TT", "SELECT 1", "a␠b  c", "d  e⏎f") with { Mode = ScriptMode.Cockroach };
        Assert.True(Compare(cockroach, actual, Profile.Materialize).IsEqual);
    }

    [Fact]
    public void Materialize_checks_the_number_of_columns_and_asked_names()
    {
        Assert.False(Compare(Query("I", "SELECT 1, 2", "1", "2"), Result(TypeOids.Int4, ["1", "2"]), Profile.Materialize).IsEqual);
        QueryRecord named = Query("I", "SELECT 1", "c0", "1") with { ChecksColumnNames = true };
        Assert.True(Compare(named, Result(TypeOids.Int4, ["1"]), Profile.Materialize).IsEqual);
        Assert.False(Compare(named with { ExpectedLines = ["other", "1"] }, Result(TypeOids.Int4, ["1"]), Profile.Materialize).IsEqual);
    }

    [Fact]
    public void Hashes_cover_the_sorted_values()
    {
        // The MD5 of "1\n2\n".
        QueryRecord query = Query("I", "SELECT a", "2 values hashing to 6ddb4095eb719e2a9f0a3f95677d24e0") with { Sort = SortMode.Rows };
        Assert.True(Compare(query, Result(TypeOids.Int4, ["2"], ["1"]), Profile.Sqlite).IsEqual);
        Assert.False(Compare(query, Result(TypeOids.Int4, ["2"], ["3"]), Profile.Sqlite).IsEqual);
    }

    [Fact]
    public void Text_sorts_by_its_utf8_bytes()
    {
        // U+FFFD sorts before U+1F600 in UTF-8; as UTF-16 the surrogate would come first.
        Assert.True(ByteOrder.Instance.Compare("\uFFFD", "\U0001F600") < 0);
        Assert.True(ByteOrder.Instance.Compare("B", "a") < 0);
        Assert.True(ByteOrder.Instance.Compare("a", "ab") < 0);
    }

    [Fact]
    public void Views_are_compared_as_multisets_of_rows()
    {
        StatementResult direct = Result(TypeOids.Int4, ["1"], ["2"], ["2"]);
        Assert.True(ResultComparison.HaveSameRows(direct, Result(TypeOids.Int4, ["2"], ["1"], ["2"]), out _));
        Assert.False(ResultComparison.HaveSameRows(direct, Result(TypeOids.Int4, ["2"], ["1"], ["1"]), out string difference));
        Assert.NotEmpty(difference);
    }

    [Fact]
    public void An_expected_error_checks_state_and_position_always_and_text_when_strict()
    {
        ServerError error = new("42P01", "relation \"t\" does not exist", null, null, 15);
        Assert.True(ErrorComparison.Compare(new("42P01", 15, "does not exist", null), error, Leniency.None).IsEqual);
        Assert.False(ErrorComparison.Compare(new("42703", null, null, null), error, Leniency.All).IsEqual);
        Assert.False(ErrorComparison.Compare(new("42P01", 8, null, null), error, Leniency.All).IsEqual);
        Assert.False(ErrorComparison.Compare(new(null, null, "not found", null), error, Leniency.None).IsEqual);
        Assert.Equal(Leniency.ErrorText, ErrorComparison.Compare(new(null, null, "not found", null), error, Leniency.All).Used);
        Assert.False(ErrorComparison.Compare(new(null, null, "(", null), error, Leniency.None).IsEqual);
        Assert.True(ErrorComparison.Compare(new(null, null, null, "db error: ERROR: relation \"t\" does not exist"), error, Leniency.None).IsEqual);
    }
}
