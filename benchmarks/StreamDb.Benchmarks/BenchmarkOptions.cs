using System.Globalization;

namespace StreamDb.Benchmarks;

/// <param name="Names">Benchmarks to run, in order.</param>
/// <param name="Scale">Fraction of the workload's size; below 1 the output counts are not those published.</param>
/// <param name="Workers">Engine workers.</param>
internal sealed record BenchmarkOptions(IReadOnlyList<string> Names, double Scale, int Workers)
{
    public static BenchmarkOptions Parse(string[] args)
    {
        var names = new List<string>();
        double scale = 1;
        int workers = 1;
        for (int i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--scale": scale = double.Parse(args[++i], CultureInfo.InvariantCulture); break;
                case "--quick": scale = 0.1; break;
                case "--workers": workers = int.Parse(args[++i], CultureInfo.InvariantCulture); break;
                default: names.Add(args[i]); break;
            }
        }

        return new BenchmarkOptions(names, scale, workers);
    }
}
