using System.Runtime.InteropServices;
using StreamDb.State.Spaces;
using Xunit;

namespace StreamDb.Tests.State.Spaces;

public sealed unsafe partial class SpillTests : IDisposable
{
    private const int Page = StateSpace.PageBytes;
    private const int PageCount = 8192;

    private readonly string _directory = Directory.CreateTempSubdirectory("streamdb-spill-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void What_was_written_out_comes_back_when_it_is_touched()
    {
        using StateSpace space = StateSpace.Reserve();
        space.SpillTo(_directory);
        Assert.Empty(Directory.GetFiles(_directory));
        using StateArena arena = space.CreateArena();
        byte* address = arena.Allocate((long)PageCount * Page);
        for (int page = 0; page < PageCount; page++)
        {
            arena.Touch(address + ((long)page * Page));
            *(int*)(address + ((long)page * Page) + (page % 1000)) = page;
        }

        for (int round = 0; round < 2; round++)
        {
            Assert.InRange(space.Evict(long.MaxValue), (long)PageCount * Page, 2L * PageCount * Page);
            for (int page = 0; page < PageCount; page++)
            {
                Assert.Equal(page, *(int*)(address + ((long)page * Page) + (page % 1000)));
            }
        }

        using ArenaImage image = arena.Capture();
        Assert.Equal(PageCount, image.ChangedPages.Count);
        byte[] content = new byte[Page];
        image.CopyPage((ulong)address + Page, content);
        Assert.Equal(1, BitConverter.ToInt32(content, 1));
    }

    [Fact]
    public void Pages_that_are_asked_for_come_back_before_they_are_touched()
    {
        using StateSpace space = StateSpace.Reserve();
        space.SpillTo(_directory);
        using StateArena arena = space.CreateArena();
        byte* address = arena.Allocate((long)PageCount * Page);
        arena.Touch(address, (long)PageCount * Page);
        new Span<byte>(address, PageCount * Page).Fill(7);
        space.Evict(long.MaxValue);

        // Every 16th page and the one behind it, and words that are no addresses.
        ulong[] asked = [.. Enumerable.Range(0, PageCount / 16).SelectMany(i => new[] { (ulong)i & 3, (ulong)address + ((ulong)i * 16 * Page) + Page - 8 })];
        Assert.Equal(0, Resident(address, asked));
        space.IsPartlyOut = true;
        fixed (ulong* addresses = asked)
        {
            arena.Fetch(addresses, asked.Length, 16);
        }

        Assert.True(SpinWait.SpinUntil(() => Resident(address, asked) == PageCount / 8, 10_000));
        Assert.True(new ReadOnlySpan<byte>(address, PageCount * Page).IndexOfAnyExcept((byte)7) < 0);
    }

    [Fact]
    public void Memory_that_was_given_back_can_be_taken_again()
    {
        using StateSpace space = StateSpace.Reserve();
        space.SpillTo(_directory);
        using StateArena arena = space.CreateArena();
        for (int round = 0; round < 20; round++)
        {
            byte* address = arena.Allocate((long)PageCount * Page);
            arena.Touch(address, (long)PageCount * Page);
            new Span<byte>(address, PageCount * Page).Fill((byte)round);
            Assert.Equal(round, address[(round * 4099) % (PageCount * Page)]);
            arena.Free(address);
        }

        Assert.Equal(0, space.UsedBytes);
    }

    [Fact]
    public void A_space_without_a_file_evicts_nothing()
    {
        using StateSpace space = StateSpace.Reserve();
        using StateArena arena = space.CreateArena();
        arena.Allocate(Page);
        Assert.Equal(0, space.Evict(1));
    }

    /// <summary>How many of the pages that were asked for, and of those behind them, are in memory.</summary>
    private static int Resident(byte* start, ulong[] asked)
    {
        byte[] states = new byte[PageCount];
        Assert.Equal(0, InMemory((nint)start, (nint)PageCount * Page, states));
        return asked.Where(address => address > 3).Sum(address =>
        {
            long page = (long)(address - (ulong)start) / Page;
            return (states[page] & 1) + (states[page + 1] & 1);
        });
    }

    [LibraryImport("libc", EntryPoint = "mincore")]
    private static partial int InMemory(nint address, nint length, byte[] states);
}
