using System.Globalization;

namespace StreamDb.Benchmarks;

/// <param name="Names">Benchmarks to run, in order.</param>
/// <param name="Scale">Fraction of the workload's size; below 1 the output counts are not those published.</param>
/// <param name="Workers">Engine workers.</param>
/// <param name="IsWarmed">Runs each benchmark at a tenth of its size before, unreported and for two seconds at least, so that compiling the engine's loops is not measured.</param>
/// <param name="EpochRows">Of the variants that differ in the size of an epoch, only this one; null runs all.</param>
/// <param name="KeptMiB">Memory for state that is taken before anything is measured.</param>
/// <param name="BusyThreads">Threads that compute all the time, as other programs on the machine may.</param>
internal sealed record BenchmarkOptions(
    IReadOnlyList<string> Names, double Scale, int Workers, int? EpochRows, bool IsWarmed, int KeptMiB, int BusyThreads)
{
    public static BenchmarkOptions Parse(string[] args)
    {
        var names = new List<string>();
        double scale = 1;
        int workers = 1;
        int? epochRows = null;
        bool isWarmed = false;
        int keptMiB = 0;
        int busyThreads = 0;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--scale": scale = double.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--quick": scale = 0.1; break;
                case "--workers": workers = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--epoch": epochRows = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--warm": isWarmed = true; break;
                case "--kept-memory-mib": keptMiB = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--busy-threads": busyThreads = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                default: names.Add(args[i]); break;
            }
        }

        return new BenchmarkOptions(names, scale, workers, epochRows, isWarmed, keptMiB, busyThreads);
    }

    /// <summary>Whether the variant with epochs of that size is asked for.</summary>
    public bool Includes(int epochRows) => EpochRows is null || EpochRows == epochRows;
}
