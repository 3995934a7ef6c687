using StreamDb.Coordinator;
using StreamDb.Tests.State.Spaces;
using Xunit;

namespace StreamDb.Tests.Coordinator.Checkpoints;

/// <summary>With a limit that no process can keep, all keyed state is on its way to the disk and back all the time.</summary>
public sealed class MemoryLimitTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("streamdb-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task State_that_does_not_fit_into_memory_stays_right()
    {
        int step = 0;
        for (int life = 0; life < 3; life++)
        {
            await using var instance = new TestInstance(new DatabaseOptions
            {
                DataDirectory = _directory,
                OpenSpace = TestSpaces.Open,
                MemoryLimitBytes = 1 << 20,
                CheckpointIntervalMs = 0,
            });
            TestSession session = instance.Connect();
            foreach (string sql in life == 0 ? StepWorkload.Setup : [])
            {
                await session.RunAsync(sql);
            }

            Assert.Equal(step, await StepWorkload.VerifyAsync(session));
            Assert.Equal("0", await session.RunAsync("SELECT count(*) FROM streamdb_catalog.view_recovery WHERE NOT is_restored"));
            for (int i = 0; i < 120; i++)
            {
                await session.RunAsync(StepWorkload.Step(++step));
                if (i % 50 == 20)
                {
                    await session.RunAsync("CHECKPOINT");
                }
            }

            Assert.Equal(step, await StepWorkload.VerifyAsync(session));
        }
    }
}
