using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Options in WITH (…) and COPY: values as plain text.</summary>
internal static class OptionValues
{
    /// <summary>The value as text: strings decoded, words as written; "true" for an option without value.</summary>
    public static string Text(OptionSyntax option) => option.Value switch
    {
        null => "true",
        LiteralSyntax literal => literal.Text,
        ColumnReferenceSyntax { Name.IsSimple: true } word => word.Name.Name,
        UnarySyntax { Operator.Symbol: "-", Operand: LiteralSyntax literal } => "-" + literal.Text,
        KeywordFunctionSyntax keyword => keyword.Name,
        DefaultSyntax => "default",
        _ => throw BindError.At(SqlState.SyntaxError, option.Position, $"option \"{option.Name}\" must be a simple value"),
    };

    /// <summary>PostgreSQL's spellings of a boolean; 42601.</summary>
    public static bool Boolean(OptionSyntax option) => Text(option).ToUpperInvariant() switch
    {
        "TRUE" or "ON" or "1" or "T" or "YES" => true,
        "FALSE" or "OFF" or "0" or "F" or "NO" => false,
        _ => throw BindError.At(SqlState.SyntaxError, option.Position, $"{option.Name} requires a Boolean value"),
    };

    /// <summary>All options by lower-case name; 42601 for one given twice.</summary>
    public static ImmutableDictionary<string, string> All(SyntaxList<OptionSyntax> options)
    {
        ImmutableDictionary<string, string>.Builder result = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (OptionSyntax option in options)
        {
#pragma warning disable CA1308 // option names are lower case
            if (!result.TryAdd(option.Name.ToLowerInvariant(), Text(option)))
#pragma warning restore CA1308
            {
                throw BindError.At(SqlState.SyntaxError, option.Position, "conflicting or redundant options");
            }
        }

        return result.ToImmutable();
    }

    /// <summary>The connector that WITH and FORMAT describe; null when WITH names none.</summary>
    public static ConnectorDefinition? Connector(SyntaxList<OptionSyntax> options, FormatSyntax? format)
    {
        ImmutableDictionary<string, string> all = All(options);
        if (!all.TryGetValue("connector", out string? name))
        {
            return null;
        }

#pragma warning disable CA1308 // connector names are lower case
        return new ConnectorDefinition(
            all.SetItem("connector", name.ToLowerInvariant()),
#pragma warning restore CA1308
            format?.Format.ToUpperInvariant(),
            format?.Encode?.ToUpperInvariant(),
            format is null ? ImmutableDictionary<string, string>.Empty : All(format.Options));
    }
}
