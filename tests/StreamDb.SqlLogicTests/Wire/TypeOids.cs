namespace StreamDb.SqlLogicTests.Wire;

/// <summary>The PostgreSQL type OIDs that change how a value is compared.</summary>
public static class TypeOids
{
    public const uint Bool = 16;
    public const uint Bytea = 17;
    public const uint Int8 = 20;
    public const uint Int2 = 21;
    public const uint Int4 = 23;
    public const uint Text = 25;
    public const uint Json = 114;
    public const uint Float4 = 700;
    public const uint Float8 = 701;
    public const uint BpChar = 1042;
    public const uint VarChar = 1043;
    public const uint Numeric = 1700;
    public const uint Jsonb = 3802;

    public static bool IsFloat(uint oid) => oid is Float4 or Float8;

    public static bool IsText(uint oid) => oid is Text or VarChar or BpChar;
}
