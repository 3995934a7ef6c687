using System.Collections.Immutable;
using StreamDb.Planning.Catalog;

namespace StreamDb.Planning.Physical;

/// <summary>Which arrangements of a relation an ad hoc query may read by key.</summary>
public interface IArrangementCatalog
{
    /// <summary>Oid of the arrangement (the relation or an index) and its key columns, 0-based, in order.</summary>
    IEnumerable<(uint Oid, ImmutableArray<int> Key)> ArrangementsOf(RelationItem relation);
}
