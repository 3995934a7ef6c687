using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Compilation;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Physical;
using StreamDb.Planning.Rules;
using StreamDb.Tests.Planning.Binding;
using Xunit;

namespace StreamDb.Tests.Planning.Physical;

public class KeyLookupTests
{
    [Theory]
    [InlineData("SELECT * FROM t WHERE a = 1", "16384[0] whole")]
    [InlineData("SELECT c FROM t WHERE a = $1", "16384[0] whole")]
    [InlineData("SELECT c FROM t WHERE b = 'x'", "16391[1] whole")]
    [InlineData("SELECT c FROM t WHERE a = 1 AND c > 2", "16384[0] whole")]
    [InlineData("SELECT c FROM t WHERE a > 1", "scan")]
    [InlineData("SELECT c FROM t WHERE a = NULL", "scan")]
    [InlineData("SELECT c FROM t WHERE a = 1 OR b = 'x'", "scan")]
    public void Equality_with_a_constant_reads_by_key_whatever_columns_are_selected(string sql, string expected)
    {
        using var context = new EvaluationContext(ThrowingErrorSink.Instance);
        QueryPlan plan = BindingFixture.Bind<QueryPlan>(sql);

        PhysicalNode node = Lowering.LowerQuery(Optimizer.Optimize(plan.Root, context), new Arrangements());

        while (node is not PhysicalGet)
        {
            node = Assert.Single(node.Inputs);
        }

        Assert.Equal(expected, ((PhysicalGet)node).Lookup is { } lookup
            ? $"{lookup.ArrangementOid}[{string.Join(",", lookup.KeyColumns)}] {(lookup.IsWholeKey ? "whole" : "part")}"
            : "scan");
    }

    private sealed class Arrangements : IArrangementCatalog
    {
        public IEnumerable<(uint Oid, ImmutableArray<int> Key)> ArrangementsOf(RelationItem relation) =>
            [(BindingFixture.T, [0]), (16391, [1])];
    }
}
