namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>Whether a result is what a record expects, which leniencies that took, and otherwise how it differs.</summary>
public readonly record struct ComparisonOutcome(bool IsEqual, Leniency Used, string Difference)
{
    public static ComparisonOutcome Equal(Leniency used = Leniency.None) => new(true, used, "");

    public static ComparisonOutcome Different(string difference) => new(false, Leniency.None, difference);
}
