using StreamDb.Coordinator.Sessions;
using StreamDb.Coordinator.SystemRelations;
using StreamDb.Core.Codecs;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Rendering;

namespace StreamDb.Coordinator.Statements;

/// <summary>The session settings one statement runs under.</summary>
internal sealed record StatementContext(
    Database Database, string User, IReadOnlyList<string> SearchPath, TextFormat Format, long NowMicroseconds, CancellationToken Cancellation)
{
    /// <summary>The session that runs the statement; null inside the server.</summary>
    public Session? Session { get; init; }

    public BindingContext Binding(Catalog catalog, IReadOnlyList<SqlType?>? parameterTypes = null) =>
        new(catalog, SearchPath, User, Database.Name, Format, parameterTypes) { Connectors = Database.Connectors };

    public RenderContext Rendering => new()
    {
        Format = Format,
        User = User,
        Database = Database.Name,
        SearchPath = SearchPath,
        NowMicroseconds = NowMicroseconds,
        Catalog = Format.Names as CatalogLookup ?? new CatalogLookup(Database, User, SearchPath, Session),
    };

    /// <summary>About how many rows a relation has; null when that is not known.</summary>
    public long? SizeOf(RelationItem relation) =>
        relation is TableItem or SourceItem or MaterializedViewItem ? Database.Engine.RowCount(relation.Id) : null;

    /// <summary>Evaluation for one thread; row errors are raised.</summary>
    public EvaluationContext Evaluation() => Rendering.CreateEvaluation(ThrowingErrorSink.Instance);

    public SystemRelationContext System(Catalog catalog) => new(Database, catalog, User, Format) { Session = Session };
}
