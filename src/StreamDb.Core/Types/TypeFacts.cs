namespace StreamDb.Core.Types;

/// <summary>One pg_type row's facts, as PostgreSQL 15 has them.</summary>
/// <param name="Oid">The type's oid.</param>
/// <param name="ArrayOid">Oid of its array type; 0 when there is none.</param>
/// <param name="Name">typname.</param>
/// <param name="Length">typlen: bytes, -1 for variable length, -2 for zero-terminated.</param>
/// <param name="Category">typcategory.</param>
/// <param name="IsPreferred">typispreferred.</param>
/// <param name="Kind">typtype: b base, p pseudo.</param>
/// <param name="Alignment">typalign.</param>
/// <param name="Storage">typstorage.</param>
/// <param name="IsByValue">typbyval.</param>
/// <param name="Functions">Stem of the input, output, receive and send functions' names.</param>
/// <param name="HasModifier">Whether typmodin and typmodout exist.</param>
/// <param name="ElementOid">typelem; 0 for none.</param>
/// <param name="Collation">typcollation: 100 default, 950 "C", 0 none.</param>
public sealed record TypeFacts(
    uint Oid,
    uint ArrayOid,
    string Name,
    short Length,
    char Category,
    bool IsPreferred,
    char Kind,
    char Alignment,
    char Storage,
    bool IsByValue,
    string Functions,
    bool HasModifier = false,
    uint ElementOid = 0,
    uint Collation = 0)
{
    /// <summary>typinput.</summary>
    public string Input => Functions + "in";

    /// <summary>typoutput.</summary>
    public string Output => Functions + "out";

    /// <summary>typreceive; "-" where PostgreSQL has none.</summary>
    public string Receive => HasBinary ? Functions + "recv" : "-";

    /// <summary>typsend; "-" where PostgreSQL has none.</summary>
    public string Send => HasBinary ? Functions + "send" : "-";

    /// <summary>typmodin, or "-".</summary>
    public string ModifierInput => HasModifier ? Name.TrimStart('_') + "typmodin" : "-";

    /// <summary>typmodout, or "-".</summary>
    public string ModifierOutput => HasModifier ? Name.TrimStart('_') + "typmodout" : "-";

    /// <summary>The array type's own row; null when there is none.</summary>
    public TypeFacts? ArrayFacts => ArrayOid == 0
        ? null
        : new TypeFacts(
            ArrayOid,
            0,
            "_" + Name,
            -1,
            Category == 'P' ? 'P' : 'A',
            false,
            Category == 'P' ? 'p' : 'b',
            Alignment == 'd' ? 'd' : 'i',
            'x',
            false,
            "array_",
            HasModifier,
            Oid,
            Collation);

    private bool HasBinary => Name is not ("aclitem" or "any" or "anynonarray" or "anyelement");
}
