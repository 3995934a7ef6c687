namespace StreamDb.Benchmarks;

/// <summary>One workload of BENCH.md. Found by name; a class of its own, without constructor parameters.</summary>
internal interface IBenchmark
{
    string Name { get; }

    /// <summary>The question it answers, in one line.</summary>
    string Question { get; }

    void Run(BenchmarkOptions options, Report report);
}
