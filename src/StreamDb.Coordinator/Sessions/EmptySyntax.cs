using StreamDb.Sql.Syntax;

namespace StreamDb.Coordinator.Sessions;

/// <summary>A prepared statement without text, which answers with an empty query response.</summary>
internal sealed record EmptySyntax : StatementSyntax;
