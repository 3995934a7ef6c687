using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <content>Arrays, records and maps.</content>
internal sealed partial class ExpressionBinder
{
    /// <summary>ARRAY[…]; <paramref name="element"/> is given when the array is cast at once, and then decides.</summary>
    private ScalarExpression BindArray(ArraySyntax array, SqlType? element)
    {
        ScalarExpression[] elements = [.. array.Elements.Select(e => e is ArraySyntax inner ? BindArray(inner, element) : Bind(e))];
        if (elements.Length == 0)
        {
            return element is null
                ? throw BindError.At(
                    SqlState.IndeterminateDatatype, array.Position, "cannot determine type of empty array",
                    "Explicitly cast to the desired type, for example ARRAY[]::integer[].")
                : EmptyArray(SqlType.ArrayOf(element), array.Position);
        }

        if (element is not null)
        {
            elements = [.. elements.Select((e, i) => Cast(
                e, array.Elements[i] is ArraySyntax ? SqlType.ArrayOf(element) : element, CastContext.Explicit, array.Elements[i].Position))];
        }

        ImmutableArray<ScalarExpression> unified = Unify(elements, "ARRAY", array.Position);
        return Call(CompositeFunctions.Array, array.Position, unified);
    }

    private ScalarExpression EmptyArray(SqlType type, int position) =>
        Cast(new LiteralExpression(Datum.Text("{}"), SqlType.Unknown), type, CastContext.Explicit, position);

    private ScalarExpression BindRow(RowSyntax row)
    {
        ImmutableArray<ScalarExpression> fields = [.. Fields(row).Select(f => f.Type.Kind == SqlTypeKind.Unknown
            ? Cast(f, SqlType.Text, CastContext.Implicit, row.Position)
            : f)];
        return RecordOf(fields, [.. fields.Select((_, i) => $"f{i + 1}")], row.Position);
    }

    public ScalarExpression RecordOf(ImmutableArray<ScalarExpression> fields, ImmutableArray<string> names, int position)
    {
        SqlType type = SqlType.Record([.. fields.Select((f, i) => new RecordField(names[i], f.Type))]);
        ScalarExpression record = Call(CompositeFunctions.Row, position, fields);
        return record is CallExpression call ? call with { Type = type } : record;
    }

    private ScalarExpression BindField(FieldSelectionSyntax field)
    {
        // (t).a names a column when t is an item of FROM.
        if (field.Operand is ColumnReferenceSyntax { Name.IsSimple: true } reference
            && NameResolution.FindColumn(scope, reference.Name, reference.Position) is null
            && scope.FindItem(null, reference.Name.Name) is not null)
        {
            QualifiedNameSyntax name = new(SyntaxList.Create<string>([reference.Name.Name, field.Field]));
            return NameResolution.Resolve(state, scope, name, field.Position, WholeRow);
        }

        ScalarExpression operand = Bind(field.Operand);
        if (operand.Type.Kind != SqlTypeKind.Record)
        {
            throw BindError.At(
                SqlState.UndefinedColumn, field.Position,
                $"column notation .{field.Field} applied to type {operand.Type}, which is not a composite type");
        }

        for (int i = 0; i < operand.Type.Fields.Length; i++)
        {
            if (operand.Type.Fields[i].Name == field.Field)
            {
                return FieldOf(operand, i, field.Position);
            }
        }

        throw BindError.At(SqlState.UndefinedColumn, field.Position, $"could not identify column \"{field.Field}\" in record data type");
    }

    /// <summary>Field number <paramref name="index"/> of a record.</summary>
    private ScalarExpression FieldOf(ScalarExpression record, int index, int position)
    {
        if (record is CallExpression { Function.Name: CompositeFunctions.Row } row)
        {
            return row.Arguments[index];
        }

        ScalarExpression field = Call(CompositeFunctions.RecordField, position, record, new LiteralExpression(new Datum(index), SqlType.Int32));
        return field is CallExpression call ? call with { Type = record.Type.Fields[index].Type } : field;
    }

    /// <summary>The fields of a record, named: (x).* in a select list.</summary>
    public ImmutableArray<(ScalarExpression Expression, string Name)> Expand(FieldWildcardSyntax wildcard)
    {
        ScalarExpression record = Bind(wildcard.Operand);
        return record.Type.Kind == SqlTypeKind.Record
            ? [.. record.Type.Fields.Select((f, i) => (FieldOf(record, i, wildcard.Position), f.Name))]
            : throw BindError.At(SqlState.WrongObjectType, wildcard.Position, $"type {record.Type} is not composite");
    }

    private ScalarExpression BindSubscript(SubscriptSyntax subscript)
    {
        ScalarExpression operand = Bind(subscript.Operand);
        ScalarExpression index = Bind(subscript.Index);
        int position = subscript.Position;

        // All subscripts of one value go into one call: a[1][2] is an element, not an element of an element. Only what an array of
        // maps or documents holds has subscripts of its own.
        if (subscript.Operand is SubscriptSyntax && operand is CallExpression { Function.Name: CompositeFunctions.ArraySubscript } inner
            && operand.Type.Kind is not (SqlTypeKind.Map or SqlTypeKind.Jsonb))
        {
            return Call(CompositeFunctions.ArraySubscript, position, [.. inner.Arguments, Cast(index, SqlType.Int32, CastContext.Assignment, position)]);
        }

        switch (operand.Type.Kind)
        {
            case SqlTypeKind.Array:
                return Call(CompositeFunctions.ArraySubscript, position, operand, Cast(index, SqlType.Int32, CastContext.Assignment, position));
            case SqlTypeKind.Map:
                return Call(CompositeFunctions.MapAccess, position, operand, index);
            case SqlTypeKind.Jsonb:
                return Operator("->", position, operand, index);
            case SqlTypeKind.Int2Vector or SqlTypeKind.OidVector:
                return Call(CompositeFunctions.ArraySubscript, position, operand, Cast(index, SqlType.Int32, CastContext.Assignment, position));
            default:
                throw BindError.At(
                    SqlState.DatatypeMismatch, position, $"cannot subscript type {operand.Type} because it does not support subscripting");
        }
    }

    private ScalarExpression BindSlice(SliceSyntax slice)
    {
        ScalarExpression operand = Bind(slice.Operand);
        if (!operand.Type.IsArray)
        {
            throw BindError.At(
                SqlState.DatatypeMismatch, slice.Position, $"cannot subscript type {operand.Type} because it does not support subscripting");
        }

        return Call(CompositeFunctions.ArraySlice, slice.Position, operand, Bound(slice.Lower), Bound(slice.Upper));

        ScalarExpression Bound(ExpressionSyntax? bound) => bound is null
            ? LiteralExpression.Null(SqlType.Int32)
            : Cast(Bind(bound), SqlType.Int32, CastContext.Assignment, slice.Position);
    }

    private ScalarExpression BindMap(MapSyntax map)
    {
        if (map.Entries.IsEmpty)
        {
            throw BindError.At(SqlState.IndeterminateDatatype, map.Position, "cannot determine type of empty map");
        }

        ImmutableArray<ScalarExpression> keys = Unify([.. map.Entries.Select(e => Bind(e.Key))], "MAP", map.Position);
        ImmutableArray<ScalarExpression> values = Unify([.. map.Entries.Select(e => Bind(e.Value))], "MAP", map.Position);
        return Call(CompositeFunctions.MapOf, map.Position, Call(CompositeFunctions.Array, map.Position, keys), Call(CompositeFunctions.Array, map.Position, values));
    }

    /// <summary>left operator ANY | ALL (array).</summary>
    private ScalarExpression QuantifiedCall(string symbol, Quantifier quantifier, ScalarExpression left, ScalarExpression array, int position)
    {
        if (array.Type.Kind == SqlTypeKind.Unknown)
        {
            SqlType element = left.Type.Kind == SqlTypeKind.Unknown ? SqlType.Text : left.Type;
            array = Cast(array, SqlType.ArrayOf(element), CastContext.Implicit, position);
        }

        if (!array.Type.IsArray && array.Type.Kind is not (SqlTypeKind.Int2Vector or SqlTypeKind.OidVector))
        {
            throw BindError.At(SqlState.WrongObjectType, position, "op ANY/ALL (array) requires array on right side");
        }

        return Call((quantifier == Quantifier.Any ? CompositeFunctions.Any : CompositeFunctions.All) + symbol, position, left, array);
    }
}
