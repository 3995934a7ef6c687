using System.Collections.Immutable;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>unnest, generate_subscripts and string_to_table.</summary>
internal static class ArrayTableFunctions
{
    public static void Declare(List<TableFunctionDeclaration> all)
    {
        all.Add(TableFunctions.Bound("unnest", "variadic anyarray", UnnestColumns, types => new Unnest(types).Rows, isStrict: false));
        all.Add(TableFunctions.Of("generate_subscripts", "anyarray,int4", [("generate_subscripts", "int4")], Subscripts));
        all.Add(TableFunctions.Of("generate_subscripts", "anyarray,int4,bool", [("generate_subscripts", "int4")], Subscripts));
        all.Add(TableFunctions.Of("string_to_table", "text,text", [("string_to_table", "text")], Split, isStrict: false));
        all.Add(TableFunctions.Of("string_to_table", "text,text,text", [("string_to_table", "text")], Split, isStrict: false));
    }

    private static ImmutableArray<Field> UnnestColumns(ImmutableArray<SqlType> types) =>
        [.. types.Select(t => new Field("unnest", ArrayReader.ElementOf(t)))];

    private static int Subscripts(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        int count = ArrayFunctions.Length(arguments[0].GetBytes(row), arguments[1].Get<int>(row)) ?? 0;
        bool isReverse = arguments.Length > 2 && arguments[2].Get<bool>(row);
        for (int i = 1; i <= count; i++)
        {
            output[0].Append(isReverse ? count - i + 1 : i);
        }

        return count;
    }

    private static int Split(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        if (arguments[0].IsNull(row))
        {
            return 0;
        }

        using var context = new Compilation.EvaluationContext(errors);
        ByteSlice? parts = ArrayFunctions.SplitTextWithNull(
            arguments[0].GetBytes(row),
            arguments[1].IsNull(row) ? null : arguments[1].GetBytes(row),
            arguments.Length < 3 || arguments[2].IsNull(row) ? null : arguments[2].GetBytes(row),
            context);
        var reader = new ArrayReader(PhysicalType.Bytes, parts!.Value.Span);
        for (int i = 0; i < reader.Count; i++)
        {
            Append(reader, i, output[0]);
        }

        return reader.Count;
    }

    private static void Append(ArrayReader reader, int index, ColumnBuilder output)
    {
        if (reader.IsNull(index))
        {
            output.AppendNull();
        }
        else
        {
            ValueBytes.Append(reader[index], output);
        }
    }

    /// <summary>unnest(a, b, …): as many rows as the longest array has elements; shorter ones are filled with NULL.</summary>
    private sealed class Unnest(ImmutableArray<SqlType> types)
    {
        public int Rows(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
        {
            int count = 0;
            for (int i = 0; i < types.Length; i++)
            {
                count = Math.Max(count, arguments[i].IsNull(row) ? 0 : Read(arguments[i], i, row).Count);
            }

            for (int i = 0; i < types.Length; i++)
            {
                int present = 0;
                if (!arguments[i].IsNull(row))
                {
                    ArrayReader reader = Read(arguments[i], i, row);
                    present = reader.Count;
                    for (int element = 0; element < present; element++)
                    {
                        Append(reader, element, output[i]);
                    }
                }

                for (; present < count; present++)
                {
                    output[i].AppendNull();
                }
            }

            return count;
        }

        private ArrayReader Read(Column column, int index, int row) => new(types[index], column.GetBytes(row).Span);
    }
}
