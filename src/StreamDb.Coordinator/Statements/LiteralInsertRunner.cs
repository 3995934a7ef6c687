using System.Text;
using StreamDb.Coordinator.Epochs;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Binding;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Parsing;
using StreamDb.Sql.Syntax;

namespace StreamDb.Coordinator.Statements;

/// <summary>INSERT of literals without a tree or a plan: the tokens are parsed straight into the table's columns.</summary>
/// <remarks>
/// It does only what is certainly the same as the long way, and leaves the rest to it: values that need a conversion,
/// defaults that are computed, and every error (the long way reports it with its position).
/// </remarks>
internal static class LiteralInsertRunner
{
    /// <summary>The rows to insert, or null when the statement must go the long way.</summary>
    public static DmlWrites? TryCompute(LiteralInsert insert, Catalog catalog, StatementContext context)
    {
        InsertTarget target;
        try
        {
            target = StatementBinder.BindTarget(
                new QualifiedNameSyntax(SyntaxList.Create<string>([.. insert.Target])), insert.Columns, context.Binding(catalog));
        }
        catch (SqlException)
        {
            return null;
        }

        TableItem table = target.Table;
        if (target.HasGeneratedColumns
            || insert.ColumnCount > target.Columns.Length
            || (insert.Columns.Count > 0 && insert.ColumnCount != insert.Columns.Count))
        {
            return null;
        }

        var builders = new ColumnBuilder[table.Columns.Length];
        for (int column = 0; column < builders.Length; column++)
        {
            builders[column] = new ColumnBuilder(table.Columns[column].Type.Physical, insert.RowCount);
        }

        try
        {
            return TryFill(insert, target, builders, context.Format) is { } rows
                ? new DmlWrites([new TableWrite(table, null, Checked(table, rows, context), table.OnConflict)], "INSERT 0", rows.Count, null, null)
                : null;
        }
        finally
        {
            Array.ForEach(builders, b => b.Dispose());
        }
    }

    private static ColumnBatch Checked(TableItem table, ColumnBatch rows, StatementContext context)
    {
        RowChecks.Check(table, rows, context);
        return rows;
    }

    private static ColumnBatch? TryFill(LiteralInsert insert, InsertTarget target, ColumnBuilder[] builders, TextFormat format)
    {
        TableItem table = target.Table;
        for (int column = 0; column < builders.Length; column++)
        {
            int value = target.Columns.AsSpan()[..insert.ColumnCount].IndexOf(column);
            if (value < 0)
            {
                if (target.Defaults[column] is not LiteralExpression literal)
                {
                    return null;
                }

                for (int row = 0; row < insert.RowCount; row++)
                {
                    builders[column].AppendDatum(literal.Value);
                }
            }
            else if (!TryFill(insert, value, table.Columns[column].Type, builders[column], format))
            {
                return null;
            }
        }

        return new ColumnBatch([.. builders.Select(b => b.Finish())], insert.RowCount);
    }

    private static bool TryFill(LiteralInsert insert, int value, SqlType type, ColumnBuilder builder, TextFormat format)
    {
        SqlType plain = type.WithoutModifier();
        Span<byte> scratch = stackalloc byte[256];
        for (int row = 0; row < insert.RowCount; row++)
        {
            ref readonly LiteralToken token = ref insert.Row(row)[value];
            if (token.Kind == LiteralTokenKind.Null)
            {
                builder.AppendNull();
                continue;
            }

            bool isDirect = token.TypeStart < 0 && token.Kind switch
            {
                LiteralTokenKind.Boolean => type.Kind == SqlTypeKind.Boolean,
                LiteralTokenKind.Integer => type.IsNumber,
                LiteralTokenKind.Number => type.Kind is SqlTypeKind.Numeric or SqlTypeKind.Float32 or SqlTypeKind.Float64,
                _ => true,
            };
            if (!isDirect || (type.Modifier >= 0 && type.Kind is not (SqlTypeKind.Numeric or SqlTypeKind.Varchar)))
            {
                return false;
            }

            int length = token.HasQuotes ? 0 : Encoding.UTF8.GetMaxByteCount(token.Length);
            ReadOnlySpan<byte> text = token.HasQuotes || length > scratch.Length
                ? Encoding.UTF8.GetBytes(insert.GetText(token))
                : scratch[..Encoding.UTF8.GetBytes(insert.Slice(token), scratch)];
            try
            {
                if (type.Modifier < 0)
                {
                    TextCodec.Parse(plain, text, format, builder);
                }
                else if (type.Kind == SqlTypeKind.Numeric)
                {
                    builder.Append(TypeModifiers.Apply(type, (Numeric)TextCodec.ParseDatum(plain, text, format).Value!));
                }
                else if (TypeModifiers.CountCharacters(text) <= type.Modifier - 4)
                {
                    TextCodec.Parse(plain, text, format, builder);
                }
                else
                {
                    return false;
                }
            }
            catch (SqlException)
            {
                return false;
            }
        }

        return true;
    }
}
