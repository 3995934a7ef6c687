using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Planning.Catalog;

/// <summary>A column of a relation in the catalog.</summary>
public sealed record ColumnDefinition(string Name, SqlType Type, bool IsNullable = true)
{
    /// <summary>DEFAULT as SQL text, bound anew at each use; null when there is none.</summary>
    public string? DefaultText { get; init; }

    /// <summary>Expression of a generated column as SQL text over the other columns; null for ordinary columns.</summary>
    public string? GeneratedText { get; init; }

    public string? Comment { get; init; }

    public Field Field => new(Name, Type, IsNullable);
}
