using System.Net;
using StreamDb.Core.Diagnostics;
using StreamDb.Http;
using Xunit;

namespace StreamDb.Tests.Http;

public sealed class HttpServerTests
{
    [Fact]
    public async Task Health_and_metrics_are_served()
    {
        await using HttpServer server = await HttpServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), [new Source()], () => null);
        using var client = new HttpClient { BaseAddress = server.Addresses[0] };
        Assert.Equal("ok\n", await client.GetStringAsync("/health"));
        using HttpResponseMessage response = await client.GetAsync("/metrics");
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        string text = await response.Content.ReadAsStringAsync();
        Assert.Contains(
            "# HELP test_rows Rows \\\\ of it.\n# TYPE test_rows gauge\ntest_rows{view=\"a\\\"b\",n=\"1\"} 3\ntest_rows{view=\"c\"} 0.5\n",
            text,
            StringComparison.Ordinal);
        Assert.Contains("# TYPE process_cpu_seconds_total counter\n", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/other")).StatusCode);
    }

    [Fact]
    public async Task Health_tells_how_far_the_start_is()
    {
        string? progress = "replaying the log: 1 of 2 records";
        await using HttpServer server = await HttpServer.StartAsync(new IPEndPoint(IPAddress.Loopback, 0), [], () => progress);
        using var client = new HttpClient { BaseAddress = server.Addresses[0] };
        HttpResponseMessage response = await client.GetAsync("/health");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("starting: replaying the log: 1 of 2 records\n", await response.Content.ReadAsStringAsync());
        progress = null;
        Assert.Equal("ok\n", await client.GetStringAsync("/health"));
    }

    private sealed class Source : IMetricsSource
    {
        public IEnumerable<Metric> ReadMetrics() =>
        [
            new("test_rows", "Rows \\ of it.", IsCounter: false, 3, [new("view", "a\"b"), new("n", "1")]),
            new("test_rows", "Rows \\ of it.", IsCounter: false, 0.5, [new("view", "c")]),
        ];
    }
}
