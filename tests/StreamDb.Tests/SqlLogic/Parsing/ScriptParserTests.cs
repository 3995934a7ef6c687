using StreamDb.SqlLogicTests.Parsing;
using Xunit;

namespace StreamDb.Tests.SqlLogic.Parsing;

public sealed class ScriptParserTests
{
    private static IReadOnlyList<SltRecord> Parse(string text, ScriptDialect dialect = ScriptDialect.RisingWave) =>
        ScriptParser.Parse("/tests/a.slt", text, dialect);

    [Theory]
    [InlineData("statement ok")]
    [InlineData("statement OK")]
    [InlineData("statement ok;")]
    public void Statement_ok_is_read_in_any_case_and_suffix(string directive)
    {
        StatementRecord record = Assert.IsType<StatementRecord>(Assert.Single(Parse($"{directive}\nSELECT 1\n")));
        Assert.Equal("SELECT 1", record.Sql);
        Assert.Null(record.Error);
        Assert.Null(record.Count);
    }

    [Fact]
    public void Statement_count_carries_the_number()
    {
        Assert.Equal(3, Assert.IsType<StatementRecord>(Assert.Single(Parse("statement count 3\nDELETE FROM t\n"))).Count);
    }

    [Theory]
    [InlineData("statement error", null, null, null)]
    [InlineData("statement error out of range", null, null, "out of range")]
    [InlineData("statement error (42P01)", "42P01", null, null)]
    [InlineData("statement error (42601@8) at or near", "42601", 8, "at or near")]
    public void Errors_are_split_into_state_position_and_pattern(string directive, string? state, int? position, string? pattern)
    {
        ErrorExpectation error = Assert.IsType<StatementRecord>(Assert.Single(Parse($"{directive}\nSELECT x\n"))).Error!;
        Assert.Equal(new ErrorExpectation(state, position, pattern, null), error);
    }

    [Fact]
    public void A_block_behind_an_expected_error_is_its_exact_text_and_ends_at_two_blank_lines()
    {
        IReadOnlyList<SltRecord> records = Parse("statement error\nSELECT x\n----\nfirst\n\nsecond\n\n\nstatement ok\nSELECT 1\n");
        Assert.Equal(2, records.Count);
        Assert.Equal("first\n\nsecond", Assert.IsType<StatementRecord>(records[0]).Error!.ExactText);
    }

    [Fact]
    public void In_Materialize_files_a_block_behind_an_expected_error_ends_at_one_blank_line()
    {
        IReadOnlyList<SltRecord> records = Parse(
            "statement error pgcode 42601 gone\nSELECT x\n----\nNULL\n\nquery I\nSELECT 1\n----\n1\n", ScriptDialect.Materialize);
        Assert.Equal(2, records.Count);
        Assert.Equal(new ErrorExpectation(null, null, "gone", null), Assert.IsType<StatementRecord>(records[0]).Error);
    }

    [Fact]
    public void A_query_has_types_sort_mode_label_and_expected_lines()
    {
        QueryRecord query = Assert.IsType<QueryRecord>(Assert.Single(Parse("query IT rowsort label-1\nSELECT a,\n b FROM t\n----\n1 x\n2 y\n\n")));
        Assert.Equal(("IT", SortMode.Rows, "label-1"), (query.Types, query.Sort, query.Label));
        Assert.Equal("SELECT a,\n b FROM t", query.Sql);
        Assert.Equal(["1 x", "2 y"], query.ExpectedLines);
    }

    [Fact]
    public void Options_may_be_joined_by_commas()
    {
        QueryRecord query = Assert.IsType<QueryRecord>(Assert.Single(
            Parse("query II colnames,partialsort(1)\nSELECT 1, 2\n----\na b\n1 2\n", ScriptDialect.Materialize)));
        Assert.True(query.ChecksColumnNames);
        Assert.Equal(SortMode.Rows, query.Sort);
    }

    [Fact]
    public void Multiline_results_end_at_EOF()
    {
        IReadOnlyList<SltRecord> records = Parse(
            "query T multiline\nEXPLAIN x\n----\none\n\ntwo\nEOF\n\nstatement ok\nSELECT 1\n", ScriptDialect.Materialize);
        Assert.Equal(["one", "", "two"], Assert.IsType<QueryRecord>(records[0]).ExpectedLines);
        Assert.Equal(2, records.Count);
    }

    [Fact]
    public void In_Materialize_files_a_blank_line_inside_the_sql_of_a_query_is_part_of_it()
    {
        IReadOnlyList<SltRecord> records = Parse(
            "query I\nSELECT\n\n1\n----\n1\n\nquery I\nSELECT 2 WHERE false\n\nstatement ok\nSELECT 3\n", ScriptDialect.Materialize);
        Assert.Equal(3, records.Count);
        Assert.Equal("SELECT\n\n1", Assert.IsType<QueryRecord>(records[0]).Sql);
        Assert.Empty(Assert.IsType<QueryRecord>(records[1]).ExpectedLines);
    }

    [Fact]
    public void Elsewhere_a_blank_line_ends_the_sql_unless_it_is_the_first_line()
    {
        IReadOnlyList<SltRecord> records = Parse("statement ok\n\nSELECT 1\n\nstatement ok\nSELECT 2\n");
        Assert.Equal(["SELECT 1", "SELECT 2"], records.Cast<StatementRecord>().Select(r => r.Sql));
    }

    [Fact]
    public void In_SQLite_files_comment_lines_vanish_inside_sql()
    {
        StatementRecord record = Assert.IsType<StatementRecord>(Assert.Single(
            Parse("statement ok\nCREATE TABLE t(\n# a comment\n a INT)\n", ScriptDialect.Sqlite)));
        Assert.Equal("CREATE TABLE t(\n a INT)", record.Sql);
    }

    [Fact]
    public void Conditions_and_connection_apply_to_the_next_record_only()
    {
        IReadOnlyList<SltRecord> records = Parse(
            "skipif mysql # not compatible\nonlyif postgresql\nconnection other\nstatement ok\nSELECT 1\n\nstatement ok\nSELECT 2\n");
        Assert.Equal([new(false, "mysql", "not compatible"), new(true, "postgresql", "")], records[0].Conditions);
        Assert.Equal("other", records[0].ConnectionName);
        Assert.Empty(records[1].Conditions);
        Assert.Null(records[1].ConnectionName);
    }

    [Fact]
    public void Retry_is_taken_from_the_end_of_the_directive()
    {
        QueryRecord query = Assert.IsType<QueryRecord>(Assert.Single(Parse("query I rowsort retry 3 backoff 500ms\nSELECT 1\n----\n1\n")));
        Assert.Equal(new RetryPolicy(3, TimeSpan.FromMilliseconds(500)), query.Retry);
        Assert.Equal(SortMode.Rows, query.Sort);
        Assert.Null(query.Label);
    }

    [Fact]
    public void Simple_records_name_their_session_and_user()
    {
        SimpleRecord simple = Assert.IsType<SimpleRecord>(Assert.Single(
            Parse("simple conn=a,user=bob,rowsort\nSELECT 1; SELECT 2\n----\n1\nCOMPLETE 1\n", ScriptDialect.Materialize)));
        Assert.Equal(("a", "bob", true), (simple.ConnectionName, simple.User, simple.SortsRows));
        Assert.Equal(["1", "COMPLETE 1"], simple.ExpectedLines);
    }

    [Fact]
    public void Mode_holds_until_it_changes()
    {
        IReadOnlyList<SltRecord> records = Parse(
            "query I\nSELECT 1\n----\n1\n\nmode cockroach\n\nquery I\nSELECT 1\n----\n1\n", ScriptDialect.Materialize);
        Assert.Equal([ScriptMode.Standard, ScriptMode.Cockroach], records.Cast<QueryRecord>().Select(q => q.Mode));
    }

    [Fact]
    public void Steering_directives_become_records_of_their_own()
    {
        IReadOnlyList<SltRecord> records = Parse(
            "sleep 2s\n\ncontrol substitution on\n\nlet $a, b\nSELECT 1, 2\n\nuser bob\n\nreplace u\\d+  UID\n\nreset-server\n\n"
            + "copy t data/t.tsv\n\nsystem ok\nls\n----\nfile\n\nsubtest x\n\nhash-threshold 8\n\nhalt\n");
        Assert.Equal(TimeSpan.FromSeconds(2), Assert.IsType<SleepRecord>(records[0]).Duration);
        Assert.True(Assert.IsType<SubstitutionRecord>(records[1]).IsOn);
        Assert.Equal(["a", "b"], Assert.IsType<LetRecord>(records[2]).Names);
        Assert.Equal("bob", Assert.IsType<UserRecord>(records[3]).Name);
        Assert.Equal("UID", Assert.IsType<ReplaceRecord>(records[4]).Replacement);
        Assert.IsType<ResetServerRecord>(records[5]);
        Assert.Equal("data/t.tsv", Assert.IsType<CopyRecord>(records[6]).DataPath);
        Assert.IsType<SystemRecord>(records[7]);
        Assert.IsType<HaltRecord>(records[8]);
        Assert.Equal(9, records.Count);
    }

    [Fact]
    public void Unknown_text_costs_one_record()
    {
        IReadOnlyList<SltRecord> records = Parse("nonsense here\nSELECT 1\n\nstatement ok\nSELECT 2\n");
        Assert.IsType<MalformedRecord>(records[0]);
        Assert.IsType<StatementRecord>(records[1]);
    }

    [Fact]
    public void Includes_are_expanded_in_place_and_keep_their_own_location()
    {
        string folder = Directory.CreateTempSubdirectory("slt").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "parts/deep"));
            File.WriteAllText(Path.Combine(folder, "parts/b.slt.part"), "statement ok\nSELECT 2\n");
            File.WriteAllText(Path.Combine(folder, "parts/deep/a.slt.part"), "\nstatement ok\nSELECT 3\n");
            string main = Path.Combine(folder, "main.slt");
            File.WriteAllText(main, "statement ok\nSELECT 1\n\ninclude ./parts/**/*.slt.part\ninclude ./none/*.slt\n");

            IReadOnlyList<SltRecord> records = ScriptParser.ParseFile(main, ScriptDialect.RisingWave, p => Path.GetRelativePath(folder, p));

            Assert.Equal(["main.slt:1", "parts/b.slt.part:1", "parts/deep/a.slt.part:2", "main.slt:5"], records.Select(r => r.Location.ToString()));
            Assert.IsType<MalformedRecord>(records[3]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("2s", 2000)]
    [InlineData("500ms", 500)]
    [InlineData("1m 30s", 90000)]
    [InlineData("1min", 60000)]
    public void Durations_are_read_with_their_unit(string text, double expectedMs)
    {
        Assert.True(Durations.TryParse(text, out TimeSpan duration));
        Assert.Equal(expectedMs, duration.TotalMilliseconds);
    }

    [Fact]
    public void Variables_are_substituted_with_defaults_and_escapes()
    {
        string? Lookup(string name) => name == "a" ? "1" : null;
        Assert.Equal("1 1 dflt $x \\", Substitution.Apply("$a ${a} ${b:dflt} \\$x \\\\", Lookup));
        Assert.Throws<KeyNotFoundException>(() => Substitution.Apply("$b", Lookup));
    }
}
