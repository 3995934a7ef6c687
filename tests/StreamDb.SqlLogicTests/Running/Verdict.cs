using StreamDb.SqlLogicTests.Comparison;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>The outcome of playing a record once.</summary>
public readonly record struct Verdict(RecordOutcome Outcome, string Reason, string Detail, Leniency Used)
{
    public static Verdict Pass(Leniency used = Leniency.None) => new(RecordOutcome.Passed, "", "", used);

    public static Verdict Skip(string reason) => new(RecordOutcome.Skipped, reason, "", Leniency.None);

    public static Verdict Fail(string reason, string detail) => new(RecordOutcome.Failed, reason, detail, Leniency.None);

    public static Verdict Fail(ServerError error) => Fail($"{error.SqlState} {FirstLine(error.Message)}", error.Text);

    private static string FirstLine(string message)
    {
        int end = message.AsSpan().IndexOfAny('\n', '\t', '\r');
        return end < 0 ? message : message[..end];
    }
}
