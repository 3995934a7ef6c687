using System.Collections.Immutable;

namespace StreamDb.Testing.Oracle;

/// <summary>A column of a generated relation.</summary>
internal sealed record OracleColumn(string Name, ValueType Type, bool IsNullable = true);

/// <summary>A table, view or common table expression that queries may read.</summary>
/// <param name="RowsMax">About how many rows it may have: generated queries stay small by it.</param>
/// <param name="Uses">Names of the relations that must be there for it, transitively.</param>
internal sealed record OracleRelation(string Name, ImmutableArray<OracleColumn> Columns, int RowsMax, ImmutableHashSet<string> Uses)
{
    /// <summary>Column indexes of the primary key; empty without.</summary>
    public ImmutableArray<int> Key { get; init; } = [];

    public bool IsTable { get; init; }

    /// <summary>A view that is maintained, or a plain one; false for tables.</summary>
    public bool IsMaterialized { get; init; }
}
