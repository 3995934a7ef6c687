using System.Globalization;

namespace StreamDb.Benchmarks;

/// <summary>Prints one row per metric: workload, metric, value, unit, note; separated by tabs.</summary>
internal sealed class Report(string workload, bool isSilent = false)
{
    public void Row(string metric, double value, string unit, string note = "")
    {
        if (!isSilent)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{workload}\t{metric}\t{Round(value)}\t{unit}\t{note}"));
        }
    }

    /// <summary>A count that the workload defines; says so when it is not the expected one.</summary>
    public void Count(string metric, long value, long? expected) => Row(
        metric, value, "rows", expected is null ? "" : value == expected ? "as expected" : $"EXPECTED {expected}");

    private static string Round(double value) => Math.Abs(value) >= 1000
        ? value.ToString("F0", CultureInfo.InvariantCulture)
        : value.ToString("G4", CultureInfo.InvariantCulture);
}
