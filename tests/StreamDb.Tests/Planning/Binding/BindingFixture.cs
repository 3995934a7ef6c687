using System.Collections.Immutable;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Parsing;
using Xunit;

namespace StreamDb.Tests.Planning.Binding;

/// <summary>A small catalog, and plans as one-line text.</summary>
internal static class BindingFixture
{
    public const uint T = 16384;
    public const uint U = 16385;
    public const uint V = 16386;
    public const uint M = 16387;
    public const uint G = 16388;
    public const uint S = 16390;

    public static StreamDb.Planning.Catalog.Catalog Catalog { get; } = StreamDb.Planning.Catalog.Catalog.Empty
        .With(new TableItem(T, 2200, "t",
        [
            new ColumnDefinition("a", SqlType.Int32, false),
            new ColumnDefinition("b", SqlType.Text),
            new ColumnDefinition("c", SqlType.Float64) { DefaultText = "1.5" },
        ])
        { PrimaryKey = [0], PrimaryKeyName = "t_pkey" })
        .With(new TableItem(U, 2200, "u",
        [
            new ColumnDefinition("a", SqlType.Int32),
            new ColumnDefinition("d", SqlType.Timestamp),
            new ColumnDefinition("e", SqlType.ArrayOf(SqlType.Int32)),
        ]))
        .With(new ViewItem(V, 2200, "v", [new ColumnDefinition("x", SqlType.Int32), new ColumnDefinition("y", SqlType.Text)],
            "SELECT a, b FROM public.t WHERE c > 0", [T]))
        .With(new MaterializedViewItem(M, 2200, "m", [new ColumnDefinition("n", SqlType.Int64)], "SELECT count(*) AS n FROM public.v", [T, V]))
        .With(new TableItem(G, 2200, "g",
        [
            new ColumnDefinition("k", SqlType.Int32, false),
            new ColumnDefinition("twice", SqlType.Int32) { GeneratedText = "k * 2" },
            new ColumnDefinition("w", SqlType.Int32) { DefaultText = "7" },
        ])
        { PrimaryKey = [0], PrimaryKeyName = "g_pkey" })
        .With(new SchemaItem(16389, "s"))
        .With(new TableItem(S, 16389, "t", [new ColumnDefinition("z", SqlType.Int16)]))
        .With(new IndexItem(16391, 2200, "t_b_idx", T, [1]))
        .With(new SystemRelationItem(1259, 11, "pg_class", [new ColumnDefinition("oid", SqlType.Oid), new ColumnDefinition("relname", SqlType.Name)]));

    public static BindingContext Context { get; } =
        new(Catalog, ["$user", "public"], "root", "dev", TextFormat.Default, null);

    public static StatementPlan Bind(string sql) => Bind(sql, out _);

    public static StatementPlan Bind(string sql, out IReadOnlyList<SqlType> parameters) =>
        StatementBinder.Bind(SqlParser.ParseStatement(sql), Context, out parameters);

    public static T Bind<T>(string sql)
        where T : StatementPlan => Assert.IsType<T>(Bind(sql));

    public static SqlException Fails(string sql) => Assert.Throws<SqlException>(() => Bind(sql));

    /// <summary>The query's plan as text.</summary>
    public static string Plan(string sql) => Text(Bind<QueryPlan>(sql).Root);

    public static string Columns(string sql) =>
        string.Join(", ", Bind<QueryPlan>(sql).Columns.Select(c => $"{c.Name} {c.Type}"));

    public static string Text(LogicalNode node) => node switch
    {
        LogicalGet n => n.Relation.Name,
        LogicalFilter n => $"Filter[{Text(n.Predicate)}]({Text(n.Input)})",
        LogicalProject n => $"Project[{List(n.Expressions)}]({Text(n.Input)})",
        LogicalJoin n => $"{n.Kind}Join[{Text(n.Condition)}]({Text(n.Left)}, {Text(n.Right)})",
        LogicalApply n => $"{n.Kind}Apply{(n.IsScalar ? "Scalar" : "")}[{Text(n.Condition)}]({Text(n.Left)}, {Text(n.Right)})",
        LogicalAggregate n => $"Aggregate[{List(n.Keys)}; {string.Join(", ", n.Aggregates.Select(Text))}]({Text(n.Input)})",
        LogicalDistinct n => $"Distinct({Text(n.Input)})",
        LogicalTopN n => $"TopN[{string.Join(", ", n.PartitionBy)}; {Keys(n.OrderBy)}; {n.Limit}; {n.Offset}]({Text(n.Input)})",
        LogicalSetOperation n => $"{n.Kind}{(n.IsAll ? "All" : "")}({string.Join(", ", n.Operands.Select(Text))})",
        LogicalValues { Fields.Length: 0 } => "Row",
        LogicalValues n => $"Values[{string.Join("; ", n.Rows.Select(r => List(r)))}]",
        LogicalTableFunction n => $"Call {n.Function.Name}[{List(n.Arguments)}]{(n.WithOrdinality ? "+ordinality" : "")}({Text(n.Input)})",
        LogicalWindow n => $"Window[{string.Join(", ", n.Calls.Select(Text))}]({Text(n.Input)})",
        _ => node.GetType().Name,
    };

    public static string Keys(IEnumerable<SortKey> keys) => string.Join(", ", keys.Select(k =>
        $"#{k.Column}{(k.Descending ? " desc" : "")}{(k.NullsFirst != k.Descending ? k.NullsFirst ? " nulls first" : " nulls last" : "")}"));

    public static string Text(ScalarExpression expression) => expression switch
    {
        ColumnExpression e => $"#{e.Index}",
        OuterColumnExpression e => $"^{e.Depth}#{e.Index}",
        LiteralExpression { Value.IsNull: true } => "NULL",
        LiteralExpression { Value.Value: Numeric n } => n.Value.ToString(System.Globalization.CultureInfo.InvariantCulture),
        LiteralExpression { Value.Value: Interval or long } e => TextCodec.Format(e.Type, e.Value, TextFormat.Default),
        LiteralExpression e => e.Type.IsString ? $"'{e.Value}'" : $"{e.Value}",
        ParameterExpression e => $"${e.Index + 1}:{e.Type}",
        CastExpression e => $"{Text(e.Operand)}::{e.Type}",
        NotExpression e => $"not({Text(e.Operand)})",
        IsNullExpression e => $"null?({Text(e.Operand)})",
        LogicalExpression e => $"{(e.IsAnd ? "and" : "or")}({List(e.Operands)})",
        CoalesceExpression e => $"coalesce({List(e.Operands)})",
        CaseExpression e => $"case({string.Join(", ", e.Branches.Select(b => $"{Text(b.Condition)}: {Text(b.Result)}"))}, {Text(e.Else)})",
        DistinctFromExpression e => $"{(e.IsNegated ? "same" : "distinct")}({Text(e.Left)}, {Text(e.Right)})",
        CallExpression { Arguments.Length: 2 } e when !char.IsLetter(e.Function.Name[0]) =>
            $"({Text(e.Arguments[0])} {e.Function.Name} {Text(e.Arguments[1])})",
        CallExpression e => $"{e.Function.Name}({List(e.Arguments)})",
        _ => expression.GetType().Name,
    };

    private static string Text(AggregateCall call) =>
        $"{call.Function.Name}({(call.IsDistinct ? "distinct " : "")}{List(call.Arguments)})"
        + (call.Filter is null ? "" : $" filter {Text(call.Filter)}");

    private static string Text(WindowCall call) =>
        $"{call.Name}({List(call.Arguments)}{(call.Aggregate is null ? "" : List(call.Aggregate.Arguments))}) over"
        + $" ({string.Join(", ", call.PartitionBy.Select(p => $"#{p}"))}; {Keys(call.OrderBy)}{(call.Frame is null ? "" : "; " + StreamDb.Planning.Explain.PlanPrinter.Print(call.Frame))})";

    private static string List(ImmutableArray<ScalarExpression> expressions) => string.Join(", ", expressions.Select(Text));
}
