using System.Text;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>Oids of what has no oid in the catalog: primary keys, constraints, defaults, rules, functions, roles, databases.</summary>
/// <remarks>
/// Derived from the oid or the name they belong to, so that they are the same after every restart. Each kind has 2^28 oids
/// of its own, above all that the catalog hands out and below 2^31, for clients that keep an oid in a signed integer.
/// </remarks>
internal static class SystemOids
{
    public const uint Superuser = 10;
    public const uint DefaultTablespace = 1663;
    public const uint GlobalTablespace = 1664;
    public const uint Heap = 2;
    public const uint Btree = 403;

    private const uint Space = 1 << 28;
    private const int ChecksPerTableMax = 64;

    public static uint Database(string name) => name == Instance.DefaultDatabase ? 5 : Space + (Hash(name) % (Space / 2));

    public static uint Role(string name) => name == "root" ? Superuser : Space + (Space / 2) + (Hash(name) % (Space / 2));

    public static uint Default(uint relation, int column) => (2 * Space) + (uint)(((relation * 1600UL) + (uint)column) % Space);

    public static uint Function(string signature) => (3 * Space) + (Hash(signature) % Space);

    public static uint PrimaryKeyIndex(uint relation) => (4 * Space) + (relation % Space);

    public static uint PrimaryKeyConstraint(uint relation) => (5 * Space) + (relation % Space);

    public static uint Rule(uint view) => (6 * Space) + (view % Space);

    public static uint Check(uint table, int index) => (7 * Space) + (uint)(((table * (ulong)ChecksPerTableMax) + (uint)index) % Space);

    public static bool IsSystemSchema(uint oid) => oid is Catalog.PgCatalogOid or Catalog.InformationSchemaOid or Catalog.StreamDbCatalogOid;

    /// <summary>FNV-1a: short, and the same in every process.</summary>
    private static uint Hash(string text)
    {
        uint hash = 2166136261;
        foreach (byte b in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked((hash ^ b) * 16777619);
        }

        return hash;
    }
}
