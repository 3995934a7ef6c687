using System.Globalization;

namespace StreamDb.Testing;

/// <summary>How often tests of chance try their luck: the small count by default, any other by an environment variable.</summary>
public static class TestCounts
{
    /// <summary>Moments at which the power goes, for each test of that: STREAMDB_POWER_LOSSES.</summary>
    public static int PowerLosses(int otherwise) => Of("STREAMDB_POWER_LOSSES", otherwise);

    /// <summary>Damaged files, for each test of that: STREAMDB_DAMAGES.</summary>
    public static int Damages(int otherwise) => Of("STREAMDB_DAMAGES", otherwise);

    /// <summary>Calls of the file system that fail, for each test of that: STREAMDB_IO_FAILURES.</summary>
    public static int Failures(int otherwise) => Of("STREAMDB_IO_FAILURES", otherwise);

    private static int Of(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
