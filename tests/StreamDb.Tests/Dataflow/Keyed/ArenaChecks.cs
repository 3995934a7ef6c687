using StreamDb.State.Spaces;

namespace StreamDb.Tests.Dataflow.Keyed;

/// <summary>Checkpoints of an arena that go nowhere.</summary>
internal static class ArenaChecks
{
    /// <summary>Checks that every change since the last call was announced; all pages count as unchanged from now on.</summary>
    public static void Confirm(StateArena arena)
    {
        using ArenaImage image = arena.Capture();
        byte[] page = new byte[StateSpace.PageBytes];
        foreach (ulong address in image.ChangedPages)
        {
            image.CopyPage(address, page);
        }

        image.Confirm();
    }
}
