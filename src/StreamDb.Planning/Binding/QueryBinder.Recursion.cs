using System.Collections.Immutable;
using System.Globalization;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;
using JoinKind = StreamDb.Planning.Logical.JoinKind;

namespace StreamDb.Planning.Binding;

/// <content>WITH RECURSIVE and WITH MUTUALLY RECURSIVE.</content>
/// <remarks>
/// PostgreSQL feeds each iteration of WITH RECURSIVE with the rows that the one before added, and collects all of them. Mostly
/// the recursive term may see all rows so far instead: R(i + 1) is base ∪ term(R(i)), and nothing is ever taken back. That is
/// the same where what stands around the reference distributes over unions, for UNION of sets, for UNION ALL of multisets.
/// <c>SELECT 1 UNION ALL SELECT DISTINCT n / 2 FROM t</c> does not: then the new rows are a table of their own.
/// </remarks>
internal sealed partial class QueryBinder
{
    private LogicalRecursive BindRecursive(CommonTableSyntax table, QueryEnvironment environment)
    {
        QuerySyntax query = RecursiveReferences.WellFormed(table);
        var union = (SetOperationSyntax)query.Body;
        if (union.IsCorresponding)
        {
            throw BindError.NotSupported("CORRESPONDING in a recursive query", union.Position);
        }

        if (query.With is { } with)
        {
            environment = environment with { Tables = BindWith(with, environment) };
        }

        LogicalNode start = Named(DecideUnknown(BindOperand(union.Left, environment)), table);
        ImmutableArray<Field> columns = [.. start.Columns.Select(c => c with { IsNullable = true })];
        var scope = new RecursionScope([columns], RecursionLimit.Default);
        var reference = new LogicalRecursiveReference(scope, 0, IsCurrent: false);
        CommonTableScope inside = new(table.Name, reference, environment.Level, environment.Tables);
        LogicalNode step = BindOperand(union.Right, environment with { Tables = inside });
        LogicalNode body = Combine(start, step, union);
        for (int i = 0; i < columns.Length; i++)
        {
            if (!body.Columns[i].Type.SameAs(columns[i].Type))
            {
                throw BindError.At(
                    SqlState.DatatypeMismatch, ItemPosition(union.Left, i),
                    $"recursive query \"{table.Name}\" column {i + 1} has type {columns[i].Type} in non-recursive term but type {body.Columns[i].Type} overall",
                    "Cast the output of the non-recursive term to the correct type.");
            }
        }

        CheckClosed([body], scope, table.Position);
        return Distributes(step, scope, union)
            ? new LogicalRecursive(scope, [body], 0)
            : ByNewRows(start, union, columns, Term);

        LogicalNode Term(LogicalNode fresh) =>
            BindOperand(union.Right, environment with { Tables = inside with { Node = fresh } });
    }

    /// <summary>
    /// PostgreSQL's evaluation word for word, as three tables: the new rows (the base at first, then the term over the new rows
    /// of the iteration before; for UNION without those already there), all rows so far, and a row that tells the first
    /// iteration from the others.
    /// </summary>
    private LogicalRecursive ByNewRows(
        LogicalNode start, SetOperationSyntax union, ImmutableArray<Field> columns, Func<LogicalNode, LogicalNode> bindTerm)
    {
        LogicalValues mark = ValuesOf([[LiteralExpression.True]], ["mark"], [SqlType.Boolean]);
        var scope = new RecursionScope([columns, columns, [mark.Fields[0] with { IsNullable = true }]], RecursionLimit.Default);
        LogicalNode step = bindTerm(new LogicalRecursiveReference(scope, 0, IsCurrent: false));
        LogicalNode once = new LogicalJoin(
            JoinKind.Anti, start, new LogicalRecursiveReference(scope, 2, IsCurrent: false), LiteralExpression.True);
        LogicalNode before = new LogicalRecursiveReference(scope, 1, IsCurrent: false);
        LogicalNode fresh = new LogicalSetOperation(
            SetOperationKind.Union, true, [once, Convert(step, [.. columns.Select(c => c.Type)], CastContext.Implicit, union.Position)]);
        if (!union.IsAll)
        {
            fresh = new LogicalSetOperation(SetOperationKind.Except, false, [fresh, before]);
        }

        LogicalNode all = new LogicalSetOperation(
            SetOperationKind.Union, true, [before, new LogicalRecursiveReference(scope, 0, IsCurrent: true)]);
        return new LogicalRecursive(scope, [fresh, all, mark], 1);
    }

    private CommonTableScope? BindMutuallyRecursive(WithSyntax with, QueryEnvironment environment)
    {
        foreach (CommonTableSyntax table in with.Tables)
        {
            string? twice = table.Columns.GroupBy(c => c.Name).FirstOrDefault(g => g.Count() > 1)?.Key;
            if (twice is not null)
            {
                throw BindError.At(SqlState.DuplicateColumn, table.Position, $"column \"{twice}\" specified more than once");
            }
        }

        var scope = new RecursionScope(
            [.. with.Tables.Select(t => t.Columns.Select(c => new Field(c.Name, TypeBinder.Bind(c.Type), true)).ToImmutableArray())],
            LimitOf(with));
        LogicalNode[] bodies = new LogicalNode[with.Tables.Count];
        for (int i = 0; i < bodies.Length; i++)
        {
            CommonTableScope? tables = environment.Tables;
            for (int other = 0; other < bodies.Length; other++)
            {
                tables = new CommonTableScope(
                    with.Tables[other].Name, new LogicalRecursiveReference(scope, other, IsCurrent: other < i), environment.Level, tables);
            }

            LogicalNode body = Bind(with.Tables[i].Query, environment with { Tables = tables }).ToRelation();
            bodies[i] = Declared(body, scope.Bindings[i], with.Tables[i]);
        }

        CheckClosed(bodies, scope, with.Position);
        CommonTableScope? result = environment.Tables;
        for (int i = 0; i < bodies.Length; i++)
        {
            result = new CommonTableScope(with.Tables[i].Name, new LogicalRecursive(scope, [.. bodies], i), environment.Level, result);
        }

        return result;
    }

    /// <summary>The body's columns as declared: assignment casts are made, nothing else.</summary>
    private LogicalNode Declared(LogicalNode body, ImmutableArray<Field> columns, CommonTableSyntax table)
    {
        try
        {
            if (body.Columns.Length == columns.Length)
            {
                return Convert(body, [.. columns.Select(c => c.Type)], CastContext.Assignment, table.Position);
            }
        }
        catch (SqlException e) when (e.State is SqlState.DatatypeMismatch or SqlState.CannotCoerce)
        {
        }

        throw BindError.At(
            SqlState.DatatypeMismatch, table.Position,
            $"WITH MUTUALLY RECURSIVE query \"{table.Name}\" declared types ({List(columns)}), but query returns types ({List(body.Columns)})");

        static string List(ImmutableArray<Field> fields) => string.Join(", ", fields.Select(f => f.Type));
    }

    private static RecursionLimit LimitOf(WithSyntax with)
    {
        const string Invalid = "invalid WITH MUTUALLY RECURSIVE recursion limit";
        OptionSyntax[] options = [.. with.Options];
        switch (options)
        {
            case []:
                return RecursionLimit.Default;
            case [var option]:
                var text = (LiteralSyntax)option.Value!;
                return int.TryParse(text.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int limit) && limit > 0
                    ? new RecursionLimit(limit, option.Name.StartsWith("return", StringComparison.Ordinal))
                    : throw BindError.At(
                        SqlState.InvalidParameterValue, text.Position, Invalid, detail: "The limit must be between 1 and 2147483647.");
            default:
                throw BindError.At(
                    SqlState.SyntaxError, options[1].Position, Invalid,
                    "Give at most one of RECURSION LIMIT, ERROR AT RECURSION LIMIT and RETURN AT RECURSION LIMIT.",
                    "More than one recursion limit was given.");
        }
    }

    /// <summary>A recursion stands alone: neither rows of an enclosing query nor tables of an enclosing recursion may flow into it.</summary>
    private static void CheckClosed(IReadOnlyList<LogicalNode> bodies, RecursionScope scope, int position)
    {
        bool isCorrelated = false;
        foreach (LogicalNode body in bodies)
        {
            body.RewriteExpressions((expression, depth) =>
            {
                isCorrelated |= expression.Any(e => e is OuterColumnExpression o && o.Depth > depth);
                return expression;
            });
            if (isCorrelated)
            {
                throw BindError.NotSupported("a recursive query that refers to columns of an enclosing query", position);
            }

            if (ReadsAnother(body))
            {
                throw BindError.NotSupported("a recursive query inside another that depends on it", position);
            }
        }

        bool ReadsAnother(LogicalNode node) =>
            (node is LogicalRecursiveReference reference && !ReferenceEquals(reference.Scope, scope) && !IsInner(reference.Scope))
            || node.Inputs.Any(ReadsAnother);

        // The scope of a recursion that stands whole inside this one.
        bool IsInner(RecursionScope other) => bodies.Any(body => Defines(body, other));

        static bool Defines(LogicalNode node, RecursionScope other) =>
            (node is LogicalRecursive recursive && ReferenceEquals(recursive.Scope, other)) || node.Inputs.Any(input => Defines(input, other));
    }

    /// <summary>Whether what stands around the reference of a recursive term distributes over unions of the kind at hand. 42P19 for aggregates.</summary>
    private static bool Distributes(LogicalNode node, RecursionScope scope, SetOperationSyntax union)
    {
        bool[] reads = [.. node.Inputs.Select(input => Reads(input, scope))];
        if (!reads.Contains(true))
        {
            return true;
        }

        bool here = node switch
        {
            LogicalAggregate { Aggregates.Length: > 0 } => throw BindError.At(
                SqlState.InvalidRecursion, union.Right.Position, "aggregate functions are not allowed in a recursive query's recursive term"),
            LogicalFilter or LogicalProject or LogicalTableFunction or LogicalSetOperation { Kind: SetOperationKind.Union, IsAll: true } => true,
            LogicalJoin { Kind: var kind } => OfJoin(kind),
            LogicalApply { Kind: var kind } => OfJoin(kind),
            LogicalAggregate or LogicalDistinct => !union.IsAll,
            LogicalSetOperation { IsAll: false } => !union.IsAll,
            _ => false,
        };
        return here & node.Inputs.Where((_, i) => reads[i]).All(input => Distributes(input, scope, union));

        // An outer, semi or anti join distributes over unions of the side that it keeps.
        bool OfJoin(JoinKind kind) => kind switch
        {
            JoinKind.Inner => true,
            JoinKind.Left or JoinKind.Semi or JoinKind.Anti => !reads[1],
            JoinKind.Right => !reads[0],
            _ => false,
        };
    }

    private static bool Reads(LogicalNode node, RecursionScope scope) =>
        (node is LogicalRecursiveReference reference && ReferenceEquals(reference.Scope, scope)) || node.Inputs.Any(input => Reads(input, scope));
}
