using System.CommandLine;
using StreamDb.Coordinator;
using StreamDb.Server.Commands;
using StreamDb.Tests.Coordinator;
using Xunit;

namespace StreamDb.Tests.Server;

/// <summary>What <c>check</c> and <c>info</c> say of a stopped server's directory, sound and damaged.</summary>
public sealed class DataDirectoryCommandsTests : IDisposable
{
    private readonly string _directory = Path.Combine(Path.GetTempPath(), "streamdb-" + Guid.NewGuid().ToString("N"));

    public void Dispose()
    {
        if (Directory.Exists(_directory))
        {
            Directory.Delete(_directory, recursive: true);
        }
    }

    [Fact]
    public async Task Damage_is_named_and_gives_an_exit_code()
    {
        await using (var instance = new TestInstance(new DatabaseOptions { DataDirectory = _directory }))
        {
            TestSession session = instance.Connect();
            await session.RunAsync("CREATE TABLE t (x int); INSERT INTO t VALUES (1)");
            (int busy, string inUse) = await RunAsync("check");
            Assert.Equal(ExitCodes.CannotStart, busy);
            Assert.Contains("is in use by process", inUse);
        }

        (int sound, string output) = await RunAsync("check");
        Assert.Equal(ExitCodes.Success, sound);
        Assert.Contains("dev: sound", output);
        (int described, string info) = await RunAsync("info");
        Assert.Equal(ExitCodes.Success, described);
        Assert.Contains("1 tables, 0 sources, 0 materialized views", info);

        string segment = Directory.GetFiles(Path.Combine(_directory, "dev", "segments")).Single();
        byte[] content = await File.ReadAllBytesAsync(segment);
        content[70] ^= 1;
        await File.WriteAllBytesAsync(segment, content);
        (int damaged, string problems) = await RunAsync("check");
        Assert.Equal(ExitCodes.Damaged, damaged);
        Assert.Contains($"data is damaged in file \"{segment}\" at offset 0", problems);
    }

    [Fact]
    public async Task A_directory_that_is_not_there_is_an_error()
    {
        (int code, string error) = await RunAsync("check");
        Assert.Equal(ExitCodes.CannotStart, code);
        Assert.Contains("does not exist", error);
    }

    private async Task<(int Code, string Text)> RunAsync(string command)
    {
        using var text = new StringWriter();
        int code = await CommandLine.Create(_ => null, _ => Task.FromResult(0))
            .Parse([command, "--data-dir", _directory])
            .InvokeAsync(new InvocationConfiguration { Output = text, Error = text });
        return (code, text.ToString());
    }
}
