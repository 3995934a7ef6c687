using StreamDb.Core.Rows;

namespace StreamDb.Coordinator.Sessions;

/// <summary>A prepared statement with its parameters, and its result once it runs.</summary>
internal sealed class Portal(PreparedStatement statement, IReadOnlyList<Datum> parameters)
{
    public PreparedStatement Statement { get; } = statement;

    public IReadOnlyList<Datum> Parameters { get; } = parameters;

    public StatementResult? Result { get; set; }
}
