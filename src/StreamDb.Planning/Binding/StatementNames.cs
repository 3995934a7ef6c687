using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>What a statement is called in messages.</summary>
internal static class StatementNames
{
    public static string Of(StatementSyntax statement) => statement switch
    {
        CreateSinkSyntax => "CREATE SINK",
        CreateSubscriptionSyntax => "CREATE SUBSCRIPTION",
        CreateDatabaseSyntax => "CREATE DATABASE",
        CreateTypeSyntax => "CREATE TYPE",
        CreateFunctionSyntax function => $"CREATE {Of(function.Kind)}",
        CreateConnectionSyntax connection => $"CREATE {Of(connection.Kind)}",
        CreateRoleSyntax role => $"CREATE {Of(role.Kind)}",
        GrantSyntax grant => grant.IsRevoke ? "REVOKE" : "GRANT",
        SubscribeSyntax => "SUBSCRIBE",
        CallSyntax => "CALL",
        DoSyntax => "DO",
        _ => WordsOf(statement.GetType().Name),
    };

    /// <summary>The kind in upper case, as command tags have it.</summary>
    public static string Of(ItemKind kind) => Spaced(kind.ToString()).ToUpperInvariant();

    private static string WordsOf(string typeName) => Spaced(typeName[..^"Syntax".Length]).ToUpperInvariant();

    private static string Spaced(string name) =>
        string.Concat(name.Select((c, i) => i > 0 && char.IsUpper(c) ? " " + c : c.ToString()));
}
