using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Profiles;
using Xunit;

namespace StreamDb.Tests.SqlLogic.Profiles;

public sealed class TierTableTests
{
    [Theory]
    [InlineData("risingwave", "e2e_test/batch/basic/x.slt.part", "1", "T1a")]
    [InlineData("risingwave", "e2e_test/batch/basic/x.slt.part", "0", "T0")]
    [InlineData("risingwave", "e2e_test/batch/functions/x.slt.part", "1", "T1r")]
    [InlineData("sqlite", "test/select1.test", "1", "T1a")]
    [InlineData("sqlite", "test/random/expr/slt_good_1.test", "1", "T1b")]
    [InlineData("materialize", "test/sqllogictest/joins.slt", "1", "T1c")]
    public void Scripts_have_the_tier_of_the_first_matching_rule(string origin, string path, string manifestTier, string expected) =>
        Assert.Equal(expected, TierTable.Load().Find(origin, path, manifestTier)!.Tier);

    [Fact]
    public void Parts_name_the_scripts_that_include_them()
    {
        Assert.Equal(
            ["e2e_test/streaming/tpch_snapshot.slt", "e2e_test/streaming/tpch_upstream.slt"],
            TierTable.Load().Find("risingwave", "e2e_test/streaming/tpch/q1.slt.part", "2")!.Drivers);
    }

    [Theory]
    [InlineData("a/*.slt", "a/b.slt", true)]
    [InlineData("a/*.slt", "a/b/c.slt", false)]
    [InlineData("a/**/*.slt", "a/c.slt", true)]
    [InlineData("a/**/*.slt", "a/b/d/c.slt", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a.slt", "abslt", false)]
    public void Globs_stay_within_a_folder_unless_doubled(string pattern, string path, bool expected) =>
        Assert.Equal(expected, FileGlob.ToRegex(pattern).IsMatch(path));
}
