using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <content>UNION, EXCEPT, INTERSECT.</content>
internal sealed partial class QueryBinder
{
    private LogicalNode BindSetOperation(SetOperationSyntax operation, QueryEnvironment environment)
    {
        // Chains lean left and may be long.
        Stack<SetOperationSyntax> chain = new();
        QueryBodySyntax leftmost = operation;
        while (leftmost is SetOperationSyntax next)
        {
            chain.Push(next);
            leftmost = next.Left;
        }

        LogicalNode node = BindOperand(leftmost, environment);
        foreach (SetOperationSyntax step in chain)
        {
            node = Combine(node, BindOperand(step.Right, environment), step);
        }

        return node;
    }

    private LogicalNode BindOperand(QueryBodySyntax body, QueryEnvironment environment)
    {
        BoundQuery bound = BindBody(body, environment, []);
        return bound.ToRelation();
    }

    private LogicalNode Combine(LogicalNode left, LogicalNode right, SetOperationSyntax operation)
    {
        string construct = operation.Operator.ToString().ToUpperInvariant();
        if (operation.IsCorresponding)
        {
            (left, right) = Corresponding(left, right, operation);
        }

        if (left.Columns.Length != right.Columns.Length)
        {
            throw BindError.At(
                SqlState.SyntaxError, operation.Right.Position, $"each {construct} query must have the same number of columns");
        }

        SqlType[] types = [.. left.Columns.Select((_, i) => CommonColumnType(left, right, i, construct, operation))];
        left = Convert(left, types, CastContext.Implicit, operation.Position);
        right = Convert(right, types, CastContext.Implicit, operation.Position);
        switch (operation.Operator)
        {
            case SetOperator.Union when operation.IsAll:
                return new LogicalSetOperation(SetOperationKind.Union, true, [.. Flat(left), .. Flat(right)]);
            case SetOperator.Union:
                // (a UNION b) UNION c needs one distinct, at the top.
                LogicalNode inner = left is LogicalDistinct { Input: LogicalSetOperation { Kind: SetOperationKind.Union, IsAll: true } union } ? union : left;
                return new LogicalDistinct(new LogicalSetOperation(SetOperationKind.Union, true, [.. Flat(inner), .. Flat(right)]));
            default:
                return new LogicalSetOperation(
                    operation.Operator == SetOperator.Except ? SetOperationKind.Except : SetOperationKind.Intersect,
                    operation.IsAll, [left, right]);
        }
    }

    private static ImmutableArray<LogicalNode> Flat(LogicalNode node) =>
        node is LogicalSetOperation { Kind: SetOperationKind.Union, IsAll: true } union ? union.Operands : [node];

    private static SqlType CommonColumnType(LogicalNode left, LogicalNode right, int column, string construct, SetOperationSyntax operation)
    {
        ScalarExpression l = OutputExpression(left, column);
        ScalarExpression r = OutputExpression(right, column);
        if (l.Type == r.Type && l.Type.Kind != SqlTypeKind.Unknown)
        {
            return l.Type;
        }

        // PostgreSQL points at the item of the second query that does not match.
        SqlType common = Coercion.CommonType([l, r], construct, ItemPosition(operation.Right, column));
        return common.Kind == SqlTypeKind.Unknown ? SqlType.Text : common;
    }

    private static int ItemPosition(QueryBodySyntax body, int column) => body switch
    {
        SelectBodySyntax select when column < select.Items.Count && !select.Items.Take(column + 1).Any(i => i.Expression is WildcardSyntax) =>
            select.Items[column].Expression.Position,
        ValuesSyntax values when column < values.Rows[0].Count => values.Rows[0][column].Position,
        _ => body.Position,
    };

    /// <summary>What stands in a column of the output, if that is an expression of its own; else a reference to it.</summary>
    private static ScalarExpression OutputExpression(LogicalNode node, int column) => node switch
    {
        LogicalProject project => project.Expressions[column],
        LogicalDistinct distinct => OutputExpression(distinct.Input, column),
        LogicalValues { Rows.Length: 1 } values => values.Rows[0][column],
        _ => new ColumnExpression(column, node.Columns[column].Type, node.Columns[column].IsNullable),
    };

    private static (LogicalNode Left, LogicalNode Right) Corresponding(LogicalNode left, LogicalNode right, SetOperationSyntax operation)
    {
        string[] names = operation.CorrespondingBy.IsEmpty
            ? [.. left.Columns.Select(c => c.Name).Where(n => right.Columns.Any(c => c.Name == n)).Distinct()]
            : [.. operation.CorrespondingBy];
        return names.Length == 0
            ? throw BindError.At(SqlState.SyntaxError, operation.Position, "CORRESPONDING queries have no column names in common")
            : (Pick(left), Pick(right));

        LogicalNode Pick(LogicalNode node) => new LogicalProject(
            node,
            [.. names.Select(n =>
            {
                int index = Enumerable.Range(0, node.Columns.Length).FirstOrDefault(i => node.Columns[i].Name == n, -1);
                return index >= 0
                    ? new ColumnExpression(index, node.Columns[index].Type, node.Columns[index].IsNullable)
                    : throw BindError.At(SqlState.UndefinedColumn, operation.Position, $"column \"{n}\" does not exist");
            })],
            [.. names]);
    }
}
