using StreamDb.Core.Types;

namespace StreamDb.Coordinator.Sessions;

/// <summary>A column of a result as RowDescription tells it.</summary>
/// <param name="RelationOid">The relation it comes from, or 0.</param>
/// <param name="Attribute">Its 1-based attribute number there, or 0.</param>
public sealed record ResultColumn(string Name, SqlType Type, uint RelationOid = 0, short Attribute = 0);
