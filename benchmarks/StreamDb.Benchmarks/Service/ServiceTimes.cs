namespace StreamDb.Benchmarks.Service;

/// <param name="WarmUp">Before each measurement, so that compiled code and caches are what they are after minutes.</param>
/// <param name="Measured">Length of one measurement.</param>
/// <param name="Repetitions">Of each measurement, in turns between the servers; medians are reported.</param>
internal sealed record ServiceTimes(TimeSpan WarmUp, TimeSpan Measured, int Repetitions)
{
    public static ServiceTimes Of(BenchmarkOptions options) => IsQuick(options)
        ? new ServiceTimes(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1), 1)
        : new ServiceTimes(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3), 3);

    public static bool IsQuick(BenchmarkOptions options) => options.Scale < 1;
}
