using System.Globalization;
using System.Text.RegularExpressions;
using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Wire;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>Checks an error against what a record expects of it.</summary>
public static class ErrorComparison
{
    public static ComparisonOutcome Compare(ErrorExpectation expected, ServerError actual, Leniency allowed)
    {
        if (expected.SqlState is not null && expected.SqlState != actual.SqlState)
        {
            return ComparisonOutcome.Different($"expected SQLSTATE {expected.SqlState}, got {actual.SqlState} {actual.Message}");
        }

        if (expected.Position is int position && position != actual.Position)
        {
            return ComparisonOutcome.Different(string.Create(
                CultureInfo.InvariantCulture, $"expected position {position}, got {actual.Position} {actual.Message}"));
        }

        bool textMatches = expected.ExactText is not null
            ? expected.ExactText == actual.Text
            : expected.Pattern is null || Matches(expected.Pattern, actual.Text);
        if (textMatches)
        {
            return ComparisonOutcome.Equal();
        }

        return allowed.HasFlag(Leniency.ErrorText)
            ? ComparisonOutcome.Equal(Leniency.ErrorText)
            : ComparisonOutcome.Different($"expected error text: {expected.ExactText ?? expected.Pattern}\ngot: {actual.Text}");
    }

    /// <summary>An unanchored search; a pattern that is no valid expression matches nothing.</summary>
    private static bool Matches(string pattern, string text)
    {
        try
        {
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1));
        }
        catch (Exception e) when (e is ArgumentException or RegexMatchTimeoutException)
        {
            return false;
        }
    }
}
