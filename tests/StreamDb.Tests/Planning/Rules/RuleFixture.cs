using System.Collections.Immutable;
using StreamDb.Core.Codecs;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Explain;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Physical;
using StreamDb.Planning.Rules;
using StreamDb.Sql.Parsing;

namespace StreamDb.Tests.Planning.Rules;

/// <summary>Tables t (a key, b, c), s (k, v), r (k, w), e (at, late) and m (g, n, f, j), and plans of queries over them as text.</summary>
internal static class RuleFixture
{
    public const string Schema =
        "CREATE TABLE t (a int PRIMARY KEY, b int, c text); CREATE TABLE s (k int, v int); CREATE TABLE r (k int, w int);"
        + " CREATE TABLE e (at timestamptz, late timestamp, day date); CREATE TABLE m (g int, n numeric, f float8, j jsonb)";

    private static readonly Catalog _catalog = Catalog.Empty
        .With(Table(16384, "t", [0], ("a", SqlType.Int32), ("b", SqlType.Int32), ("c", SqlType.Text)))
        .With(Table(16385, "s", [], ("k", SqlType.Int32), ("v", SqlType.Int32)))
        .With(Table(16386, "r", [], ("k", SqlType.Int32), ("w", SqlType.Int32)))
        .With(Table(16387, "e", [], ("at", SqlType.TimestampTz), ("late", SqlType.Timestamp), ("day", SqlType.Date)))
        .With(Table(16388, "m", [], ("g", SqlType.Int32), ("n", SqlType.Numeric), ("f", SqlType.Float64), ("j", SqlType.Jsonb)));

    public static LogicalNode Bind(string sql) => ((QueryPlan)StatementBinder.Bind(
        SqlParser.ParseStatement(sql), new BindingContext(_catalog, ["public"], "root", "dev", TextFormat.Default, null), out _)).Root;

    public static string Print(LogicalNode node) => PlanPrinter.Print(node).ReplaceLineEndings("\n");

    public static LogicalNode Optimize(LogicalNode node) => Optimize(node, null);

    private static LogicalNode Optimize(LogicalNode node, JoinIndexes? indexes)
    {
        using var context = new EvaluationContext(ThrowingErrorSink.Instance);
        return Optimizer.Optimize(node, context, indexes: indexes);
    }

    private static LogicalNode Fold(LogicalNode node)
    {
        using var context = new EvaluationContext(ThrowingErrorSink.Instance);
        return Optimizer.FoldConstants(node, context);
    }

    /// <param name="indexes">Table and column of each index.</param>
    public static PhysicalNode LowerView(string sql, params (uint Table, int Column)[] indexes)
    {
        var all = new JoinIndexes([.. indexes.Select(index => new JoinIndexes.Entry(new RelationId(index.Table), [index.Column]))]);
        return Lowering.LowerView(Optimize(Bind(sql), all), all);
    }

    /// <summary>The plan of a view.</summary>
    public static LogicalNode OptimizeView(LogicalNode node) => Optimize(node, JoinIndexes.None);

    /// <summary>The plan before and after a rule.</summary>
    public static string Run(string rule, string sql)
    {
        LogicalNode bound = Bind(sql);
        return rule switch
        {
            "decorrelate" => Pair(bound, Decorrelate.Apply),
            "push" => Pair(bound, PushPredicates.Apply),
            "order" => Pair(PushPredicates.Apply(bound), n => OrderJoins.Apply(n)),
            "prune" => Pair(bound, PruneColumns.Apply),
            "rank" => Pair(PushPredicates.Apply(Fold(bound)), RankFilters.Apply),
            "merge" => Pair(bound, MergeProjects.Apply),
            "optimize" => Pair(bound, Optimize),
            "lower" => PlanPrinter.Print(LowerView(sql)),
            _ => throw new ArgumentException(rule, nameof(rule)),
        };
    }

    /// <summary>The plan after a rule alone.</summary>
    public static string After(string rule, string sql) => Print(Rule(rule)(Bind(sql)));

    private static Func<LogicalNode, LogicalNode> Rule(string name) => name switch
    {
        "empty" => n => FoldEmpty.Apply(Decorrelate.Apply(n)),
        "simplify" => SimplifyOuterJoins.Apply,
        "push" => PushPredicates.Apply,
        "order" => n => OrderJoins.Apply(PushPredicates.Apply(n)),
        "joins" => n => RemoveJoins.Apply(n),
        "distinct" => RemoveDistinct.Apply,
        "topn" => PushTopN.Apply,
        "decorrelated" => n => PushPredicates.Apply(Decorrelate.Apply(n)),
        "extremes" => n => PushExtremes.Apply(PushPredicates.Apply(Decorrelate.Apply(n)), JoinIndexes.None),
        "share" => ShareSubplans.Apply,
        "optimize" => Optimize,
        "optimize view" => OptimizeView,
        _ => throw new ArgumentException(name, nameof(name)),
    };

    private static string Pair(LogicalNode before, Func<LogicalNode, LogicalNode> rule) => $"{Print(before)}\n=>\n{Print(rule(before))}";

    private static TableItem Table(uint oid, string name, ImmutableArray<int> key, params (string Name, SqlType Type)[] columns) =>
        new(oid, Catalog.PublicOid, name, [.. columns.Select((c, i) => new ColumnDefinition(c.Name, c.Type, !key.Contains(i)))])
        {
            PrimaryKey = key,
        };
}
