using StreamDb.Core.Codecs;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Rendering;

/// <summary>The settings that a dataflow's expressions see; fixed when it is rendered.</summary>
public sealed record RenderContext
{
    public TextFormat Format { get; init; } = TextFormat.Default;

    public string User { get; init; } = "root";

    public string Database { get; init; } = "dev";

    public IReadOnlyList<string> SearchPath { get; init; } = ["public"];

    public ICatalogLookup? Catalog { get; init; }

    /// <summary>What now() is in an ad hoc query; in a view, only temporal filters know the time.</summary>
    public long NowMicroseconds { get; init; }

    /// <summary>A context for one thread that reports row errors to <paramref name="errors"/>.</summary>
    public EvaluationContext CreateEvaluation(IErrorSink errors) => new(errors)
    {
        Format = Format,
        User = User,
        Database = Database,
        SearchPath = SearchPath,
        NowMicroseconds = NowMicroseconds,
        Catalog = Catalog,
    };
}
