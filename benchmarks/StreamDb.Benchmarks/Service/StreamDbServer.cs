using System.Diagnostics;

namespace StreamDb.Benchmarks.Service;

/// <summary>The streamdb program, as built beside the benchmarks.</summary>
/// <param name="arguments">Further ones of its command line.</param>
internal sealed class StreamDbServer(params string[] arguments) : BenchmarkServer("streamdb")
{
    public override string User => "root";

    public override string Database => "dev";

    public override bool MaintainsViews => true;

    protected override ProcessStartInfo Command() => new(
        Path.Combine(AppContext.BaseDirectory, "streamdb"),
        ["--data-dir", Path.Combine(Directory, "data"), "--port", $"{Port}", "--http-port", "0", "--log-level", "warning", .. arguments]);
}
