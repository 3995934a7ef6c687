using StreamDb.Core.Types;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Parsing;

namespace StreamDb.Coordinator.Sessions;

/// <summary>A parsed statement and, once bound, its plan. Bound again when the catalog or the search path has changed.</summary>
internal sealed class PreparedStatement(ParsedStatement statement, IReadOnlyList<SqlType?> declaredTypes)
{
    public ParsedStatement Statement { get; } = statement;

    /// <summary>What the client declared; null entries are inferred.</summary>
    public IReadOnlyList<SqlType?> DeclaredTypes { get; } = declaredTypes;

    public IReadOnlyList<SqlType> ParameterTypes { get; set; } = [];

    /// <summary>Null for a statement that runs from its syntax, and before binding.</summary>
    public StatementPlan? Plan { get; set; }

    public IReadOnlyList<ResultColumn>? Columns { get; set; }

    public Catalog? BoundCatalog { get; set; }

    public SessionSettings? BoundSettings { get; set; }

    /// <summary>The direct read that answers it, when there is one for this plan.</summary>
    public Statements.PointRead? PointRead { get; set; }

    public bool IsPointReadKnown { get; set; }
}
