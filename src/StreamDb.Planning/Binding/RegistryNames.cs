using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Names of catalog items written as literals: 't'::regclass, 'public'::regnamespace.</summary>
internal static class RegistryNames
{
    /// <summary>The item's oid as a literal of <paramref name="type"/>; null when the type is another one or the text is a number.</summary>
    public static LiteralExpression? TryResolve(BinderState state, SqlType type, string text, int position)
    {
        if (type.Kind is not (SqlTypeKind.RegClass or SqlTypeKind.RegNamespace) || uint.TryParse(text, out _) || text == "-")
        {
            return null;
        }

        QualifiedNameSyntax name = new(SyntaxList.Create<string>(Split(text).ToArray())) { Position = position };
        uint oid = type.Kind == SqlTypeKind.RegNamespace
            ? state.Relations.Schema(name.Name, position).Oid
            : (state.Relations.Find(name)
                ?? throw BindError.At(SqlState.UndefinedTable, position, $"relation \"{text}\" does not exist")).Oid;
        return new LiteralExpression(new Datum(unchecked((int)oid)), type);
    }

    /// <summary>Parts of a dotted name; quoted parts as written, others folded to lower case.</summary>
    private static List<string> Split(string text)
    {
        List<string> parts = [];
        System.Text.StringBuilder part = new();
        bool quoted = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '"' && quoted && i + 1 < text.Length && text[i + 1] == '"')
            {
                part.Append('"');
                i++;
            }
            else if (c == '"')
            {
                quoted = !quoted;
            }
            else if (c == '.' && !quoted)
            {
                parts.Add(part.ToString());
                part.Clear();
            }
            else
            {
                part.Append(quoted ? c : char.ToLowerInvariant(c));
            }
        }

        parts.Add(part.ToString().Trim());
        return parts;
    }
}
