using StreamDb.Core.Errors;
using StreamDb.Core.Identifiers;
using StreamDb.State;
using StreamDb.State.Checkpoints;
using StreamDb.State.Devices;
using StreamDb.State.Spaces;
using StreamDb.Testing.State;
using Xunit;

namespace StreamDb.Tests.State.Checkpoints;

/// <summary>What comes back from disk is each arena as it was when it was captured, whatever was written, freed and failed before and meanwhile.</summary>
public sealed class ArenaWriterTests
{
    private const string Root = "/db";
    private const string Section = "arenas";

    [Fact]
    public void Arenas_come_back_as_they_were_captured()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var random = new Random(seed);
            SimulatedFileSystem system = new();
            using StateSpace space = StateSpace.Reserve(verifiesBarriers: true);
            using DataDirectory directory = Open(system);
            var models = new List<Model>();
            for (int i = 0; i < 3; i++)
            {
                models.Add(new Model(space.CreateArena(), random));
            }

            for (int round = 0; round < 12; round++)
            {
                models.ForEach(model => model.Change(200));
                bool fails = random.Next(4) == 0;
                long failing = random.Next(1, 30);
                system.BeforeCall = (_, path) =>
                {
                    if (fails && path.Contains("segments", StringComparison.Ordinal) && --failing == 0)
                    {
                        throw new IOException("no space", IoFailure.NoSpace);
                    }
                };
                Dictionary<ulong, byte[]>[]? expected = TryCheckpoint(directory, models, 60);
                system.BeforeCall = null;
                if (expected is not null)
                {
                    Verify(system.AfterPowerLoss(random), expected);
                }
            }

            models.ForEach(model => model.Arena.Dispose());
        }
    }

    [Fact]
    public void Only_what_changed_is_written_and_files_do_not_stay_half_empty()
    {
        var random = new Random(1);
        SimulatedFileSystem system = new();
        using StateSpace space = StateSpace.Reserve();
        using DataDirectory directory = Open(system);
        var model = new Model(space.CreateArena(), random);
        model.Allocate(1000);
        model.TouchAll();
        Assert.NotNull(TryCheckpoint(directory, [model], 0));
        long all = directory.Manifest.Files.Sum(file => file.Bytes);
        Assert.InRange(all, 1000 * 4096, 1010 * 4096);

        model.Change(5, mayAllocate: false);
        Assert.NotNull(TryCheckpoint(directory, [model], 0));
        long second = directory.Manifest.Files.Sum(file => file.Bytes);
        Assert.InRange(second, all + 4096, all + (6 * 4096));

        for (int round = 0; round < 40; round++)
        {
            model.Change(80, mayAllocate: false);
            Dictionary<ulong, byte[]>[] expected = TryCheckpoint(directory, [model], 0)!;
            Assert.InRange(directory.Manifest.Files.Sum(file => file.Bytes), all, (2 * all) + (200 * 4096));
            Verify(system.AfterKill(), expected);
        }

        model.Arena.Dispose();
    }

    /// <returns>What each arena held when it was captured; null when the disk failed.</returns>
    private static Dictionary<ulong, byte[]>[]? TryCheckpoint(DataDirectory directory, List<Model> models, int changesMeanwhile)
    {
        LogWorkload.Append(directory.Log);
        directory.Log.Commit();
        ArenaImage[] images = [.. models.Select(model => model.Arena.Capture())];
        Dictionary<ulong, byte[]>[] expected = [.. models.Select(model => model.Content())];
        try
        {
            // While the checkpoint is being written, life goes on.
            models.ForEach(model => model.Change(changesMeanwhile));
            using CheckpointWriter writer = directory.BeginCheckpoint();
            var arenas = new ArenaWriter(writer);
            foreach (ArenaImage image in images)
            {
                arenas.Add(image, image.Before);
            }

            IReadOnlyList<StoredArena> stored = arenas.Write();
            using MemoryStream section = new();
            StoredArenas.Write(new BinaryWriter(section), stored);
            writer.Publish(
                new Epoch((ulong)directory.Log.DurableSequence),
                directory.Log.Durable,
                new Dictionary<string, ReadOnlyMemory<byte>> { [Section] = section.ToArray() });
            for (int i = 0; i < images.Length; i++)
            {
                images[i].Confirm(stored[i]);
            }

            return expected;
        }
        catch (SqlException error) when (error.State == SqlState.DiskFull)
        {
            return null;
        }
        finally
        {
            foreach (ArenaImage image in images)
            {
                image.Dispose();
            }
        }
    }

    private static unsafe void Verify(SimulatedFileSystem system, Dictionary<ulong, byte[]>[] expected)
    {
        using DataDirectory directory = Open(system);
        using BinaryReader input = new(new MemoryStream(directory.Manifest.Sections[Section].ToArray()));
        IReadOnlyList<StoredArena> stored = StoredArenas.Read(input);
        Assert.Equal(expected.Length, stored.Count);
        using var other = StateSpace.Reserve();
        for (int i = 0; i < expected.Length; i++)
        {
            stored[i].Check(name => directory.Manifest.Files.FirstOrDefault(file => file.Name == name).Bytes);
            StoredArena moved = MovedTo(other.Base, stored[i]);
            StateArena arena = other.TryRestoreArena(moved.Extents)!;
            moved.Load(arena, directory.Segments);
            foreach ((ulong address, byte[] content) in expected[i])
            {
                var found = new ReadOnlySpan<byte>((void*)(address - stored[i].SpaceBase + other.Base), StateSpace.PageBytes);
                Assert.True(found.SequenceEqual(content), $"page {address:x}");
            }
        }
    }

    // The space that wrote it is still in use.
    private static StoredArena MovedTo(ulong spaceBase, StoredArena stored)
    {
        ulong by = spaceBase - stored.SpaceBase;
        return new StoredArena(
            spaceBase,
            [.. stored.Extents.Select(extent => extent with { Address = extent.Address + by })],
            [.. stored.Pages.Select(pages => pages with { Address = pages.Address + by })]);
    }

    private static DataDirectory Open(SimulatedFileSystem system) => DataDirectory.Open(Root, system, options: LogWorkload.SmallPages);

    /// <summary>An arena and what has been written to it.</summary>
    private sealed unsafe class Model(StateArena arena, Random random)
    {
        private readonly List<(ulong Address, int Pages)> _extents = [];
        private readonly HashSet<ulong> _written = [];

        public StateArena Arena => arena;

        public void Allocate(int pages) => _extents.Add(((ulong)arena.Allocate((long)pages * StateSpace.PageBytes), pages));

        public void TouchAll()
        {
            foreach ((ulong address, int pages) in _extents)
            {
                for (int page = 0; page < pages; page++)
                {
                    Write(address + ((ulong)page * StateSpace.PageBytes));
                }
            }
        }

        public void Change(int count, bool mayAllocate = true)
        {
            for (int i = 0; i < count; i++)
            {
                int kind = mayAllocate ? random.Next(20) : 19;
                if (kind == 0 || _extents.Count == 0)
                {
                    Allocate(random.Next(1, 9));
                }
                else if (kind == 1)
                {
                    Free(random.Next(_extents.Count));
                }
                else
                {
                    (ulong address, int pages) = _extents[random.Next(_extents.Count)];
                    Write(address + ((ulong)random.Next(pages) * StateSpace.PageBytes));
                }
            }
        }

        public Dictionary<ulong, byte[]> Content() =>
            _written.ToDictionary(page => page, page => new ReadOnlySpan<byte>((void*)page, StateSpace.PageBytes).ToArray());

        private void Write(ulong page)
        {
            arena.Touch((void*)page);
            if (_written.Add(page))
            {
                new Span<byte>((void*)page, StateSpace.PageBytes).Clear();
            }

            ((byte*)page)[random.Next(StateSpace.PageBytes)] = (byte)random.Next(256);
        }

        private void Free(int index)
        {
            (ulong address, int pages) = _extents[index];
            _extents.RemoveAt(index);
            for (int page = 0; page < pages; page++)
            {
                _written.Remove(address + ((ulong)page * StateSpace.PageBytes));
            }

            arena.Free((byte*)address);
        }
    }
}
