using StreamDb.State.Spaces;
using Xunit;

namespace StreamDb.Tests.State.Spaces;

public sealed class ExtentAllocatorTests
{
    private const int Page = StateSpace.PageBytes;

    [Fact]
    public void Neighbours_join_and_the_smallest_fit_is_taken()
    {
        var free = new ExtentAllocator();
        free.Free(0x10000, 4 * Page);
        free.Free(0x20000, 2 * Page);
        Assert.True(free.TryAllocate(2 * Page, out ulong address));
        Assert.Equal(0x20000UL, address);
        Assert.True(free.TryAllocate(Page, out address));
        Assert.Equal(0x10000UL, address);
        Assert.Equal(3 * Page, free.FreeBytes);
        Assert.Equal(new StateExtent(0x10000, 4 * Page), free.Free(0x10000, Page));
        Assert.False(free.TryAllocate(5 * Page, out _));
    }

    [Fact]
    public void A_named_range_is_taken_out_of_the_middle()
    {
        var free = new ExtentAllocator();
        free.Free(0x10000, 8 * Page);
        Assert.True(free.TryTake(new StateExtent(0x12000, 2 * Page)));
        Assert.False(free.TryTake(new StateExtent(0x11000, 2 * Page)));
        Assert.False(free.TryTake(new StateExtent(0x17000, 2 * Page)));
        Assert.Equal(6 * Page, free.FreeBytes);
        Assert.Equal(new StateExtent(0x10000, 8 * Page), free.Free(0x12000, 2 * Page));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Ranges_never_overlap_and_none_is_lost(int seed)
    {
        const int Pages = 512;
        var random = new Random(seed);
        var free = new ExtentAllocator();
        free.Free(0, Pages * Page);
        var owner = new bool[Pages];
        var taken = new List<StateExtent>();
        for (int step = 0; step < 20_000; step++)
        {
            if (random.Next(2) == 0)
            {
                long bytes = random.Next(1, 40) * Page;
                if (free.TryAllocate(bytes, out ulong address))
                {
                    taken.Add(new StateExtent(address, bytes));
                    Mark(address, bytes, true);
                }
            }
            else if (taken.Count > 0)
            {
                int index = random.Next(taken.Count);
                StateExtent extent = taken[index];
                taken.RemoveAt(index);
                Mark(extent.Address, extent.Bytes, false);
                free.Free(extent.Address, extent.Bytes);
            }

            Assert.Equal(owner.Count(used => !used) * Page, free.FreeBytes);
        }

        foreach (StateExtent extent in taken)
        {
            free.Free(extent.Address, extent.Bytes);
        }

        Assert.True(free.TryTake(new StateExtent(0, Pages * Page)));

        void Mark(ulong address, long bytes, bool used)
        {
            for (int page = (int)(address / Page); page < (int)((address + (ulong)bytes) / Page); page++)
            {
                Assert.NotEqual(used, owner[page]);
                owner[page] = used;
            }
        }
    }
}
