using System.Diagnostics.CodeAnalysis;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Casts;

/// <summary>Makes expressions the type that is wanted, by PostgreSQL's rules.</summary>
public static class Coercion
{
    /// <summary>The operand as a value of <paramref name="target"/>, its modifier applied when it has one.</summary>
    /// <remarks>
    /// An unknown literal is read as the target type at once, except where its meaning depends on the session (timestamptz):
    /// then a cast remains, which constant folding resolves. A parameter without a type takes the target's.
    /// </remarks>
    /// <param name="position">0-based offset in the statement, or -1.</param>
    /// <exception cref="SqlException">42846 no such conversion in this context; 22P02 and others for a bad literal.</exception>
    public static ScalarExpression Cast(ScalarExpression operand, SqlType target, CastContext context, int position)
    {
        if (operand.Type.Kind == SqlTypeKind.Unknown && target.Kind != SqlTypeKind.Unknown)
        {
            return CastUnknown(operand, target, context, position);
        }

        if (operand.Type.Equals(target) || (operand.Type.SameAs(target) && context == CastContext.Implicit && target.Modifier < 0))
        {
            return operand;
        }

        if (!CanCast(operand.Type, target, context))
        {
            throw new SqlException(SqlState.CannotCoerce, $"cannot cast type {operand.Type.WithoutModifier()} to {target.WithoutModifier()}")
            {
                Position = position + 1,
            };
        }

        return operand is LiteralExpression { Value.IsNull: true } ? LiteralExpression.Null(target) : new CastExpression(operand, target, context);
    }

    /// <summary>A conversion exists and may happen in that context.</summary>
    public static bool CanCast(SqlType from, SqlType to, CastContext context) =>
        from.Kind == SqlTypeKind.Unknown || from.SameAs(to) || CastMatrix.ContextOf(from, to) <= context;

    /// <summary>The type that all operands become in CASE, COALESCE, UNION, VALUES, ARRAY, IN, GREATEST.</summary>
    /// <param name="construct">For the message: <c>CASE</c>, <c>UNION</c>, ….</param>
    /// <param name="position">0-based offset in the statement, or -1.</param>
    /// <exception cref="SqlException">42804 there is none.</exception>
    public static SqlType CommonType(IReadOnlyList<ScalarExpression> operands, string construct, int position)
    {
        SqlType? common = null;
        foreach (ScalarExpression operand in operands)
        {
            if (operand.Type.Kind == SqlTypeKind.Unknown)
            {
                continue;
            }

            if (common is null || common.Equals(operand.Type))
            {
                common = operand.Type;
            }
            else if (!TryCommon(common, operand.Type, out SqlType? wider))
            {
                throw new SqlException(
                    SqlState.DatatypeMismatch,
                    $"{construct} types {common.WithoutModifier()} and {operand.Type.WithoutModifier()} cannot be matched")
                {
                    Position = position + 1,
                };
            }
            else
            {
                common = wider;
            }
        }

        return common ?? SqlType.Text;
    }

    /// <summary>The common type of two types, neither of which is unknown.</summary>
    internal static bool TryCommon(SqlType left, SqlType right, [NotNullWhen(true)] out SqlType? common)
    {
        common = left;
        if (left.SameAs(right))
        {
            common = left.Equals(right) ? left : left.WithoutModifier();
            return true;
        }

        if (left.Kind == SqlTypeKind.Record && right.Kind == SqlTypeKind.Record)
        {
            return TryCommonRecord(left, right, out common);
        }

        if (left.IsArray && right.IsArray)
        {
            if (!TryCommon(left.Element!, right.Element!, out SqlType? element))
            {
                return false;
            }

            common = SqlType.ArrayOf(element);
            return true;
        }

        if (TypeCategory.Of(left) != TypeCategory.Of(right))
        {
            return false;
        }

        bool toRight = CanCast(left, right, CastContext.Implicit);
        bool toLeft = CanCast(right, left, CastContext.Implicit);
        common = (!TypeCategory.IsPreferred(left) && toRight && !toLeft ? right : left).WithoutModifier();
        return toRight || toLeft;
    }

    private static bool TryCommonRecord(SqlType left, SqlType right, [NotNullWhen(true)] out SqlType? common)
    {
        common = null;
        if (left.Fields.Length != right.Fields.Length)
        {
            return false;
        }

        var fields = new RecordField[left.Fields.Length];
        for (int i = 0; i < fields.Length; i++)
        {
            if (left.Fields[i].Type.Kind == SqlTypeKind.Unknown || right.Fields[i].Type.Kind == SqlTypeKind.Unknown)
            {
                fields[i] = left.Fields[i].Type.Kind == SqlTypeKind.Unknown ? right.Fields[i] : left.Fields[i];
            }
            else if (TryCommon(left.Fields[i].Type, right.Fields[i].Type, out SqlType? type))
            {
                fields[i] = new RecordField(left.Fields[i].Name, type);
            }
            else
            {
                return false;
            }
        }

        common = SqlType.Record([.. fields]);
        return true;
    }

    private static ScalarExpression CastUnknown(ScalarExpression operand, SqlType target, CastContext context, int position)
    {
        switch (operand)
        {
            case ParameterExpression parameter:
                SqlType plain = target.WithoutModifier();
                return Cast(new ParameterExpression(parameter.Index, plain), target, context, position);
            case LiteralExpression { Value.IsNull: true }:
                return LiteralExpression.Null(target);
            case LiteralExpression literal:
                return CastLiteral(literal, target, context, position);
            default:
                // An unknown column of a subquery: its value is text.
                return new CastExpression(new CastExpression(operand, SqlType.Text, CastContext.Implicit), target, context);
        }
    }

    private static ScalarExpression CastLiteral(LiteralExpression literal, SqlType target, CastContext context, int position)
    {
        var text = new LiteralExpression(literal.Value, SqlType.Text);
        SqlType plain = target.WithoutModifier();
        if (plain.Kind == SqlTypeKind.Text)
        {
            return text;
        }

        ScalarExpression value;
        try
        {
            value = LiteralText.Read((byte[])literal.Value.Value!, plain.Kind == SqlTypeKind.Interval ? target : plain) is { } datum
                ? new LiteralExpression(datum, plain)
                : new CastExpression(text, plain, CastContext.Explicit);
        }
        catch (SqlException exception)
        {
            throw exception.At(position + 1);
        }

        return target.Modifier < 0 ? value : new CastExpression(value, target, context);
    }
}
