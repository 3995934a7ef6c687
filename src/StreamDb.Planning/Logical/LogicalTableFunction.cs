using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;

namespace StreamDb.Planning.Logical;

/// <summary>
/// For each input row the rows of a table function of that row: output is the input columns, then the function's columns
/// (then a bigint ordinality from 1 when asked for). FROM f(constants) has <see cref="LogicalValues.OneEmptyRow"/> as input.
/// </summary>
public sealed record LogicalTableFunction(
    LogicalNode Input, TableFunctionOverload Function, ImmutableArray<ScalarExpression> Arguments,
    ImmutableArray<Field> FunctionColumns, bool WithOrdinality) : LogicalNode
{
    private ImmutableArray<Field>? _columns;

    public override ImmutableArray<Field> Columns => _columns ??= WithOrdinality
        ? [.. Input.Columns, .. FunctionColumns, new Field("ordinality", Core.Types.SqlType.Int64, false)]
        : [.. Input.Columns, .. FunctionColumns];

    public override IReadOnlyList<LogicalNode> Inputs => [Input];

    public override LogicalNode WithInputs(IReadOnlyList<LogicalNode> inputs) =>
        new LogicalTableFunction(inputs[0], Function, Arguments, FunctionColumns, WithOrdinality);
}
