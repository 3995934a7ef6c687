using StreamDb.Core.Errors;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;
using JoinKind = StreamDb.Planning.Logical.JoinKind;

namespace StreamDb.Planning.Binding;

/// <summary>SET column = value, ….</summary>
internal sealed class AssignmentBinder(BinderState state, TableItem table, ExpressionBinder binder)
{
    /// <summary>The rows the values are over; (a, b) = (SELECT …) adds columns at the end.</summary>
    public LogicalNode? Node { get; set; }

    /// <summary>Plan of a subquery that gives several columns; null where there can be none.</summary>
    public Func<QuerySyntax, LogicalNode>? BindRowSubquery { get; init; }

    /// <summary>The assigned columns with their values, converted to the columns' types.</summary>
    public List<(int Column, ScalarExpression Value)> Bind(SyntaxList<AssignmentSyntax> assignments)
    {
        List<(int Column, ScalarExpression Value)> result = [];
        foreach (AssignmentSyntax assignment in assignments)
        {
            foreach ((int column, ScalarExpression value) in assignment.IsRow ? BindRow(assignment) : [BindOne(assignment.Columns[0], assignment.Value, assignment.Position)])
            {
                if (result.Exists(r => r.Column == column))
                {
                    throw BindError.At(
                        SqlState.SyntaxError, assignment.Position, $"multiple assignments to same column \"{table.Columns[column].Name}\"");
                }

                result.Add((column, value));
            }
        }

        return result;
    }

    private (int Column, ScalarExpression Value) BindOne(string name, ExpressionSyntax value, int position)
    {
        int index = InsertTarget.ColumnIndex(table, name, position);
        ColumnDefinition column = table.Columns[index];
        if (value is DefaultSyntax)
        {
            return (index, ColumnExpressions.Default(state, column));
        }

        RefuseGenerated(column, position);
        return (index, Assignment.Convert(binder, binder.Bind(value), column.Name, column.Type, value.Position));
    }

    private IEnumerable<(int Column, ScalarExpression Value)> BindRow(AssignmentSyntax assignment)
    {
        if (assignment.Value is RowSyntax row)
        {
            CheckCount(assignment, row.Fields.Count);
            return [.. assignment.Columns.Select((c, i) => BindOne(c, row.Fields[i], assignment.Position))];
        }

        if (assignment.Value is ScalarSubquerySyntax subquery && BindRowSubquery is not null && Node is not null)
        {
            LogicalNode plan = BindRowSubquery(subquery.Query);
            CheckCount(assignment, plan.Columns.Length);
            int first = Node.Columns.Length;
            Node = new LogicalApply(JoinKind.Left, Node, plan, LiteralExpression.True, IsScalar: true);
            return [.. assignment.Columns.Select((name, i) =>
            {
                int index = InsertTarget.ColumnIndex(table, name, assignment.Position);
                ColumnDefinition column = table.Columns[index];
                RefuseGenerated(column, assignment.Position);
                ScalarExpression value = new ColumnExpression(first + i, plan.Columns[i].Type, true);
                return (index, Assignment.Convert(binder, value, column.Name, column.Type, assignment.Position));
            })];
        }

        if (assignment.Columns.Count == 1)
        {
            return [BindOne(assignment.Columns[0], assignment.Value, assignment.Position)];
        }

        throw BindError.At(
            SqlState.FeatureNotSupported, assignment.Value.Position,
            "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression");
    }

    private static void CheckCount(AssignmentSyntax assignment, int count)
    {
        if (assignment.Columns.Count != count)
        {
            throw BindError.At(SqlState.SyntaxError, assignment.Position, "number of columns does not match number of values");
        }
    }

    private static void RefuseGenerated(ColumnDefinition column, int position)
    {
        if (column.GeneratedText is not null)
        {
            throw BindError.At(
                SqlState.GeneratedAlways, position, $"column \"{column.Name}\" can only be updated to DEFAULT",
                detail: $"Column \"{column.Name}\" is a generated column.");
        }
    }
}
