using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Binding;

/// <summary>A call of a set-returning function with its arguments over the row it is called for.</summary>
internal sealed record BoundTableFunction(
    TableFunctionOverload Function, ImmutableArray<ScalarExpression> Arguments, ImmutableArray<Field> Columns)
{
    public static BoundTableFunction Resolve(BinderState state, string name, IReadOnlyList<ScalarExpression> arguments, int position)
    {
        (TableFunctionOverload function, ImmutableArray<ScalarExpression> resolved) = TableFunctionRegistry.Resolve(name, arguments, position);
        resolved = [.. resolved.Select(a => state.Decide(a))];
        return new BoundTableFunction(function, resolved, function.Columns([.. resolved.Select(a => a.Type)]));
    }

    /// <summary>Several functions called side by side: row i has row i of each, NULLs where one has ended. ROWS FROM and select lists.</summary>
    public static BoundTableFunction Combine(IReadOnlyList<BoundTableFunction> calls)
    {
        if (calls.Count == 1)
        {
            return calls[0];
        }

        ImmutableArray<Field> columns = [.. calls.SelectMany(c => c.Columns).Select(f => f with { IsNullable = true })];
        ImmutableArray<ScalarExpression> arguments = [.. calls.SelectMany(c => c.Arguments)];
        TableFunctionOverload combined = new()
        {
            Name = $"rows from ({string.Join(", ", calls.Select(c => c.Function.Name))})",
            ArgumentTypes = [.. arguments.Select(a => a.Type)],
            IsStrict = false,
            Columns = _ => columns,
            Body = BodyOf(calls),
        };
        return new BoundTableFunction(combined, arguments, columns);
    }

    private static TableFunctionBody BodyOf(IReadOnlyList<BoundTableFunction> calls) => (arguments, row, output, errors) =>
    {
        int argument = 0;
        int column = 0;
        int rows = 0;
        Span<int> counts = stackalloc int[calls.Count];
        for (int i = 0; i < calls.Count; i++)
        {
            BoundTableFunction call = calls[i];
            ReadOnlySpan<Column> own = arguments.Slice(argument, call.Arguments.Length);
            counts[i] = call.Function.IsStrict && AnyNull(own, row)
                ? 0
                : call.Function.Body(own, row, output.Slice(column, call.Columns.Length), errors);
            rows = Math.Max(rows, counts[i]);
            argument += call.Arguments.Length;
            column += call.Columns.Length;
        }

        column = 0;
        for (int i = 0; i < calls.Count; i++)
        {
            for (int end = column + calls[i].Columns.Length; column < end; column++)
            {
                for (int missing = counts[i]; missing < rows; missing++)
                {
                    output[column].AppendNull();
                }
            }
        }

        return rows;
    };

    private static bool AnyNull(ReadOnlySpan<Column> arguments, int row)
    {
        foreach (Column argument in arguments)
        {
            if (argument.IsNull(row))
            {
                return true;
            }
        }

        return false;
    }
}
