using StreamDb.Sql.Syntax;

namespace StreamDb.Sql.Printing;

/// <summary>Writes syntax trees as SQL text: keywords upper case, names quoted where they must be, no needless parentheses.</summary>
/// <remarks>Parsing the text gives an equal tree again: <c>parse(print(tree)) == tree</c>.</remarks>
public static class SqlPrinter
{
    /// <summary>The text of any node, on one line unless a string in it has line breaks.</summary>
    public static string Print(SyntaxNode node)
    {
        Printer printer = new();
        printer.Node(node);
        return printer.ToString();
    }

    /// <summary>A name as it is written in SQL: in quotes where it would not be read back as itself.</summary>
    public static string PrintIdentifier(string name) => Names.Quote(name);

    /// <summary>A string literal with this value.</summary>
    public static string PrintString(string text) => Names.QuoteString(text);
}
