using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <content>Functions, aggregates, window functions and set-returning functions.</content>
internal sealed partial class ExpressionBinder
{
    private ScalarExpression BindCall(FunctionCallSyntax call)
    {
        string name = FunctionName(call.Name);
        if (call.IsAggregateOfScalar)
        {
            // aggregate:f(x …) is f of the array of all x.
            FunctionCallSyntax collected = call with { Name = QualifiedNameSyntax.Of("array_agg"), IsAggregateOfScalar = false };
            return Call(name, call.Position, BindCall(collected));
        }

        if (name == "grouping" && call.Over is null)
        {
            return BindGrouping(call);
        }

        if (call.Over is not null)
        {
            return BindWindow(call, name);
        }

        if (AggregateRegistry.Exists(name))
        {
            return BindAggregateReference(call, name);
        }

        RefuseAggregateClauses(call, name);
        if (WindowFunctions.IsWindowFunction(name) && !FunctionRegistry.Exists(name))
        {
            throw BindError.At(SqlState.WrongObjectType, call.Position, $"window function {name} requires an OVER clause");
        }

        if (TableFunctionRegistry.Exists(name))
        {
            return BindSetReturning(call, name);
        }

        ImmutableArray<ScalarExpression> arguments = Arguments(call);
        return arguments.Length == 1 && !FunctionRegistry.Exists(name) && TypeBinder.TryFind(name) is { } type
            ? Cast(arguments[0], type, CastContext.Explicit, call.Position)
            : Call(name, call.Position, arguments, [.. call.Arguments.Select(a => a.Value)]);
    }

    /// <summary>The name without pg_catalog; 42883 for other schemas.</summary>
    public static string FunctionName(QualifiedNameSyntax name) =>
        name.IsSimple || name.Qualifier is "pg_catalog" or "information_schema"
            ? name.Name
            : throw BindError.At(SqlState.UndefinedFunction, name.Position, $"function {string.Join(".", name.Parts)} does not exist");

    private ImmutableArray<ScalarExpression> Arguments(FunctionCallSyntax call) => [.. call.Arguments.Select(a => a switch
    {
        { Name: not null } => throw BindError.NotSupported("a named argument", a.Position),
        { IsVariadic: true } => throw BindError.NotSupported("a VARIADIC argument", a.Position),
        _ => Bind(a.Value),
    })];

    private static void RefuseAggregateClauses(FunctionCallSyntax call, string name)
    {
        string? written = call switch
        {
            { IsStar: true } => $"{name}(*)",
            { IsDistinct: true } => "DISTINCT",
            { OrderBy.IsEmpty: false } => "ORDER BY",
            { WithinGroup.IsEmpty: false } => "WITHIN GROUP",
            { Filter: not null } => "FILTER",
            _ => null,
        };
        if (written is not null)
        {
            throw BindError.At(SqlState.WrongObjectType, call.Position, $"{written} specified, but {name} is not an aggregate function");
        }
    }

    private AggregateReference BindAggregateReference(FunctionCallSyntax call, string name)
    {
        if (_enclosingCall == "aggregate")
        {
            throw BindError.At(SqlState.GroupingError, call.Position, "aggregate function calls cannot be nested");
        }

        if (collector is null || !collector.AllowsAggregates)
        {
            throw BindError.At(SqlState.GroupingError, call.Position, $"aggregate functions are not allowed in {clause}");
        }

        AggregateCall bound = BindAggregate(call, name);
        return new AggregateReference(collector.Add(bound), bound.Type, !bound.Function.IsZeroOnEmpty);
    }

    private AggregateCall BindAggregate(FunctionCallSyntax call, string name)
    {
        if (call.IgnoresNulls is not null)
        {
            throw BindError.NotSupported("IGNORE NULLS or RESPECT NULLS", call.Position);
        }

        ExpressionBinder inner = new(state, scope, tables, clause) { _enclosingCall = "aggregate" };
        return inner.ResolveAggregate(call, name);
    }

    private AggregateCall ResolveAggregate(FunctionCallSyntax call, string name)
    {
        ImmutableArray<ScalarExpression> arguments = Arguments(call);
        ScalarExpression? filter = call.Filter is null ? null : BindFilter(call.Filter);
        AggregateCall bound;
        if (!call.WithinGroup.IsEmpty)
        {
            bound = AggregateRegistry.Resolve(
                name, [], call.IsDistinct, [.. call.WithinGroup.Select(Order)], filter, arguments, call.Position);
        }
        else
        {
            bound = AggregateRegistry.Resolve(
                name, arguments, call.IsDistinct, [.. call.OrderBy.Select(o => Order(o, call, arguments))], filter, null, call.Position);
        }

        if (bound.IsDistinct && bound.OrderBy.Any(o => !bound.Arguments.Contains(o.Expression) && !arguments.Contains(o.Expression)))
        {
            throw BindError.At(
                SqlState.InvalidColumnReference, call.OrderBy.IsEmpty ? call.Position : call.OrderBy[0].Expression.Position,
                "in an aggregate with DISTINCT, ORDER BY expressions must appear in argument list");
        }

        RefuseOuterAggregate(bound, call.Position);
        return OrderKeys.Apply(DecideParameters(bound));
    }

    /// <summary>
    /// An aggregate whose arguments only name columns of an outer query belongs to that query: in SELECT (SELECT sum(t.a)) FROM t
    /// it is the outer SELECT that is grouped. Binding it here would silently mean something else.
    /// </summary>
    private static void RefuseOuterAggregate(AggregateCall bound, int position)
    {
        bool hasOuter = false;
        bool hasOwn = false;
        bound.Map(e =>
        {
            hasOuter |= e.Any(x => x is OuterColumnExpression);
            hasOwn |= e.Any(x => x is ColumnExpression);
            return e;
        });
        if (hasOuter && !hasOwn)
        {
            throw BindError.NotSupported("an aggregate of an outer query's columns", position);
        }
    }

    private AggregateCall DecideParameters(AggregateCall bound) => state.HasParameters ? bound.Map(e => state.Decide(e)) : bound;

    private ScalarExpression BindFilter(ExpressionSyntax filter) => BindCondition(filter, "FILTER");

    /// <summary>A key written like an argument is that argument: two subqueries bound apart would not be equal.</summary>
    private AggregateOrder Order(OrderItemSyntax item, FunctionCallSyntax call, ImmutableArray<ScalarExpression> arguments)
    {
        // Bound even where it is an argument: the stored text of a view must find the names in it resolved.
        AggregateOrder order = Order(item);
        int same = call.Arguments.ToList().FindIndex(a => a.Value.Equals(item.Expression));
        return same < 0 || arguments[same].Type.Kind == SqlTypeKind.Unknown ? order : order with { Expression = arguments[same] };
    }

    private AggregateOrder Order(OrderItemSyntax item)
    {
        ScalarExpression key = Bind(item.Expression);
        if (key.Type.Kind == SqlTypeKind.Unknown)
        {
            key = Cast(key, SqlType.Text, CastContext.Implicit, item.Position);
        }

        return new AggregateOrder(key, item.IsDescending, IsNullsFirst(item));
    }

    public static bool IsNullsFirst(OrderItemSyntax item) =>
        item.Nulls is { } nulls ? nulls == NullsOrder.First : item.IsDescending;

    private GroupingReference BindGrouping(FunctionCallSyntax call)
    {
        if (collector is null || !collector.AllowsAggregates)
        {
            throw BindError.At(SqlState.GroupingError, call.Position, $"grouping operations are not allowed in {clause}");
        }

        ExpressionBinder inner = new(state, scope, tables, clause) { _enclosingCall = "aggregate" };
        return new GroupingReference(collector.AddGrouping(inner.Arguments(call), call.Position));
    }

    private WindowReference BindWindow(FunctionCallSyntax call, string name)
    {
        if (_enclosingCall is not null || collector is null || !collector.AllowsWindows)
        {
            throw _enclosingCall switch
            {
                "aggregate" => BindError.At(SqlState.GroupingError, call.Position, "aggregate function calls cannot contain window function calls"),
                "window" => BindError.At(SqlState.WindowingError, call.Position, "window function calls cannot be nested"),
                _ => BindError.At(SqlState.WindowingError, call.Position, $"window functions are not allowed in {clause}"),
            };
        }

        // Aggregates inside the arguments belong to the SELECT: sum(count(*)) OVER ().
        ExpressionBinder inner = new(state, scope, tables, clause, collector) { _enclosingCall = "window" };
        BoundWindow window = inner.ResolveWindow(call, name, collector.Window(call.Over!));
        return new WindowReference(collector.Add(window), window.Type);
    }

    private BoundWindow ResolveWindow(FunctionCallSyntax call, string name, WindowSpecificationSyntax specification)
    {
        ImmutableArray<ScalarExpression> partitionBy = [.. specification.PartitionBy.Select(p => OrderKeys.Of(Bind(p)))];
        ImmutableArray<AggregateOrder> orderBy = [.. specification.OrderBy.Select(Order)];
        WindowFrame? frame = WindowFrames.Bind(this, specification.Frame, orderBy);
        orderBy = [.. orderBy.Select(o => o with { Expression = OrderKeys.Of(o.Expression) })];
        if (AggregateRegistry.Exists(name) && !WindowFunctions.IsWindowFunction(name))
        {
            if (call.IsDistinct)
            {
                throw BindError.NotSupported("DISTINCT for window functions", call.Position);
            }

            if (!call.WithinGroup.IsEmpty || !call.OrderBy.IsEmpty || call.IgnoresNulls is not null)
            {
                throw BindError.NotSupported(
                    !call.WithinGroup.IsEmpty ? $"OVER for ordered-set aggregate {name}"
                    : !call.OrderBy.IsEmpty ? "ORDER BY in an aggregate used as window function"
                    : "IGNORE NULLS or RESPECT NULLS for aggregates",
                    call.Position);
            }

            AggregateCall aggregate = ResolveAggregate(call, name);
            return new BoundWindow(name, [], aggregate, partitionBy, orderBy, frame, false, aggregate.Type);
        }

        if (!WindowFunctions.IsWindowFunction(name))
        {
            throw FunctionRegistry.Exists(name)
                ? BindError.At(SqlState.WrongObjectType, call.Position, $"OVER specified, but {name} is not a window function nor an aggregate function")
                : BindError.At(SqlState.UndefinedFunction, call.Position, $"function {name} does not exist");
        }

        if (call.Filter is not null)
        {
            throw BindError.NotSupported("FILTER for non-aggregate window functions", call.Position);
        }

        if (call.IgnoresNulls is not null && name is not ("lag" or "lead" or "first_value" or "last_value" or "nth_value"))
        {
            throw BindError.NotSupported($"IGNORE NULLS or RESPECT NULLS for window function {name}", call.Position);
        }

        (ImmutableArray<ScalarExpression> arguments, SqlType type) = WindowFunctions.Resolve(this, name, Arguments(call), call.Position);
        return new BoundWindow(name, arguments, null, partitionBy, orderBy, frame, call.IgnoresNulls == true, type);
    }

    private ScalarExpression BindSetReturning(FunctionCallSyntax call, string name)
    {
        if (_enclosingCall is not null)
        {
            throw BindError.At(
                SqlState.FeatureNotSupported, call.Position,
                $"{_enclosingCall} function calls cannot contain set-returning function calls",
                "You might be able to move the set-returning function into a LATERAL FROM item.");
        }

        if (collector is null || !collector.AllowsSetReturning)
        {
            throw BindError.At(SqlState.FeatureNotSupported, call.Position, $"set-returning functions are not allowed in {clause}");
        }

        ImmutableArray<ScalarExpression> arguments = Arguments(call);
        BoundTableFunction bound = BoundTableFunction.Resolve(state, name, arguments, call.Position);
        int index = collector.Add(bound);
        if (bound.Columns.Length == 1)
        {
            return new SetReturningReference(index, bound.Columns[0].Type);
        }

        // Several columns: the value is the record of them.
        SqlType type = SqlType.Record([.. bound.Columns.Select(c => new RecordField(c.Name, c.Type))]);
        return new SetReturningReference(index, type);
    }
}
