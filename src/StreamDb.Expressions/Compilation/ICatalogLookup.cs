using StreamDb.Core.Codecs;

namespace StreamDb.Expressions.Compilation;

/// <summary>What functions such as pg_get_indexdef and current_setting ask of the catalog and the session. Any thread may call it.</summary>
/// <remarks>Null answers mean that there is no such item, as the functions' NULLs do.</remarks>
public interface ICatalogLookup : ICatalogNames
{
    /// <summary>The session's backend id.</summary>
    int ProcessId { get; }

    /// <summary>The relation or index of that oid is found by its bare name.</summary>
    bool? IsVisible(uint relation);

    /// <summary>CREATE INDEX of an index, or the name of one of its columns, counted from 1; 0 is the whole.</summary>
    string? IndexDefinition(uint index, int column);

    string? ConstraintDefinition(uint constraint);

    /// <summary>The query of a view or materialized view.</summary>
    string? ViewDefinition(uint relation);

    /// <summary>CREATE RULE of a view's rewrite rule.</summary>
    string? RuleDefinition(uint rule);

    string? FunctionArguments(uint function);

    string? FunctionResult(uint function);

    /// <summary>COMMENT ON of an item or, counted from 1, of one of its columns.</summary>
    /// <param name="catalog">The catalog relation that lists such items, <c>pg_class</c>; null for any.</param>
    string? Comment(uint oid, string? catalog, int column);

    /// <summary>An unquoted role name.</summary>
    string? RoleName(uint oid);

    /// <summary>Memory of a relation's or index's rows.</summary>
    long? RelationBytes(uint relation);

    /// <summary>Memory of the rows of the current database.</summary>
    long DatabaseBytes { get; }

    /// <summary>The setting as SHOW prints it.</summary>
    string? Setting(string name);

    /// <exception cref="Core.Errors.SqlException">42704, 22023: see SET.</exception>
    void ChangeSetting(string name, string value, bool isLocal);

    /// <summary>Cancels the statement that a session runs.</summary>
    /// <returns>False when there is no such session.</returns>
    bool CancelSession(int processId);
}
