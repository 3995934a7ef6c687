using System.Collections.Immutable;
using StreamDb.Core.Rows;

namespace StreamDb.Planning.Logical;

/// <summary>Names the tables that one WITH RECURSIVE or WITH MUTUALLY RECURSIVE defines together. Compared by reference: rules may rewrite the queries, the scope stays the same.</summary>
/// <param name="bindings">Columns of each table, all of which may be NULL.</param>
public sealed class RecursionScope(ImmutableArray<ImmutableArray<Field>> bindings, RecursionLimit limit)
{
    public ImmutableArray<ImmutableArray<Field>> Bindings { get; } = bindings;

    public RecursionLimit Limit { get; } = limit;
}
