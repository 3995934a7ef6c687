namespace StreamDb.State.Spaces;

/// <summary>What is known of one page of a state space. One byte of the page map.</summary>
/// <remarks>
/// <code>
///            Touch                 capture                 reader begins          reader ends
///  Unused ----------> Dirty --------------------> Captured --------------> Reading ----------> Clean
///  Clean  ----------> Dirty                          | Touch                                     (Touch waits while Reading)
///                       ^                            v
///                       +---- copy kept aside ---- Copying                  (the reader waits while Copying)
/// </code>
/// Unused and Clean become Dirty, and Dirty becomes Captured, by the owner's thread alone; from Captured on both sides compare and swap.
/// </remarks>
internal static class PageState
{
    /// <summary>In no extent, or in one but not written since it was handed out: its content does not matter.</summary>
    public const byte Unused = 0;

    /// <summary>Written since the last capture. The one state that a writer need not change.</summary>
    public const byte Dirty = 1;

    /// <summary>As it was at the capture, and not read yet.</summary>
    public const byte Captured = 2;

    /// <summary>The writer is keeping a copy for the open image.</summary>
    public const byte Copying = 3;

    /// <summary>The image is copying it.</summary>
    public const byte Reading = 4;

    /// <summary>As the last image had it.</summary>
    public const byte Clean = 5;
}
