namespace StreamDb.Connectors.Generators;

/// <summary>Which of Nexmark's events a source delivers.</summary>
internal enum NexmarkTable : byte
{
    Person,
    Auction,
    Bid,

    /// <summary>All of them, one nullable record column for each kind.</summary>
    Unified,
}
