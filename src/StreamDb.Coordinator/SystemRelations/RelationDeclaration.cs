using System.Globalization;
using StreamDb.Core.Types;
using StreamDb.Planning.Catalog;

namespace StreamDb.Coordinator.SystemRelations;

/// <summary>A system relation's item as <see cref="PgCatalogColumns"/> and <see cref="InformationSchemaColumns"/> write it.</summary>
internal sealed record RelationDeclaration(SystemRelationItem Item, bool IsView)
{
    private static readonly Dictionary<string, SqlType> _types = TypeOids.All.ToDictionary(f => f.Name, f => TypeOids.TypeOf(f.Oid)!);

    /// <summary>Reads declarations; a line that does not begin with an oid goes on with the one above.</summary>
    public static IEnumerable<RelationDeclaration> Parse(uint schema, string text)
    {
        string? entry = null;
        foreach (string line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!char.IsAsciiDigit(line[0]))
            {
                entry += " " + line;
                continue;
            }

            if (entry is not null)
            {
                yield return ParseOne(schema, entry);
            }

            entry = line;
        }

        yield return ParseOne(schema, entry!);
    }

    private static RelationDeclaration ParseOne(uint schema, string entry)
    {
        int colon = entry.IndexOf(':', StringComparison.Ordinal);
        string[] head = entry[..colon].Split(' ');
        IEnumerable<ColumnDefinition> columns = entry[(colon + 1)..].Split(',', StringSplitOptions.TrimEntries).Select(c =>
        {
            string[] words = c.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return new ColumnDefinition(words[0], _types[words[1].TrimEnd('!')], !words[1].EndsWith('!'));
        });
        return new RelationDeclaration(
            new SystemRelationItem(uint.Parse(head[0], CultureInfo.InvariantCulture), schema, head[2], [.. columns]), head[1] == "v");
    }
}
