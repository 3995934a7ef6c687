using StreamDb.Core.Types;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>What an output column without alias is called: PostgreSQL's rules.</summary>
internal static class OutputNames
{
    private const string None = "?column?";

    public static string Of(ExpressionSyntax expression) => Strength(expression).Name;

    /// <summary>The name, and how much it is worth: 2 for a real one, 1 for that of a type or construct, 0 for none.</summary>
    private static (string Name, int Strength) Strength(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case ColumnReferenceSyntax column:
                return (column.Name.Name, 2);
            case FieldSelectionSyntax field:
                return (field.Field, 2);
            case SubscriptSyntax subscript:
                return Strength(subscript.Operand);
            case SliceSyntax slice:
                return Strength(slice.Operand);
            case FunctionCallSyntax call:
                return (call.Name.Name, 2);
            case KeywordFunctionSyntax keyword:
                return (keyword.Name, 2);
            case NullIfSyntax:
                return ("nullif", 2);
            case CoalesceSyntax:
                return ("coalesce", 2);
            case GreatestSyntax:
                return ("greatest", 2);
            case LeastSyntax:
                return ("least", 2);
            case AtTimeZoneSyntax:
                return ("timezone", 2);
            case OverlapsSyntax:
                return ("overlaps", 2);
            case CollateSyntax collate:
                return Strength(collate.Operand);
            case ArraySyntax or CollectionSubquerySyntax { Kind: CollectionKind.Array }:
                return ("array", 2);
            case MapSyntax:
                return ("map", 2);
            case RowSyntax:
                return ("row", 2);
            case ExistsSyntax:
                return ("exists", 2);
            case ScalarSubquerySyntax subquery:
                return (OfQuery(subquery.Query.Body), 2);
            case CastSyntax cast:
                (string Name, int Strength) inner = Strength(cast.Operand);
                return inner.Strength > 1 ? inner : (TypeName(cast.Type), 1);
            case TypedLiteralSyntax literal:
                return (TypeName(literal.Type), 1);
            case CaseSyntax @case:
                (string Name, int Strength) otherwise = @case.Else is null ? (None, 0) : Strength(@case.Else);
                return otherwise.Strength > 1 ? otherwise : ("case", 1);
            default:
                return (None, 0);
        }
    }

    private static string OfQuery(QueryBodySyntax body) => body switch
    {
        SelectBodySyntax select when select.Items.Count > 0 => select.Items[0].Alias ?? Of(select.Items[0].Expression),
        SetOperationSyntax operation => OfQuery(operation.Left),
        NestedQuerySyntax nested => OfQuery(nested.Query.Body),
        ValuesSyntax => "column1",
        _ => None,
    };

    private static string TypeName(TypeNameSyntax syntax)
    {
        SqlType type = TypeBinder.Bind(syntax);
        return TypeBinder.InternalName(type);
    }
}
