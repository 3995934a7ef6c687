using System.Globalization;

namespace StreamDb.Core.Identifiers;

/// <summary>Names a relation in the catalog and in the engine; never reused. Equal to the item's oid (≥ 16384 for user items).</summary>
public readonly record struct RelationId(uint Value)
{
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
