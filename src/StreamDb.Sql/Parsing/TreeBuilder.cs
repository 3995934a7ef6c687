using Antlr4.Runtime;
using Antlr4.Runtime.Tree;
using StreamDb.Core.Errors;
using StreamDb.Sql.Syntax;
using static StreamDb.Sql.Generated.StreamDbParser;

namespace StreamDb.Sql.Parsing;

/// <summary>Makes the syntax tree from ANTLR's parse tree, one method for each rule of the grammar. This file: names and lists.</summary>
internal sealed partial class TreeBuilder(string source)
{
    private static int At(ParserRuleContext context) => context.Start.StartIndex;

    private static int At(ITerminalNode token) => token.Symbol.StartIndex;

    private static SyntaxList<TResult> List<TContext, TResult>(TContext[] contexts, Func<TContext, TResult> build)
    {
        if (contexts.Length == 0)
        {
            return default;
        }

        TResult[] items = new TResult[contexts.Length];
        for (int index = 0; index < items.Length; index++)
        {
            items[index] = build(contexts[index]);
        }

        return new SyntaxList<TResult>(items);
    }

    /// <summary>Whether a token of this type is a direct child.</summary>
    private static bool Has(ParserRuleContext context, int tokenType) => context.GetToken(tokenType, 0) is not null;

    private static int FirstType(ParserRuleContext context) => context.Start.Type;

    private SqlException ErrorAt(IToken token) => SyntaxErrors.AtToken(token, source);

    /// <summary>The text of a context in lower case, words separated by one space.</summary>
    private static string Words(ParserRuleContext context) => string.Join(' ', Tokens(context).Select(token => token.Text.ToLowerInvariant()));

    /// <summary>The text of a context as written, tokens separated by one space.</summary>
    private static string TokenText(ParserRuleContext context) => string.Join(' ', Tokens(context).Select(token => token.Text));

    private static IEnumerable<IToken> Tokens(IParseTree tree)
    {
        if (tree is ITerminalNode terminal)
        {
            return terminal.Symbol.Type == TokenConstants.EOF ? [] : [terminal.Symbol];
        }

        return Enumerable.Range(0, tree.ChildCount).SelectMany(index => Tokens(tree.GetChild(index)));
    }

    private static string Identifier(ParserRuleContext context)
    {
        IToken token = context.Start;
        char escape = token.Type != UNICODE_IDENTIFIER || context.Stop == token ? '\\' : Escape(context.Stop);
        return StringDecoding.DecodeIdentifier(token.Text, escape);
    }

    private static string? OptionalIdentifier(ParserRuleContext? context) => context is null ? null : Identifier(context);

    private static char Escape(IToken token)
    {
        string text = StringDecoding.DecodeString(token.Text);
        return text.Length == 1
            ? text[0]
            : throw new SqlException(SqlState.SyntaxError, "invalid Unicode escape character");
    }

    private static SyntaxList<string> Identifiers(IdentifierListContext? context) =>
        context is null ? default : List(context.identifier(), Identifier);

    private static SyntaxList<string> Identifiers(ColumnNamesContext? context) => Identifiers(context?.identifierList());

    private static QualifiedNameSyntax Name(ParserRuleContext first, LabelContext[] rest, ParserRuleContext context)
    {
        string[] parts = new string[rest.Length + 1];
        parts[0] = Identifier(first);
        for (int index = 0; index < rest.Length; index++)
        {
            parts[index + 1] = Identifier(rest[index]);
        }

        return new QualifiedNameSyntax(new SyntaxList<string>(parts)) { Position = At(context) };
    }

    private static QualifiedNameSyntax Name(QualifiedNameContext context) => Name(context.identifier(), context.label(), context);

    private static QualifiedNameSyntax Name(PlainNameContext context) => Name(context.plainIdentifier(), context.label(), context);

    private static QualifiedNameSyntax Name(FunctionNameContext context) =>
        context.plainName() is { } name ? Name(name) : SimpleName(context);

    private static QualifiedNameSyntax SimpleName(ParserRuleContext context) =>
        QualifiedNameSyntax.Of(Identifier(context)) with { Position = At(context) };

    private static QualifiedNameSyntax? OptionalName(QualifiedNameContext? context) => context is null ? null : Name(context);

    private static string String(StringLiteralContext context)
    {
        IToken token = context.Start;
        char escape = context.Stop == token ? '\\' : Escape(context.Stop);
        try
        {
            return StringDecoding.DecodeString(token.Text, escape);
        }
        catch (SqlException error)
        {
            throw error.At(token.StartIndex + 1);
        }
    }

    private static string? OptionalString(StringLiteralContext? context) => context is null ? null : String(context);

    private SyntaxList<OptionSyntax> Options(OptionListContext? context) => Options(context?.optionGroup());

    private SyntaxList<OptionSyntax> Options(OptionGroupContext? context) =>
        context is null ? default : List(context.option(), Option);

    private OptionSyntax Option(OptionContext context)
    {
        string name = context.optionName() is { } dotted
            ? OptionName(dotted)
            : string.Join(' ', context.label().Select(Identifier));
        return new OptionSyntax(name, context.optionValue() is { } value ? OptionValue(value) : null) { Position = At(context) };
    }

    private static string OptionName(OptionNameContext context) => string.Join(
        '.',
        Enumerable.Range(0, context.ChildCount).Select(context.GetChild).OfType<ParserRuleContext>().Select(part => part is StringLiteralContext text
            ? String(text)
            : Identifier(part)));

    private ExpressionSyntax OptionValue(OptionValueContext context)
    {
        if (context.SECRET() is not null)
        {
            return new SecretReferenceSyntax(Name(context.qualifiedName()), context.FILE() is not null) { Position = At(context) };
        }

        if (context.STAR() is not null)
        {
            return new WildcardSyntax(null, default) { Position = At(context) };
        }

        return context.expression() is { } expression ? Expression(expression) : Word(context);
    }

    /// <summary>A bare word in the place of a value.</summary>
    private static ColumnReferenceSyntax Word(ParserRuleContext context) => new(SimpleName(context)) { Position = At(context) };
}
