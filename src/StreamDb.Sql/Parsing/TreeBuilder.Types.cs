using Antlr4.Runtime;
using StreamDb.Sql.Syntax;
using static StreamDb.Sql.Generated.StreamDbParser;

namespace StreamDb.Sql.Parsing;

// Types.
internal sealed partial class TreeBuilder
{
    public TypeNameSyntax Type(TypeNameContext context)
    {
        TypeNameSyntax type = SimpleType(context.simpleType());
        foreach (TypeSuffixContext suffix in context.typeSuffix())
        {
            int? size = suffix.INTEGER() is { } digits ? SmallInteger(digits.Symbol) : null;
            type = suffix.LIST() is not null
                ? new ListTypeSyntax(type) { Position = At(context) }
                : new ArrayTypeSyntax(type, size) { Position = At(context) };
        }

        return type;
    }

    private TypeNameSyntax SimpleType(SimpleTypeContext context)
    {
        if (context.STRUCT() is not null)
        {
            return new StructTypeSyntax(List(context.nameAndType(), NameAndType)) { Position = At(context) };
        }

        if (context.typeName() is { Length: 2 } pair)
        {
            return new MapTypeSyntax(Type(pair[0]), Type(pair[1])) { Position = At(context) };
        }

        if (context.INTERVAL() is not null)
        {
            return IntervalType(At(context), context.INTEGER()?.Symbol, context.intervalFields());
        }

        if (context.wordyType() is { } wordy)
        {
            return WordyType(wordy);
        }

        return new NamedTypeSyntax(TypeName(context.plainName()), Modifiers(context.typeModifiers())) { Position = At(context) };
    }

    /// <summary>The keyword char is character; only "char" in quotes is the type of that name.</summary>
    private static QualifiedNameSyntax TypeName(PlainNameContext context) => context.Start.Type == CHAR && context.Start == context.Stop
        ? QualifiedNameSyntax.Of("character") with { Position = At(context) }
        : Name(context);

    private SyntaxList<ExpressionSyntax> Modifiers(TypeModifiersContext? context) =>
        context is null ? default : Expressions(context.expressionList());

    private NamedTypeSyntax WordyType(WordyTypeContext context)
    {
        string name = FirstType(context) switch
        {
            DOUBLE => "float8",
            BIT => "varbit",
            NATIONAL when context.VARYING() is null => "bpchar",
            TIMESTAMP => context.WITH() is null ? "timestamp" : "timestamptz",
            TIME => context.WITH() is null ? "time" : "timetz",
            _ => "varchar",
        };
        return new NamedTypeSyntax(QualifiedNameSyntax.Of(name), Modifiers(context.typeModifiers())) { Position = At(context) };
    }

    private static NamedTypeSyntax IntervalType(int position, IToken? precision, IntervalFieldsContext? fields)
    {
        precision ??= fields?.INTEGER()?.Symbol;
        string? words = fields is null ? null : string.Join(" to ", fields.intervalField().Select(field => Words(field).TrimEnd('s')));
        SyntaxList<ExpressionSyntax> modifiers =
            precision is null ? default : [new LiteralSyntax(LiteralKind.Integer, precision.Text) { Position = precision.StartIndex }];
        return new NamedTypeSyntax(QualifiedNameSyntax.Of("interval"), modifiers, words) { Position = position };
    }

    private NameAndTypeSyntax NameAndType(NameAndTypeContext context) =>
        new(Identifier(context.identifier()), Type(context.typeName())) { Position = At(context) };

    private int SmallInteger(IToken token) =>
        int.TryParse(token.Text, System.Globalization.CultureInfo.InvariantCulture, out int value) ? value : throw ErrorAt(token);
}
