namespace StreamDb.Testing.Oracle;

/// <summary>What programs would contain but for a known gap. Each has its reason; nothing else is left out.</summary>
internal static class Exclusions
{
    /// <summary>ARRAY[…] needs the function that builds arrays, which the registry does not have yet (42883).</summary>
    public static bool ArrayConstructors { get; } = true;

    /// <summary>
    /// ON CONFLICT inside a transaction does not see the transaction's own rows: DO UPDATE raises 23505, DO NOTHING counts rows
    /// it does not insert, and a DELETE after it makes COMMIT fail with 40001.
    /// </summary>
    public static bool OnConflictInTransactions { get; } = true;

    /// <summary>ON CONFLICT DO UPDATE … WHERE counts rows that its condition leaves alone as updated.</summary>
    public static bool OnConflictUpdateWhere { get; } = true;

    /// <summary>UPDATE … FROM takes equal rows of a table without key for one, and updates one of them only.</summary>
    public static bool UpdateFromOfTablesWithoutKey { get; } = true;
}
