using StreamDb.Core.Diagnostics;
using StreamDb.State.Spaces;
using Xunit;

namespace StreamDb.Tests.State.Spaces;

public sealed unsafe class StateSpaceTests
{
    private const int Page = StateSpace.PageBytes;

    [Fact]
    public void Pages_come_back_at_their_addresses_in_a_later_space()
    {
        ulong spaceBase;
        byte* address;
        Dictionary<ulong, byte[]> disk;
        StateExtent[] extents;
        using (StateSpace space = TestSpaces.Reserve())
        {
            spaceBase = space.Base;
            using StateArena other = space.CreateArena();
            other.Allocate(3 * Page);
            using StateArena arena = space.CreateArena();
            address = arena.Allocate(5 * Page);
            arena.Touch(address + Page, 2 * Page);
            new Span<byte>(address + Page, 2 * Page).Fill(7);
            using ArenaImage image = arena.Capture();
            extents = [.. image.Extents];
            disk = Read(image);
            Assert.Equal([(ulong)address + Page, (ulong)address + (2 * Page)], disk.Keys);
            image.Confirm();
        }

        using StateSpace? again = StateSpace.TryReserveAt(spaceBase);
        Assert.NotNull(again);
        Assert.Null(StateSpace.TryReserveAt(spaceBase));
        using StateArena? restored = again.TryRestoreArena(extents);
        Assert.NotNull(restored);
        Assert.Null(again.TryRestoreArena(extents));
        foreach ((ulong page, byte[] content) in disk)
        {
            content.CopyTo(restored.Load(page, Page));
        }

        restored.EndLoad();
        Assert.Equal(7, address[Page]);
        Assert.Equal(7, address[(3 * Page) - 1]);
        restored.Touch(address + Page);
        address[Page] = 8;
        using ArenaImage next = restored.Capture();
        Assert.Equal([(ulong)address + Page], next.ChangedPages);
    }

    [Fact]
    public void An_image_without_confirmation_leaves_its_pages_changed()
    {
        using StateSpace space = StateSpace.Reserve();
        using StateArena arena = space.CreateArena();
        byte* address = arena.Allocate(4 * Page);
        arena.Touch(address, 4 * Page);
        using (ArenaImage first = arena.Capture())
        {
            first.CopyPage((ulong)address, new byte[Page]);
            arena.Touch(address + Page);
            Assert.Throws<InvariantException>(first.Confirm);
        }

        using (ArenaImage second = arena.Capture())
        {
            Assert.Equal(4, second.ChangedPages.Count);
            Read(second);
            second.Confirm();
        }

        using ArenaImage third = arena.Capture();
        Assert.Empty(third.ChangedPages);
    }

    [Fact]
    public void What_is_freed_while_an_image_is_open_keeps_its_content_until_it_ends()
    {
        using StateSpace space = StateSpace.Reserve();
        StateArena arena = space.CreateArena();
        byte* address = arena.Allocate(Page);
        arena.Touch(address);
        *address = 42;
        ArenaImage image = arena.Capture();
        arena.Dispose();
        using StateArena other = space.CreateArena();
        byte* unrelated = other.Allocate(Page);
        Assert.NotEqual((ulong)address, (ulong)unrelated);
        Assert.Equal(42, Read(image)[(ulong)address][0]);
        image.Confirm();
        image.Dispose();
        Assert.Equal(Page, space.UsedBytes);
    }

    [Fact]
    public void Verification_finds_a_write_without_a_barrier()
    {
        using StateSpace space = StateSpace.Reserve(verifiesBarriers: true);
        using StateArena arena = space.CreateArena();
        byte* address = arena.Allocate(2 * Page);
        arena.Touch(address);
        *address = 1;
        using (ArenaImage image = arena.Capture())
        {
            Read(image);
            image.Confirm();
        }

        arena.Verify();
        address[Page - 1] = 1;
        Assert.Throws<InvariantException>(arena.Verify);
        arena.Touch(address);
        arena.Verify();
        address[Page] = 1;
        Assert.Throws<InvariantException>(arena.Verify);
    }

    [Fact]
    public void Freed_memory_is_used_again_and_large_extents_fit()
    {
        using StateSpace space = StateSpace.Reserve();
        using StateArena arena = space.CreateArena();
        byte* large = arena.Allocate(100 << 20);
        large[(100 << 20) - 1] = 1;
        arena.Free(large);
        Assert.Equal(0, space.UsedBytes);
        Assert.Equal((ulong)large, (ulong)arena.Allocate(90 << 20));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(100 << 20, 1)]
    public void Kept_memory_does_not_go_back_to_the_system(int kept, byte afterwards)
    {
        // Free memory that did go back is all zeros again.
        const int Bytes = 90 << 20;
        using StateSpace space = StateSpace.Reserve();
        _ = space.Keep(kept);
        using StateArena arena = space.CreateArena();
        Assert.Equal(afterwards, Reused(arena));
        Assert.True(space.Keep(kept / 2).IsCompleted);
        Assert.Equal(0, space.UsedBytes);

        static byte Reused(StateArena arena)
        {
            byte* first = arena.Allocate(Bytes);
            first[Bytes - 1] = 1;
            arena.Free(first);
            byte* second = arena.Allocate(Bytes);
            byte found = second[Bytes - 1];
            arena.Free(second);
            return found;
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_writer_and_a_reader_of_images_run_side_by_side(int seed)
    {
        // The writer keeps one generation number per word equal all over an epoch's end; every image must show one generation.
        const int Pages = 300;
        using StateSpace space = StateSpace.Reserve(verifiesBarriers: true);
        using StateArena arena = space.CreateArena();
        var random = new Random(seed);
        byte* address = arena.Allocate(Pages * Page);
        var disk = new Dictionary<ulong, byte[]>();
        var model = new long[Pages];
        for (int round = 0; round < 300; round++)
        {
            Write(round);
            using ArenaImage image = arena.Capture();
            long[] expected = [.. model];
            bool confirms = random.Next(4) != 0;
            using var started = new ManualResetEventSlim();
            var read = new Dictionary<ulong, byte[]>();
            var reader = new Thread(() =>
            {
                started.Set();
                read = Read(image);
            });
            reader.Start();
            started.Wait();
            Write(round + 1000);
            reader.Join();
            foreach ((ulong page, byte[] content) in read)
            {
                disk[page] = content;
            }

            if (confirms)
            {
                image.Confirm();
            }

            for (int page = 0; page < Pages; page++)
            {
                long actual = disk.TryGetValue((ulong)address + ((ulong)page * Page), out byte[]? content) ? BitConverter.ToInt64(content) : 0;
                Assert.Equal(expected[page], actual);
                Assert.Equal(expected[page], content is null ? 0 : BitConverter.ToInt64(content, Page - 8));
            }
        }

        void Write(int generation)
        {
            for (int i = 0; i < 200; i++)
            {
                int page = random.Next(Pages);
                byte* target = address + (page * Page);
                arena.Touch(target);
                *(long*)target = model[page] = generation;
                *(long*)(target + Page - 8) = generation;
            }
        }
    }

    private static Dictionary<ulong, byte[]> Read(ArenaImage image)
    {
        var pages = new Dictionary<ulong, byte[]>();
        foreach (ulong page in image.ChangedPages)
        {
            byte[] content = new byte[Page];
            image.CopyPage(page, content);
            pages.Add(page, content);
        }

        return pages;
    }
}
