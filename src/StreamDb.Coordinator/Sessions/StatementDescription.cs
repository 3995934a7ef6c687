using StreamDb.Core.Types;

namespace StreamDb.Coordinator.Sessions;

/// <summary>What Describe S answers. <paramref name="Columns"/> is null when the statement returns no rows.</summary>
public sealed record StatementDescription(IReadOnlyList<SqlType> Parameters, IReadOnlyList<ResultColumn>? Columns);
