using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamDb.SqlLogicTests.Parsing;

/// <summary>Reads durations such as <c>2s</c>, <c>500ms</c>, <c>1m 30s</c>.</summary>
public static partial class Durations
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        string rest = text.Trim();
        if (rest.Length == 0)
        {
            return false;
        }

        while (rest.Length > 0)
        {
            Match part = Part().Match(rest);
            if (!part.Success)
            {
                return false;
            }

            double amount = double.Parse(part.Groups[1].Value, CultureInfo.InvariantCulture);
            duration += TimeSpan.FromMilliseconds(amount * UnitMs(part.Groups[2].Value));
            rest = rest[part.Length..].TrimStart();
        }

        return true;
    }

    private static double UnitMs(string unit) => unit[0] switch
    {
        'h' => 3_600_000,
        's' => 1_000,
        'm' when unit is "ms" or "msec" or "millis" => 1,
        'm' => 60_000,
        _ => 0.001,
    };

    [GeneratedRegex(@"^(\d+(?:\.\d+)?)\s*(hours?|hr?|minutes?|min|millis|msec|ms|m|seconds?|secs?|sec|s|us|usec)(?![a-z])")]
    private static partial Regex Part();
}
