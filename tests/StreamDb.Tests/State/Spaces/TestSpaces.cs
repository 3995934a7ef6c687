using StreamDb.State.Spaces;

namespace StreamDb.Tests.State.Spaces;

/// <summary>Spaces at addresses that no other test takes in between, so that a test can have the same ones again.</summary>
internal static class TestSpaces
{
    private const ulong First = 0x6000_0000_0000;
    private const int Count = 28;

    private static int _last;

    public static StateSpace Reserve()
    {
        while (true)
        {
            ulong number = (ulong)(Interlocked.Increment(ref _last) % Count);
            if (StateSpace.TryReserveAt(First + (number << 40), verifiesBarriers: true) is { } space)
            {
                return space;
            }
        }
    }

    /// <summary>For <see cref="StreamDb.Coordinator.DatabaseOptions.OpenSpace"/>.</summary>
    public static StateSpace Open(ulong? address) =>
        (address is { } wanted ? StateSpace.TryReserveAt(wanted, verifiesBarriers: true) : null) ?? Reserve();
}
