using System.Globalization;
using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Physical;

namespace StreamDb.Rendering;

/// <summary>Expressions as texts that are equal only where they compute the same: types and all, unlike those that EXPLAIN shows.</summary>
internal static class ExpressionText
{
    /// <summary>The program that gives the texts their meaning, down to the build.</summary>
    private static readonly string _program = string.Join(
        ',',
        new[] { typeof(ScalarExpression), typeof(PhysicalNode), typeof(ExpressionText) }.Select(type => type.Module.ModuleVersionId.ToString("N")));

    /// <summary>Of expressions in a session's settings; null where one cannot be named.</summary>
    public static string? Of(IEnumerable<ScalarExpression?> expressions, RenderContext context)
    {
        var text = new StringBuilder(_program);
        foreach (string setting in (string[])
        [
            context.User, context.Database, .. context.SearchPath, context.Format.TimeZone.Id, context.Format.IntervalStyle,
            context.Format.ExtraFloatDigits.ToString(CultureInfo.InvariantCulture), context.Format.IsByteaEscape.ToString(),
        ])
        {
            Append(text, setting);
        }

        return expressions.All(expression => TryAppend(text, expression)) ? text.ToString() : null;
    }

    /// <summary>Of an aggregate function and its settings, whatever columns it is of; null where it cannot be named.</summary>
    public static string? Of(AggregateCall call)
    {
        var text = new StringBuilder(_program);
        Append(text, call.Function.ToString());
        Append(text, call.Type.ToString());
        bool isKnown = true;
        foreach (ScalarExpression argument in call.Arguments.Concat(call.OrderBy.Select(key => key.Expression)))
        {
            Append(text, argument.Type.ToString());
            isKnown &= argument is not LiteralExpression || TryAppend(text, argument);
        }

        text.AppendJoin(',', call.OrderBy.Select(key => (key.Descending, key.NullsFirst)));
        return isKnown && call.DirectArguments.All(argument => TryAppend(text, argument)) ? text.ToString() : null;
    }

    private static bool TryAppend(StringBuilder text, ScalarExpression? expression)
    {
        if (expression is null)
        {
            text.Append('-');
            return true;
        }

        Append(text, expression.Type.ToString());
        switch (expression)
        {
            case ColumnExpression column:
                text.Append(CultureInfo.InvariantCulture, $"#{column.Index}{(column.Nullable ? '?' : '!')}");
                return true;
            case LiteralExpression { Value.IsNull: true }:
                text.Append("NULL");
                return true;
            case LiteralExpression literal:
                Append(text, literal.Type == SqlType.Unknown ? Encoding.UTF8.GetString((byte[])literal.Value.Value!) : TextCodec.Format(literal.Type, literal.Value, TextFormat.Default));
                return true;
            case CallExpression call:
                Append(text, call.Function.ToString());
                break;
            case CastExpression cast:
                text.Append(cast.Context);
                break;
            case DistinctFromExpression distinct:
                text.Append(distinct.IsNegated ? "same" : "distinct");
                break;
            case LogicalExpression logical:
                text.Append(logical.IsAnd ? "and" : "or");
                break;
            case CaseExpression or CoalesceExpression or IsNullExpression or NotExpression:
                text.Append(expression.GetType().Name);
                break;
            default:
                return false;
        }

        text.Append('(');
        foreach (ScalarExpression child in expression.Children)
        {
            if (!TryAppend(text, child))
            {
                return false;
            }
        }

        text.Append(')');
        return true;
    }

    /// <summary>With its length: nothing that is in a text looks like what is around it.</summary>
    private static void Append(StringBuilder text, string part) => text.Append(CultureInfo.InvariantCulture, $"{part.Length}:{part} ");
}
