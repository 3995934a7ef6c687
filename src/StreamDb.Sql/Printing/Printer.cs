using System.Text;
using StreamDb.Sql.Syntax;

namespace StreamDb.Sql.Printing;

/// <summary>One run of <see cref="SqlPrinter"/>. This file: dispatch, names, types and lists.</summary>
internal sealed partial class Printer
{
    private readonly StringBuilder _text = new();

    public override string ToString() => _text.ToString();

    /// <summary>Any node by itself.</summary>
    public void Node(SyntaxNode node)
    {
        switch (node)
        {
            case StatementSyntax statement:
                Statement(statement);
                break;
            case ExpressionSyntax expression:
                Expression(expression);
                break;
            case TypeNameSyntax type:
                Type(type);
                break;
            case TableExpressionSyntax table:
                Table(table);
                break;
            case QueryBodySyntax body:
                Body(body);
                break;
            case QuerySyntax query:
                Query(query);
                break;
            case QualifiedNameSyntax name:
                Name(name);
                break;
            case WindowSyntax window:
                Window(window);
                break;
            default:
                Part(node);
                break;
        }
    }

    /// <summary>Nodes that only ever stand inside others.</summary>
    private void Part(SyntaxNode node)
    {
        switch (node)
        {
            case OperatorSyntax @operator:
                Operator(@operator);
                break;
            case OptionSyntax option:
                Option(option);
                break;
            case NameAndTypeSyntax field:
                NameAndType(field);
                break;
            case FunctionArgumentSyntax argument:
                Argument(argument);
                break;
            case CaseWhenSyntax branch:
                When(branch);
                break;
            case MapEntrySyntax entry:
                Entry(entry);
                break;
            case SelectItemSyntax item:
                SelectItem(item);
                break;
            case OrderItemSyntax item:
                OrderItem(item);
                break;
            case TableAliasSyntax alias:
                Alias(alias);
                break;
            case TableElementSyntax element:
                Element(element);
                break;
            case ColumnConstraintSyntax constraint:
                ColumnConstraint(constraint);
                break;
            case AlterActionSyntax action:
                AlterAction(action);
                break;
            case AssignmentSyntax assignment:
                Assignment(assignment);
                break;
            case GroupingElementSyntax element:
                GroupingElement(element);
                break;
            case CommonTableSyntax table:
                CommonTable(table);
                break;
            case WithSyntax with:
                With(with);
                break;
            case FormatSyntax format:
                Format(format);
                break;
            default:
                Write(node.GetType().Name);
                break;
        }
    }

    private void Write(string text) => _text.Append(text);

    private void Write(bool condition, string text)
    {
        if (condition)
        {
            _text.Append(text);
        }
    }

    private void Identifier(string name) => Write(Names.Quote(name));

    private void Label(string name) => Write(Names.QuoteLabel(name));

    private void String(string text) => Write(Names.QuoteString(text));

    private void Name(QualifiedNameSyntax name)
    {
        Identifier(name.Parts[0]);
        for (int index = 1; index < name.Parts.Count; index++)
        {
            Write(".");
            Label(name.Parts[index]);
        }
    }

    private void Separated<T>(SyntaxList<T> items, Action<T> print, string separator = ", ")
    {
        for (int index = 0; index < items.Count; index++)
        {
            Write(index > 0, separator);
            print(items[index]);
        }
    }

    private void InParentheses<T>(SyntaxList<T> items, Action<T> print)
    {
        Write("(");
        Separated(items, print);
        Write(")");
    }

    /// <summary><c> (a, b)</c>, or nothing for an empty list.</summary>
    private void ColumnNames(SyntaxList<string> names)
    {
        if (!names.IsEmpty)
        {
            Write(" ");
            InParentheses(names, Identifier);
        }
    }

    private void Type(TypeNameSyntax type)
    {
        switch (type)
        {
            case ArrayTypeSyntax array:
                Type(array.Element);
                Write(array.Size is { } size ? $"[{size}]" : "[]");
                break;
            case ListTypeSyntax list:
                Type(list.Element);
                Write(" LIST");
                break;
            case StructTypeSyntax @struct:
                Write("STRUCT<");
                Separated(@struct.Fields, NameAndType);
                Write(@struct.Fields.IsEmpty ? " >" : ">");
                break;
            case MapTypeSyntax map:
                Write("MAP(");
                Type(map.Key);
                Write(", ");
                Type(map.Value);
                Write(")");
                break;
            case NamedTypeSyntax named:
                NamedType(named);
                break;
            default:
                throw Unknown(type);
        }
    }

    private void NamedType(NamedTypeSyntax type)
    {
        if (IsInterval(type))
        {
            Write("interval");
            IntervalFields(type);
        }
        else
        {
            Name(type.Name);
        }

        if (!type.Modifiers.IsEmpty)
        {
            InParentheses(type.Modifiers, Expression);
        }
    }

    private static bool IsInterval(NamedTypeSyntax type) => type.Name is { IsSimple: true, Name: "interval" };

    private void IntervalFields(NamedTypeSyntax type) =>
        Write(type.IntervalFields is not null, " " + type.IntervalFields?.ToUpperInvariant());

    private void NameAndType(NameAndTypeSyntax field)
    {
        Identifier(field.Name);
        Write(" ");
        Type(field.Type);
    }

    private void WithOptions(SyntaxList<OptionSyntax> options)
    {
        if (!options.IsEmpty)
        {
            Write(" WITH ");
            InParentheses(options, Option);
        }
    }

    private void Option(OptionSyntax option)
    {
        OptionName(option.Name, option.Value is not null);
        if (option.Value is { } value)
        {
            Write(option.Name.Contains(' ', StringComparison.Ordinal) ? " " : " = ");
            Expression(value);
        }
    }

    // Several words are a name by themselves when a value follows.
    private void OptionName(string name, bool hasValue)
    {
        char separator = hasValue && name.Contains(' ', StringComparison.Ordinal) ? ' ' : '.';
        string[] parts = name.Split(separator);
        Write(Array.TrueForAll(parts, part => part.Length > 0)
            ? string.Join(separator, parts.Select(Names.QuoteLabel))
            : Names.QuoteLabel(name));
    }

    private static InvalidOperationException Unknown(SyntaxNode node) => new($"no text for {node.GetType().Name}");
}
