using System.Diagnostics;
using System.Globalization;
using StreamDb.State;
using StreamDb.Testing.State;
using Xunit;

namespace StreamDb.Tests.State.Log;

/// <summary>A real process on real files, killed again and again while it writes.</summary>
public sealed class LogKillTests : IDisposable
{
    private const int Cycles = 8;

    private readonly string _path = Directory.CreateTempSubdirectory("streamdb-kill-").FullName;

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Fact]
    public async Task Killing_the_process_loses_nothing_it_acknowledged()
    {
        Random random = new(11);
        long acknowledged = 0;
        for (int cycle = 0; cycle < Cycles; cycle++)
        {
            ProcessStartInfo start = new("dotnet")
            {
                RedirectStandardOutput = true,
                ArgumentList =
                {
                    "exec", "--runtimeconfig", Beside("StreamDb.Tests.runtimeconfig.json"), "--depsfile", Beside("StreamDb.Tests.deps.json"),
                    typeof(LogWorkload).Assembly.Location, "append-log", _path,
                },
            };
            using Process child = Process.Start(start)!;
            int lines = random.Next(1, 300);
            string? line;
            while (lines-- > 0 && (line = await child.StandardOutput.ReadLineAsync()) is not null)
            {
                acknowledged = long.Parse(line, CultureInfo.InvariantCulture);
            }

            child.Kill();
            while ((line = await child.StandardOutput.ReadLineAsync()) is not null)
            {
                // A line may be cut short by the kill; a prefix of a number is a smaller number.
                acknowledged = long.TryParse(line, CultureInfo.InvariantCulture, out long last) ? Math.Max(acknowledged, last) : acknowledged;
            }

            await child.WaitForExitAsync();
            using DataDirectory directory = DataDirectory.Open(_path);
            Assert.InRange(LogWorkload.Verify(directory.Log), acknowledged, long.MaxValue);
        }

        Assert.True(acknowledged > Cycles, "the child never got to write");
    }

    // The victim's packages are those of the test program.
    private static string Beside(string name) => Path.Combine(AppContext.BaseDirectory, name);
}
