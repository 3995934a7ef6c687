using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>The names behind the oids of regclass, regtype, regproc, regnamespace and regrole, as a session's search path shows them.</summary>
public interface ICatalogNames
{
    /// <summary>The name that the type's output function writes: quoted where needed, with its schema unless that is searched.</summary>
    /// <returns>Null when there is no such item: its number is written.</returns>
    string? NameOf(SqlTypeKind type, uint oid);

    /// <summary>The oid of the item that <paramref name="name"/> means.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="Errors.SqlException">42602: not a name; 42725: several functions have it.</exception>
    uint? OidOf(SqlTypeKind type, string name);
}
