using StreamDb.SqlLogicTests.Profiles;
using StreamDb.SqlLogicTests.Reporting;
using StreamDb.SqlLogicTests.Running;
using Xunit;

namespace StreamDb.Tests.SqlLogic.Reporting;

public sealed class ExpectedFailuresTests
{
    private static ScriptResult Script(string name, params (string Key, RecordOutcome Outcome)[] records) => new(
        new TestScript(name, "/" + name, "/", "risingwave", "T0", Profile.RisingWave),
        [.. records.Select(r => new RecordResult(
            r.Key, r.Key.EndsWith("#view", StringComparison.Ordinal) ? Pass.ViewAfter : Pass.Direct, r.Outcome, "42P01 gone", ""))],
        TimeSpan.Zero);

    [Fact]
    public void Unlisted_failures_are_regressions_and_listed_passes_are_unexpected()
    {
        ExpectedFailures list = ExpectedFailures.Parse(["# head", "a.slt:3\tknown", "a.slt:9\tfixed since", "b.slt:1\tnot run"]);
        ScriptResult[] results =
        [
            Script("a.slt", ("a.slt:3", RecordOutcome.Failed), ("a.slt:5", RecordOutcome.Failed), ("a.slt:9", RecordOutcome.Passed)),
        ];

        Assert.Equal(["a.slt:5"], list.Regressions(results).Select(r => r.Key));
        Assert.Equal(["a.slt:9"], list.UnexpectedPasses(results));
    }

    [Fact]
    public void View_entries_are_judged_only_when_views_were_played()
    {
        ExpectedFailures list = ExpectedFailures.Parse(["a.slt:3#view\tknown"]);
        Assert.Empty(list.UnexpectedPasses([Script("a.slt", ("a.slt:3", RecordOutcome.Passed))]));
        Assert.Equal(
            ["a.slt:3#view"],
            list.UnexpectedPasses([Script("a.slt", ("a.slt:3", RecordOutcome.Passed), ("a.slt:3#view", RecordOutcome.Passed))]));
    }

    [Fact]
    public void Updating_keeps_reasons_and_scripts_that_were_not_run()
    {
        ExpectedFailures list = ExpectedFailures.Parse(["a.slt:10\tmy reason", "a.slt:9\tfixed", "z.slt:1\tother"]);
        list.Update([Script("a.slt", ("a.slt:10", RecordOutcome.Failed), ("a.slt:2", RecordOutcome.Failed), ("a.slt:9", RecordOutcome.Passed))]);
        string path = Path.GetTempFileName();
        try
        {
            list.Save(path);
            Assert.Equal(["a.slt:2\t42P01 gone", "a.slt:10\tmy reason", "z.slt:1\tother"], File.ReadAllLines(path).Skip(1));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData("a.slt:3", "a.slt")]
    [InlineData("a.slt:3#view", "a.slt")]
    [InlineData("driver.slt>part.slt:3", "driver.slt")]
    public void A_key_belongs_to_the_script_that_was_run(string key, string script) => Assert.Equal(script, RecordKey.ScriptOf(key));
}
