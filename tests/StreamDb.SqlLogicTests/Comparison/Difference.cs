using System.Text;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>Shows where two lists of lines part: '-' was expected, '+' is what came.</summary>
public static class Difference
{
    private const int LinesMax = 24;

    public static string Of(IReadOnlyList<string> expected, IReadOnlyList<string> actual)
    {
        int before = 0;
        while (before < expected.Count && before < actual.Count && expected[before] == actual[before])
        {
            before++;
        }

        int after = 0;
        while (after < expected.Count - before && after < actual.Count - before && expected[^(after + 1)] == actual[^(after + 1)])
        {
            after++;
        }

        StringBuilder text = new();
        text.Append(System.Globalization.CultureInfo.InvariantCulture, $"rows expected {expected.Count}, got {actual.Count}; first difference at row {before + 1}");
        Append(text, '-', expected, before, expected.Count - after);
        Append(text, '+', actual, before, actual.Count - after);
        return text.ToString();
    }

    private static void Append(StringBuilder text, char sign, IReadOnlyList<string> lines, int start, int end)
    {
        for (int i = start; i < end; i++)
        {
            if (i - start == LinesMax)
            {
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n{sign} … {end - i} more");
                return;
            }

            text.Append('\n').Append(sign).Append(' ').Append(lines[i]);
        }
    }
}
