using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Binding;

/// <summary>Conversion of a value to the column it is stored in.</summary>
internal static class Assignment
{
    /// <summary>The value as the column's type; 42804 when there is no assignment cast.</summary>
    public static ScalarExpression Convert(
        ExpressionBinder binder, ScalarExpression value, string column, SqlType type, int position, bool isDefault = false) =>
        CanAssign(value.Type, type)
            ? binder.Cast(value, type, CastContext.Assignment, position)
            : throw Mismatch(value.Type, column, type, position, isDefault);

    public static bool CanAssign(SqlType from, SqlType to) => Coercion.CanCast(from, to, CastContext.Assignment);

    public static SqlException Mismatch(SqlType from, string column, SqlType to, int position, bool isDefault = false) => BindError.At(
        SqlState.DatatypeMismatch, position,
        $"column \"{column}\" is of type {to.WithoutModifier()} but {(isDefault ? "default " : "")}expression is of type {from.WithoutModifier()}",
        "You will need to rewrite or cast the expression.");
}
