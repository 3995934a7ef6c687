namespace StreamDb.State.Spaces;

/// <summary>A range of addresses; both are multiples of <see cref="StateSpace.PageBytes"/>.</summary>
public readonly record struct StateExtent(ulong Address, long Bytes)
{
    /// <summary>First address behind it.</summary>
    public ulong End => Address + (ulong)Bytes;
}
