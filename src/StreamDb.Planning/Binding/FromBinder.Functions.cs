using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <content>Functions in FROM, and the windows TUMBLE and HOP.</content>
internal sealed partial class FromBinder
{
    private BoundTable BindFunction(TableFunctionSyntax syntax, Scope? outer)
    {
        if (syntax.Function is FunctionCallSyntax { Name.IsSimple: true, Name.Name: "tumble" or "hop" } window
            && !FunctionRegistry.Exists(window.Name.Name))
        {
            return BindTimeWindow(window, syntax, outer);
        }

        string name = NameOf(syntax.Function);
        LogicalNode node = Called(syntax.Function, outer, syntax.WithOrdinality, out bool isScalar);
        return FunctionAlias(node, syntax.Alias, name, isScalar && !syntax.WithOrdinality, syntax.Position);
    }

    private BoundTable BindRowsFrom(RowsFromSyntax syntax, Scope? outer)
    {
        BoundTableFunction[] calls = [.. syntax.Functions.Select(f => f is FunctionCallSyntax call && TableFunctionRegistry.Exists(ExpressionBinder.FunctionName(call.Name))
            ? TableFunction(call, outer)
            : throw BindError.NotSupported("a function that returns one row in ROWS FROM", f.Position))];
        LogicalNode node = CalledOnce(BoundTableFunction.Combine(calls), syntax.WithOrdinality);
        bool isScalar = calls is [{ Columns.Length: 1 }] && !syntax.WithOrdinality;
        return FunctionAlias(node, syntax.Alias, NameOf(syntax.Functions[0]), isScalar, syntax.Position);
    }

    /// <summary>The function's rows; a scalar function gives one row.</summary>
    private LogicalNode Called(ExpressionSyntax function, Scope? outer, bool withOrdinality, out bool isScalar)
    {
        if (function is FunctionCallSyntax call && TableFunctionRegistry.Exists(ExpressionBinder.FunctionName(call.Name)))
        {
            BoundTableFunction bound = TableFunction(call, outer);
            isScalar = bound.Columns.Length == 1;
            return CalledOnce(bound, withOrdinality);
        }

        ScalarExpression value = FunctionArguments(outer).Bind(function);
        isScalar = value.Type.Kind != SqlTypeKind.Record;
        ImmutableArray<ScalarExpression> row = isScalar || value is not CallExpression { Function.Name: CompositeFunctions.Row } record ? [value] : record.Arguments;
        ImmutableArray<string> names = row.Length == 1 ? [NameOf(function)] : [.. value.Type.Fields.Select(f => f.Name)];
        if (withOrdinality)
        {
            row = row.Add(new LiteralExpression(new Datum(1L), SqlType.Int64));
            names = names.Add("ordinality");
        }

        LogicalNode node = LogicalValues.OneEmptyRow;
        ScalarExpression[] planted = [.. row.Select(e => SubqueryPlanting.Plant(ref node, e))];
        return new LogicalProject(node, [.. planted], names);
    }

    private BoundTableFunction TableFunction(FunctionCallSyntax call, Scope? outer)
    {
        ExpressionBinder binder = FunctionArguments(outer);
        ScalarExpression[] arguments = [.. call.Arguments.Select(a => a.Name is null && !a.IsVariadic
            ? binder.Bind(a.Value)
            : throw BindError.NotSupported("a named or VARIADIC argument", a.Position))];
        return BoundTableFunction.Resolve(state, ExpressionBinder.FunctionName(call.Name), arguments, call.Position);
    }

    /// <summary>The rows of one call. Subqueries in its arguments are computed in the row below and left out again.</summary>
    private static LogicalNode CalledOnce(BoundTableFunction bound, bool withOrdinality)
    {
        LogicalNode input = LogicalValues.OneEmptyRow;
        ImmutableArray<ScalarExpression> arguments = [.. bound.Arguments.Select(a => SubqueryPlanting.Plant(ref input, a))];
        LogicalNode node = Node(bound with { Arguments = arguments }, input, withOrdinality);
        int skipped = input.Columns.Length;
        return skipped == 0
            ? node
            : new LogicalProject(
                node,
                [.. node.Columns.Skip(skipped).Select((c, i) => new ColumnExpression(skipped + i, c.Type, c.IsNullable))],
                [.. node.Columns.Skip(skipped).Select(c => c.Name)]);
    }

    private ExpressionBinder FunctionArguments(Scope? outer) =>
        new(state, Scope.Of(BoundTable.Nothing, outer), tables, "functions in FROM");

    private static LogicalTableFunction Node(BoundTableFunction bound, LogicalNode input, bool withOrdinality) =>
        new(input, bound.Function, bound.Arguments, bound.Columns, withOrdinality);

    private static string NameOf(ExpressionSyntax function) => OutputNames.Of(function);

    /// <summary>Names the function's item. With one column, the alias also names the column: FROM unnest(a) AS x.</summary>
    private static BoundTable FunctionAlias(LogicalNode node, TableAliasSyntax? alias, string name, bool isScalar, int position)
    {
        if (alias is { ColumnDefinitions.IsEmpty: false })
        {
            throw BindError.NotSupported("a column definition list", alias.Position);
        }

        string itemName = alias?.Name ?? name;
        BoundTable table = BoundTable.Of(node, itemName);
        SyntaxList<string> columns = alias is null ? [] : alias.Columns;
        if (columns.IsEmpty && alias?.Name is not null && (isScalar || (node.Columns.Length == 2 && node.Columns[1].Name == "ordinality")))
        {
            columns = [alias.Name];
        }

        table = columns.IsEmpty ? table : WithColumnNames(table, columns, position);
        return table with { Items = [table.Items[0] with { IsScalarFunction = isScalar }] };
    }

    /// <summary>TUMBLE(rows, time, size [, offset]) and HOP(rows, time, slide, size [, offset]): the rows with window_start and window_end.</summary>
    /// <remarks>
    /// A tumbling window starts at date_bin(size, time, offset). A row is in every hopping window that starts at a multiple of
    /// slide in (time - size, time]: one row for each.
    /// </remarks>
    private BoundTable BindTimeWindow(FunctionCallSyntax window, TableFunctionSyntax syntax, Scope? outer)
    {
        bool isHop = window.Name.Name == "hop";
        int required = isHop ? 4 : 3;
        if (window.Arguments.Count < required || window.Arguments.Count > required + 1)
        {
            throw BindError.At(
                SqlState.UndefinedFunction, window.Position, $"function {window.Name.Name} takes {required} or {required + 1} arguments");
        }

        BoundTable input = window.Arguments[0].Value switch
        {
            ColumnReferenceSyntax relation => BindWindowInput(relation, outer),
            ScalarSubquerySyntax subquery => BoundTable.Of(
                queries.Bind(subquery.Query, new QueryEnvironment(outer, tables)).ToRelation(), null),
            ExpressionSyntax other => throw BindError.At(
                SqlState.SyntaxError, other.Position, $"the first argument of {window.Name.Name} must be a relation or a subquery"),
        };
        if (window.Arguments[1].Value is not ColumnReferenceSyntax)
        {
            throw BindError.At(SqlState.SyntaxError, window.Arguments[1].Position, $"the second argument of {window.Name.Name} must be a column");
        }

        ExpressionBinder binder = new(state, Scope.Of(input, outer), tables, "functions in FROM");
        ScalarExpression time = binder.Bind(window.Arguments[1].Value);
        time = time.Type.Kind switch
        {
            SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz => time,
            SqlTypeKind.Date => binder.Cast(time, SqlType.Timestamp, CastContext.Implicit, window.Position),
            _ => throw BindError.At(
                SqlState.DatatypeMismatch, window.Arguments[1].Position, $"the time column of {window.Name.Name} must be a timestamp, not {time.Type}"),
        };
        ScalarExpression[] intervals = [.. window.Arguments.Skip(2).Select(a =>
            binder.Cast(binder.Bind(a.Value), SqlType.Interval, CastContext.Implicit, a.Position))];
        ScalarExpression size = intervals[isHop ? 1 : 0];
        ScalarExpression slide = intervals[0];
        ScalarExpression origin = binder.Cast(
            new LiteralExpression(Datum.Text("1970-01-01 00:00:00+00"), SqlType.Unknown), time.Type, CastContext.Explicit, window.Position);
        if (window.Arguments.Count > required)
        {
            origin = binder.Operator("+", window.Position, origin, intervals[^1]);
        }

        ScalarExpression last = binder.Call("date_bin", window.Position, slide, time, origin);
        LogicalNode node = input.Node;
        ScalarExpression start = last;
        if (isHop)
        {
            // Starts run from the first one after time - size up to the last one at or before time.
            ScalarExpression earliest = binder.Operator(
                "+", window.Position,
                binder.Call("date_bin", window.Position, slide, binder.Operator("-", window.Position, time, size), origin), slide);
            BoundTableFunction series = BoundTableFunction.Resolve(state, "generate_series", [earliest, last, slide], window.Position);
            node = Node(series, node, withOrdinality: false);
            start = new ColumnExpression(node.Columns.Length - 1, series.Columns[0].Type, series.Columns[0].IsNullable);
        }
        else
        {
            // A row without a time is in no window.
            node = new LogicalFilter(node, new NotExpression(new IsNullExpression(time)));
        }

        ImmutableArray<ScalarExpression> columns =
        [
            .. input.Node.Columns.Select((c, i) => new ColumnExpression(i, c.Type, c.IsNullable)),
            start,
            binder.Operator("+", window.Position, start, size),
        ];
        node = new LogicalProject(node, columns, [.. input.Node.Columns.Select(c => c.Name), "window_start", "window_end"]);
        string? name = input.Items[0].Alias;
        return Aliased(node, syntax.Alias, name, null, null, syntax.Position);
    }

    private BoundTable BindWindowInput(ColumnReferenceSyntax relation, Scope? outer)
    {
        TableReferenceSyntax reference = new(relation.Name, null, null) { Position = relation.Position };
        BoundTable input = BindReference(reference, outer);
        if (state.ResolvedNames.TryGetValue(reference, out Catalog.RelationItem? item))
        {
            state.ResolvedNames[relation] = item;
        }

        return input;
    }
}
