namespace StreamDb.Dataflow;

/// <summary>The least or greatest non-NULL value of a column; NULL when there is none.</summary>
public sealed record ExtremeAggregate : AggregateSpec
{
    public required int Column { get; init; }

    public bool IsMax { get; init; }
}
