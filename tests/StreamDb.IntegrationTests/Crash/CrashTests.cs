using StreamDb.Testing.Crash;
using Xunit;
using Xunit.Abstractions;

namespace StreamDb.IntegrationTests.Crash;

/// <summary>A short run of the crash harness; <c>dotnet run --project tests/StreamDb.Testing -- crash --cycles 500</c> is a long one.</summary>
public sealed class CrashTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Nothing_acknowledged_is_lost_or_doubled_when_a_loaded_server_is_killed()
    {
        CrashFigures figures = await CrashHarness.RunAsync(new CrashOptions { Cycles = 20 });

        output.WriteLine(figures.ToString());
        Assert.Equal(20, figures.Kills);
        Assert.True(figures.Acknowledged > 200, figures.ToString());
    }

    [Fact]
    public async Task Nor_while_checkpoints_are_made_all_the_time_and_it_dies_in_the_midst_of_them()
    {
        CrashFigures figures = await CrashHarness.RunAsync(new CrashOptions
        {
            Cycles = 30,
            CyclesPerDirectory = 30,
            CheckpointIntervalMs = 100,
            KillPointPercent = 60,
            Seed = 2,
        });

        output.WriteLine(figures.ToString());
        Assert.Equal(30, figures.Kills);
        Assert.True(figures.PointKills > 5, figures.ToString());
        Assert.True(figures.Acknowledged > 200, figures.ToString());
    }
}
