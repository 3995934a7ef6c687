using System.Collections.Immutable;
using StreamDb.Core.Columns;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>One overload of a set-returning function: generate_series, unnest, regexp_matches.</summary>
public sealed class TableFunctionOverload
{
    public required string Name { get; init; }

    public required ImmutableArray<SqlType> ArgumentTypes { get; init; }

    public bool IsVariadic { get; init; }

    /// <summary>A NULL argument gives no rows.</summary>
    public bool IsStrict { get; init; } = true;

    /// <summary>Output columns for the actual argument types; one column named as the function for most.</summary>
    public required Func<IReadOnlyList<SqlType>, ImmutableArray<Field>> Columns { get; init; }

    /// <summary>Appends the rows of one call to <c>output</c> (one builder per output column) and returns how many.</summary>
    /// <remarks>Arguments are row <c>row</c> of <c>arguments</c>.</remarks>
    public required TableFunctionBody Body { get; init; }
}

/// <summary>See <see cref="TableFunctionOverload.Body"/>.</summary>
public delegate int TableFunctionBody(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors);
