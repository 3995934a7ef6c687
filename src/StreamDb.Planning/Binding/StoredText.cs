using StreamDb.Core.Diagnostics;
using StreamDb.Sql.Parsing;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>SQL text kept in the catalog.</summary>
internal static class StoredText
{
    public static QuerySyntax Query(string text) => SqlParser.ParseStatement(text) is QueryStatementSyntax statement
        ? statement.Query
        : throw new InvariantException("the stored text of a view is not a query");

    public static ExpressionSyntax Expression(string text) => SqlParser.ParseExpression(text);
}
