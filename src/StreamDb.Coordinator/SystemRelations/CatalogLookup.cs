using System.Globalization;
using System.Text;
using StreamDb.Coordinator.Sessions;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>What a session's expressions ask of the catalog: always the newest published one.</summary>
internal sealed class CatalogLookup(Database database, string user, IReadOnlyList<string> searchPath, Session? session) : ICatalogLookup
{
    public int ProcessId => session?.ProcessId ?? 0;

    public long DatabaseBytes => database.Engine.Figures().Sum(f => f.ArrangementBytes + f.StateBytes);

    private CatalogModel Model => CatalogModel.Of(database.Catalog);

    /// <summary>Schemas to search, in order; pg_catalog comes first unless it is named.</summary>
    private IEnumerable<uint> Path => (searchPath.Contains("pg_catalog") ? searchPath : searchPath.Prepend("pg_catalog"))
        .Select(s => database.Catalog.FindSchema(s == "$user" ? user : s)?.Oid).OfType<uint>();

    public string? NameOf(SqlTypeKind type, uint oid) => type switch
    {
        SqlTypeKind.RegClass => Model.FindClass(oid) is { } entry ? Qualified(entry.SchemaOid, entry.Name, IsVisible(entry)) : null,
        SqlTypeKind.RegType => TypeOids.TypeOf(oid)?.ToString(),
        SqlTypeKind.RegProc => FunctionCatalog.Find(oid)?.Name,
        SqlTypeKind.RegNamespace => database.Catalog.Find(oid) is SchemaItem schema ? ItemText.Quote(schema.Name) : null,
        SqlTypeKind.RegRole => RoleName(oid) is { } role ? ItemText.Quote(role) : null,
        _ => null,
    };

    public uint? OidOf(SqlTypeKind type, string name)
    {
        // Letters, or the oid itself, as the types' input functions take both.
        if (name.Length > 0 && name.All(char.IsAsciiDigit))
        {
            return uint.Parse(name, CultureInfo.InvariantCulture);
        }

        if (type == SqlTypeKind.RegType)
        {
            return TypeOid(name);
        }

        List<string> parts = Parts(name);
        return type switch
        {
            SqlTypeKind.RegClass => RelationOid(parts, name),
            SqlTypeKind.RegProc => FunctionOid(parts, name),
            SqlTypeKind.RegNamespace => parts.Count == 1 ? database.Catalog.FindSchema(parts[0])?.Oid : null,
            SqlTypeKind.RegRole => parts.Count == 1 && Roles.Contains(parts[0]) ? SystemOids.Role(parts[0]) : null,
            _ => null,
        };
    }

    public bool? IsVisible(uint relation) => Model.FindClass(relation) is { } entry ? IsVisible(entry) : null;

    public string? IndexDefinition(uint index, int column)
    {
        if (Model.FindClass(index)?.Index is not { } entry)
        {
            return null;
        }

        return column == 0 ? ItemText.Index(entry, Model)
            : column >= 1 && column <= entry.KeyColumns.Length ? ItemText.Quote(entry.Relation.Columns[entry.KeyColumns[column - 1]].Name)
            : "";
    }

    public string? ConstraintDefinition(uint constraint) =>
        Model.Constraints.FirstOrDefault(c => c.Oid == constraint) is { } entry ? ItemText.Constraint(entry) : null;

    public string? ViewDefinition(uint relation) => ItemText.View(database.Catalog.Find(relation) as RelationItem);

    public string? RuleDefinition(uint rule) => Model.Views.FirstOrDefault(v => SystemOids.Rule(v.Oid) == rule) is { } view
        ? $"CREATE RULE \"_RETURN\" AS\n    ON SELECT TO {Qualified(view.SchemaOid, view.Name, false)} DO INSTEAD {ItemText.View(view.Relation)}"
        : null;

    public string? FunctionArguments(uint function) => FunctionCatalog.Find(function) is { } entry ? FunctionCatalog.Arguments(entry) : null;

    public string? FunctionResult(uint function) => FunctionCatalog.Find(function) is { } entry ? FunctionCatalog.Result(entry) : null;

    public string? Comment(uint oid, string? catalog, int column) => catalog is null or "pg_class"
        ? Model.Comments.FirstOrDefault(c => c.RelationOid == oid && c.Column == column)?.Text
        : null;

    public string? RoleName(uint oid) => Roles.FirstOrDefault(r => SystemOids.Role(r) == oid);

    public long? RelationBytes(uint relation) => Model.FindClass(relation) is null
        ? null
        : database.Engine.Figures().Where(f => f.Id.Value == relation).Sum(f => f.ArrangementBytes);

    public string? Setting(string name)
    {
        SessionSettings settings = session?.Settings ?? new SessionSettings();
        return settings.Exists(name) ? settings.Get(name) : null;
    }

    public void ChangeSetting(string name, string value, bool isLocal)
    {
        if (session is null)
        {
            throw new SqlException(SqlState.FeatureNotSupported, "set_config is not supported outside a session");
        }

        if (isLocal)
        {
            session.SetLocal(name, value);
        }
        else
        {
            session.Settings = session.Settings.With(name, value);
        }
    }

    public bool CancelSession(int processId)
    {
        Session? found = session?.Instance.Sessions.FirstOrDefault(s => s.ProcessId == processId);
        found?.CancelCurrent();
        return found is not null;
    }

    private IEnumerable<string> Roles => (session?.Instance.Sessions.Select(s => s.User) ?? []).Append(user).Append("root");

    private static string QualifiedName(string schema, string name) => $"{ItemText.Quote(schema)}.{ItemText.Quote(name)}";

    private string Qualified(uint schema, string name, bool isVisible) => isVisible ? ItemText.Quote(name) : QualifiedName(Model.SchemaName(schema), name);

    private bool IsVisible(ClassEntry entry)
    {
        foreach (uint schema in Path)
        {
            if (Model.FindOid(schema, entry.Name) is { } oid)
            {
                return oid == entry.Oid;
            }
        }

        return false;
    }

    private uint? RelationOid(List<string> parts, string name)
    {
        switch (parts.Count)
        {
            case 1:
                return Path.Select(schema => Model.FindOid(schema, parts[0])).FirstOrDefault(oid => oid is not null);
            case 2 or 3:
                if (parts.Count == 3 && parts[0] != database.Name)
                {
                    throw new SqlException(SqlState.FeatureNotSupported, $"cross-database references are not implemented: {name}");
                }

                return database.Catalog.FindSchema(parts[^2]) is { } schema ? Model.FindOid(schema.Oid, parts[^1]) : null;
            default:
                throw new SqlException(SqlState.InvalidName, $"invalid name syntax: \"{name}\"");
        }
    }

    private static uint? FunctionOid(List<string> parts, string name)
    {
        if (parts.Count > 2 || (parts.Count == 2 && parts[0] != "pg_catalog"))
        {
            return null;
        }

        FunctionEntry[] found = [.. FunctionCatalog.Named(parts[^1]).Take(2)];
        return found.Length switch
        {
            0 => null,
            1 => found[0].Oid,
            _ => throw new SqlException(SqlState.AmbiguousFunction, $"more than one function named \"{name}\""),
        };
    }

    private static uint? TypeOid(string name)
    {
        name = name.Trim();
        bool isArray = name.EndsWith("[]", StringComparison.Ordinal);
        string element = isArray ? name[..^2].TrimEnd() : name;
        if (element.StartsWith("pg_catalog.", StringComparison.Ordinal))
        {
            element = element["pg_catalog.".Length..];
            element = element == "char" ? "\"char\"" : element;
        }

        int open = element.IndexOf('(', StringComparison.Ordinal);
        element = open < 0 ? element : element[..open].TrimEnd();
        string plain = element == "\"char\"" ? element : Parts(element)[^1];
        return SqlTypeNames.TryResolve(plain, [], out SqlType? type) ? TypeOids.OidOf(isArray ? SqlType.ArrayOf(type.WithoutModifier()) : type) : null;
    }

    /// <summary>Parts of a dotted name; quoted parts as written, others in lower case.</summary>
    private static List<string> Parts(string name)
    {
        List<string> parts = [];
        var part = new StringBuilder();
        bool isQuoted = false;
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (c == '"' && isQuoted && i + 1 < name.Length && name[i + 1] == '"')
            {
                part.Append('"');
                i++;
            }
            else if (c == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (c == '.' && !isQuoted)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(isQuoted ? c : char.ToLowerInvariant(c));
            }
        }

        if (isQuoted)
        {
            throw new SqlException(SqlState.InvalidName, $"invalid name syntax: \"{name}\"");
        }

        parts.Add(part.ToString());
        return parts;
    }
}
