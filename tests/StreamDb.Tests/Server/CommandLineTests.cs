using System.CommandLine;
using System.Net;
using Microsoft.Extensions.Logging;
using StreamDb.Server.Commands;
using StreamDb.Server.Configuration;
using Xunit;

namespace StreamDb.Tests.Server;

public sealed class CommandLineTests
{
    private readonly Dictionary<string, string> _environment = [];
    private ServerOptions? _options;

    [Fact]
    public void Without_arguments_it_serves_in_memory_on_loopback()
    {
        Assert.Equal(0, Run());
        Assert.Equal([IPAddress.Loopback], _options!.Addresses);
        Assert.Equal((4566, 5691, null, null), (_options.Port, _options.HttpPort, _options.DataDirectory, _options.Password));
    }

    [Fact]
    public void Arguments_are_taken_with_and_without_the_command()
    {
        Assert.Equal(0, Run("--listen", "0.0.0.0, ::1", "--port", "0", "--data-dir", "d", "--workers", "3", "--log-level", "debug"));
        Assert.Equal([IPAddress.Any, IPAddress.IPv6Loopback], _options!.Addresses);
        Assert.Equal((0, "d", 3, LogLevel.Debug), (_options.Port, _options.DataDirectory, _options.WorkerCount, _options.LogLevel));
        Assert.Equal(0, Run("serve", "--port", "1234", "--http-port", "0", "--password", "p", "--file-root", "f"));
        Assert.Equal((1234, 0, "p", "f"), (_options.Port, _options.HttpPort, _options.Password, _options.FileRoot));
    }

    [Fact]
    public void The_environment_is_asked_where_there_is_no_argument()
    {
        _environment["STREAMDB_PORT"] = "5000";
        _environment["STREAMDB_DATA_DIR"] = "e";
        Assert.Equal(0, Run("serve", "--data-dir", "d"));
        Assert.Equal((5000, "d"), (_options!.Port, _options.DataDirectory));
    }

    [Theory]
    [InlineData("--port", "x")]
    [InlineData("--port", "70000")]
    [InlineData("--workers", "0")]
    [InlineData("--listen", "nowhere.example")]
    [InlineData("--log-level", "loud")]
    [InlineData("--unknown", "1")]
    public void A_wrong_argument_is_told_and_nothing_runs(string name, string value)
    {
        Assert.Equal(ExitCodes.Usage, Run(name, value));
        Assert.Null(_options);
    }

    [Fact]
    public void A_wrong_variable_is_told_and_nothing_runs()
    {
        _environment["STREAMDB_PORT"] = "x";
        Assert.Equal(ExitCodes.Usage, Run());
        Assert.Null(_options);
    }

    private int Run(params string[] arguments)
    {
        RootCommand command = CommandLine.Create(_environment.GetValueOrDefault, options =>
        {
            _options = options;
            return Task.FromResult(0);
        });
        return command.Parse(arguments).Invoke(new InvocationConfiguration { Output = TextWriter.Null, Error = TextWriter.Null });
    }
}
