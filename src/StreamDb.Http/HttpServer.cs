using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StreamDb.Core.Diagnostics;
using StreamDb.Http.Metrics;

namespace StreamDb.Http;

/// <summary>The HTTP side: <c>/health</c> and <c>/metrics</c>.</summary>
public sealed class HttpServer : IAsyncDisposable
{
    private readonly WebApplication _application;

    private HttpServer(WebApplication application)
    {
        _application = application;
    }

    /// <summary>The addresses listened on, with their real ports.</summary>
    public IReadOnlyList<Uri> Addresses =>
        [.. _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(a => new Uri(a))];

    /// <summary>Binds the address and begins to serve.</summary>
    /// <param name="sources">Whose figures <c>/metrics</c> shows, beside the process's own.</param>
    /// <param name="unready">How far the start is, for <c>/health</c>, which then answers 503; null once requests are served.</param>
    /// <exception cref="IOException">The address is in use.</exception>
    public static async Task<HttpServer> StartAsync(
        IPEndPoint endPoint, IReadOnlyList<IMetricsSource> sources, Func<string?> unready, ILoggerFactory? loggers = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(endPoint);
        });
        builder.Services.AddRoutingCore();
        if (loggers is not null)
        {
            builder.Services.AddSingleton(loggers);
        }

        WebApplication application = builder.Build();
        var server = new HttpServer(application);
        IReadOnlyList<IMetricsSource> all = [.. sources, new ProcessMetrics()];
        application.MapGet("/health", () => unready() is { } progress
            ? Results.Text($"starting: {progress}\n", statusCode: StatusCodes.Status503ServiceUnavailable)
            : Results.Text("ok\n"));
        application.MapGet("/metrics", () => Results.Text(PrometheusText.Write(all.SelectMany(source => source.ReadMetrics())), PrometheusText.ContentType));
        try
        {
            await application.StartAsync().ConfigureAwait(false);
            return server;
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync().ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
    }
}
