using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using Emit = System.Linq.Expressions.Expression;
using Variable = System.Linq.Expressions.ParameterExpression;

namespace StreamDb.Expressions.Compilation;

/// <summary>Turns a <see cref="ProgramShape"/> into a <see cref="Kernel"/>: one loop over rows with everything fused.</summary>
/// <remarks>
/// Every node becomes statements that leave its value, and whether it is NULL, in local variables; nothing but conditional
/// evaluation (AND, OR, CASE, COALESCE) nests, so long expressions need no deep trees. A node that was evaluated in an
/// enclosing or preceding unconditional part of the row is not evaluated again.
/// </remarks>
internal sealed class KernelBuilder
{
    private static readonly MethodInfo _getMethod = typeof(Element).GetMethod(nameof(Element.Get))!;
    private static readonly MethodInfo _getBytesMethod = typeof(Element).GetMethod(nameof(Element.GetBytes))!;
    private static readonly MethodInfo _putMethod = typeof(Element).GetMethod(nameof(Element.Put))!;
    private static readonly MethodInfo _isNullMethod = typeof(Element).GetMethod(nameof(Element.IsNull))!;
    private static readonly MethodInfo _appendBytesMethod = typeof(ColumnBuilder).GetMethod(nameof(ColumnBuilder.AppendBytes), [typeof(ByteSlice)])!;
    private static readonly MethodInfo _appendNullMethod = typeof(ColumnBuilder).GetMethod(nameof(ColumnBuilder.AppendNull))!;
    private static readonly MethodInfo _setNullMethod = typeof(ColumnBuilder).GetMethod(nameof(ColumnBuilder.SetNull))!;
    private static readonly MethodInfo _variadicAddMethod = typeof(VariadicArguments).GetMethod(nameof(VariadicArguments.Add))!;
    private static readonly ConstantExpression _false = Emit.Constant(false);
    private static readonly ConstantExpression _true = Emit.Constant(true);

    private readonly ProgramShape _shape;
    private readonly bool _readsNulls;
    private readonly Variable _constants = Emit.Parameter(typeof(object[]), "constants");
    private readonly Variable _frame = Emit.Parameter(typeof(KernelFrame), "frame");
    private readonly Variable _context = Emit.Parameter(typeof(EvaluationContext), "context");
    private readonly Variable _row = Emit.Variable(typeof(int), "row");
    private readonly Variable _written = Emit.Variable(typeof(int), "written");
    private readonly List<Variable> _variables = [];
    private readonly List<Emit> _prologue = [];
    private readonly Dictionary<(string, int), Variable> _hoisted = [];
    private readonly Dictionary<int, Value> _values = [];
    private readonly List<int> _order = [];
    private List<Emit> _statements = [];
    private bool _needsArena;

    private KernelBuilder(ProgramShape shape, bool readsNulls)
    {
        _shape = shape;
        _readsNulls = readsNulls;
    }

    /// <param name="shape">What to compute.</param>
    /// <param name="readsNulls">False: no column that is read has a validity bitmap, so columns are not checked.</param>
    public static Kernel Build(ProgramShape shape, bool readsNulls) => new KernelBuilder(shape, readsNulls).Build();

    private Kernel Build()
    {
        Variable count = Hoist("count", 0, typeof(int), Emit.Field(_frame, nameof(KernelFrame.Count)));
        LabelTarget next = Emit.Label("next");
        LabelTarget done = Emit.Label("done");
        if (_shape.Predicate is not null)
        {
            EmitFilter(_shape.Predicate, next);
        }

        for (int i = 0; i < _shape.Projections.Length; i++)
        {
            EmitOutput(i, EmitNode(_shape.Projections[i]));
        }

        if (_shape.Predicate is not null)
        {
            Variable selection = Hoist("selection", 0, typeof(nint), Emit.Field(_frame, nameof(KernelFrame.Selection)));
            Add(Emit.Call(_putMethod.MakeGenericMethod(typeof(int)), selection, _written, _row));
            Add(Emit.PreIncrementAssign(_written));
        }

        if (_needsArena)
        {
            _statements.Insert(0, Emit.Call(_context, nameof(EvaluationContext.ResetArena), null));
        }

        _statements.Add(Emit.Label(next));
        _statements.Add(Emit.PreIncrementAssign(_row));
        Emit loop = Emit.Loop(
            Emit.IfThenElse(Emit.LessThan(_row, count), Emit.Block(_statements), Emit.Break(done)), done);
        Emit result = _shape.Predicate is null ? count : _written;
        BlockExpression body = Emit.Block(
            typeof(int),
            [_row, _written, .. _variables],
            [.. _prologue, Emit.Assign(_row, Emit.Constant(0)), Emit.Assign(_written, Emit.Constant(0)), loop, result]);
        return Emit.Lambda<Kernel>(body, _constants, _frame, _context).Compile();
    }

    private void EmitOutput(int index, Value value)
    {
        Node node = _shape.Projections[index];
        Variable builder = Hoist("builder", index, typeof(ColumnBuilder), FrameElement(nameof(KernelFrame.Builders), index));
        Emit row = _shape.Predicate is null ? _row : _written;
        if (node.Physical == PhysicalType.Bytes)
        {
            Emit append = Emit.Call(builder, _appendBytesMethod, value.Datum);
            Add(value.IsNull is null ? append : Emit.IfThenElse(value.IsNull, Emit.Call(builder, _appendNullMethod), append));
            return;
        }

        Variable output = Hoist("output", index, typeof(nint), FrameElement(nameof(KernelFrame.Outputs), index));
        MethodInfo put = _putMethod.MakeGenericMethod(node.ClrType);
        Emit write = Emit.Call(put, output, row, value.Datum);
        Add(value.IsNull is null
            ? write
            : Emit.IfThenElse(
                value.IsNull,
                Emit.Block(Emit.Call(put, output, row, Emit.Default(node.ClrType)), Emit.Call(builder, _setNullMethod, row)),
                write));
    }

    /// <summary>Leaves for <paramref name="skip"/> unless the node is true.</summary>
    private void EmitFilter(Node node, LabelTarget skip)
    {
        if (node.Kind == NodeKind.And)
        {
            // Whatever is evaluated here is evaluated for every row that goes on, so later parts may use it.
            foreach (Node child in node.Children)
            {
                EmitFilter(child, skip);
            }

            return;
        }

        Value value = EmitNode(node);
        Add(Emit.IfThen(value.IsNull is null ? Emit.Not(value.Datum) : Emit.OrElse(value.IsNull, Emit.Not(value.Datum)), Emit.Goto(skip)));
    }

    private Value EmitNode(Node node)
    {
        if (_values.TryGetValue(node.Id, out Value known))
        {
            return known;
        }

        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new SqlException(SqlState.StatementTooComplex, "stack depth limit exceeded");
        }

        Value value = node.Kind switch
        {
            NodeKind.Column => EmitColumn(node),
            NodeKind.Constant => new Value(Constant(node.Slot, node.ClrType), null),
            NodeKind.Null => new Value(Emit.Default(node.ClrType), _true),
            NodeKind.Call => EmitCall(node),
            NodeKind.And or NodeKind.Or => EmitLogical(node),
            NodeKind.Not => EmitNot(node),
            NodeKind.IsNull => EmitIsNull(node),
            NodeKind.Case => EmitCase(node),
            NodeKind.Coalesce => EmitCoalesce(node),
            _ => EmitNotDistinct(node),
        };
        _values.Add(node.Id, value);
        _order.Add(node.Id);
        return value;
    }

    private Value EmitColumn(Node node)
    {
        Variable values = Hoist("values", node.Slot, typeof(nint), FrameElement(nameof(KernelFrame.Values), node.Slot));
        Emit read = node.Physical == PhysicalType.Bytes
            ? Emit.Call(
                _getBytesMethod,
                values,
                Hoist("offsets", node.Slot, typeof(nint), FrameElement(nameof(KernelFrame.Offsets), node.Slot)),
                _row)
            : Emit.Call(_getMethod.MakeGenericMethod(node.ClrType), values, _row);
        Variable datum = Store(read);
        if (!_readsNulls)
        {
            return new Value(datum, null);
        }

        Variable validity = Hoist("validity", node.Slot, typeof(nint), FrameElement(nameof(KernelFrame.Validity), node.Slot));
        return new Value(datum, Store(Emit.Call(_isNullMethod, validity, _row)));
    }

    private Value EmitCall(Node node)
    {
        ScalarImplementation implementation = node.Implementation!;
        Value[] arguments = [.. node.Children.Select(EmitNode)];
        Emit? strictNull = null;
        for (int i = 0; i < arguments.Length; i++)
        {
            if (arguments[i].IsNull is { } isNull && !implementation.AcceptsNull(i))
            {
                strictNull = strictNull is null ? isNull : Emit.OrElse(strictNull, isNull);
            }
        }

        if (strictNull == _true)
        {
            return new Value(Emit.Default(node.ClrType), _true);
        }

        _needsArena |= node.Physical == PhysicalType.Bytes || node.Children.Any(c => c.Physical == PhysicalType.Bytes);
        bool isSimple = implementation.Failure == FailureMode.None && !implementation.ReturnsNullable && !implementation.IsVariadic;
        if (isSimple && strictNull is null)
        {
            return new Value(Store(MakeCall(implementation, node, arguments)), null);
        }

        // NULL positions hold defined values, so a total function over plain numbers may run on them, without a branch.
        if (isSimple && node.Physical != PhysicalType.Bytes && node.Children.All(c => c.Physical <= PhysicalType.Float64))
        {
            return new Value(Store(MakeCall(implementation, node, arguments)), Store(strictNull!));
        }

        Variable datum = Declare(node.ClrType);
        Variable isNullVariable = Declare(typeof(bool));
        Add(Emit.Assign(datum, Emit.Default(node.ClrType)));
        Add(Emit.Assign(isNullVariable, strictNull ?? _false));
        List<Emit> outer = Enter();
        EmitGuarded(implementation, node, arguments, datum, isNullVariable);
        List<Emit> inner = Leave(outer);
        if (strictNull is null)
        {
            _statements.AddRange(inner);
        }
        else
        {
            Add(Emit.IfThen(Emit.Not(isNullVariable), Emit.Block(inner)));
        }

        return new Value(datum, isNullVariable);
    }

    private void EmitGuarded(ScalarImplementation implementation, Node node, Value[] arguments, Variable datum, Variable isNull)
    {
        if (implementation.Failure == FailureMode.Tries)
        {
            Add(Emit.IfThen(
                Emit.Not(MakeCall(implementation, node, arguments, datum)),
                Failed(Emit.Call(_context, nameof(EvaluationContext.ReportFailure), null, _row), datum, isNull)));
            return;
        }

        List<Emit> outer = Enter();
        Emit call = MakeCall(implementation, node, arguments);
        if (implementation.ReturnsNullable)
        {
            Variable result = Declare(implementation.Method.ReturnType);
            Add(Emit.Assign(result, call));
            Add(Emit.Assign(isNull, Emit.Not(Emit.Property(result, "HasValue"))));
            Add(Emit.Assign(datum, Emit.Call(result, "GetValueOrDefault", null)));
        }
        else
        {
            Add(Emit.Assign(datum, call));
        }

        List<Emit> body = Leave(outer);
        if (implementation.Failure != FailureMode.Throws)
        {
            _statements.AddRange(body);
        }
        else
        {
            Variable exception = Emit.Variable(typeof(SqlException));
            Add(Emit.TryCatch(
                Emit.Block(typeof(void), body),
                Emit.Catch(exception, Failed(Emit.Call(_context, nameof(EvaluationContext.ReportException), null, exception, _row), datum, isNull)),
                Emit.Catch(typeof(OverflowException), Failed(Emit.Call(_context, nameof(EvaluationContext.ReportOverflow), null, _row), datum, isNull))));
        }

        if (implementation.Failure == FailureMode.Flag || (implementation.Failure == FailureMode.Throws && implementation.TakesContext))
        {
            Add(Emit.IfThen(
                Emit.Field(_context, nameof(EvaluationContext.HasFailed)),
                Failed(Emit.Call(_context, nameof(EvaluationContext.ReportFailure), null, _row), datum, isNull)));
        }
    }

    private static BlockExpression Failed(Emit report, Variable datum, Variable isNull) =>
        Emit.Block(typeof(void), report, Emit.Assign(datum, Emit.Default(datum.Type)), Emit.Assign(isNull, _true));

    private MethodCallExpression MakeCall(ScalarImplementation implementation, Node node, Value[] arguments, Variable? result = null)
    {
        var actual = new List<Emit>();
        for (int i = 0; i < implementation.Parameters.Length; i++)
        {
            Type type = implementation.Parameters[i].ParameterType;
            if (type == typeof(EvaluationContext))
            {
                actual.Add(_context);
            }
            else if (type.IsByRef)
            {
                actual.Add(result!);
            }
            else if (type == typeof(VariadicArguments))
            {
                Variable list = Hoist("variadic", 0, type, Emit.Property(_context, nameof(EvaluationContext.Variadic)));
                Add(Emit.Call(list, nameof(VariadicArguments.Clear), null));
                foreach (Value argument in arguments.AsSpan(i))
                {
                    Add(Emit.Call(list, _variadicAddMethod.MakeGenericMethod(argument.Datum.Type), argument.Datum, argument.IsNull ?? _false));
                }

                actual.Add(list);
            }
            else if (type == arguments[i].Datum.Type)
            {
                actual.Add(arguments[i].Datum);
            }
            else
            {
                Emit some = Emit.Convert(arguments[i].Datum, type);
                actual.Add(arguments[i].IsNull is { } isNull ? Emit.Condition(isNull, Emit.Default(type), some) : some);
            }
        }

        Emit? target = implementation.Target is null ? null : Constant(node.Slot, implementation.Method.DeclaringType!);
        return Emit.Call(target, implementation.Method, actual);
    }

    private Value EmitLogical(Node node)
    {
        // Three-valued: the deciding value (false for AND) ends the evaluation; otherwise NULL if any operand was NULL.
        bool isAnd = node.Kind == NodeKind.And;
        Variable datum = Declare(typeof(bool));
        Variable? sawNull = null;
        LabelTarget end = Emit.Label();
        int mark = -1;
        int start = _statements.Count;
        foreach (Node child in node.Children)
        {
            Value value = EmitNode(child);
            mark = mark < 0 ? _order.Count : mark;
            Emit decides = isAnd ? Emit.Not(value.Datum) : value.Datum;
            Emit decided = Emit.Block(typeof(void), Emit.Assign(datum, Emit.Constant(!isAnd)), Emit.Goto(end));
            if (value.IsNull is null)
            {
                Add(Emit.IfThen(decides, decided));
                continue;
            }

            sawNull ??= Declare(typeof(bool));
            Add(Emit.IfThenElse(value.IsNull, Emit.Assign(sawNull, _true), Emit.IfThen(decides, decided)));
        }

        Add(Emit.Assign(datum, Emit.Constant(isAnd)));
        if (sawNull is null)
        {
            Add(Emit.Label(end));
            Forget(mark);
            return new Value(datum, null);
        }

        _statements.Insert(start, Emit.Assign(sawNull, _false));
        LabelTarget after = Emit.Label();
        Variable isNull = Declare(typeof(bool));
        Add(Emit.Assign(isNull, sawNull));
        Add(Emit.Goto(after));
        Add(Emit.Label(end));
        Add(Emit.Assign(isNull, _false));
        Add(Emit.Label(after));
        Forget(mark);
        return new Value(datum, isNull);
    }

    private Value EmitNot(Node node)
    {
        Value operand = EmitNode(node.Children[0]);
        return new Value(Store(Emit.Not(operand.Datum)), operand.IsNull);
    }

    private Value EmitIsNull(Node node)
    {
        Value operand = EmitNode(node.Children[0]);
        return new Value(operand.IsNull ?? _false, null);
    }

    private Value EmitCase(Node node)
    {
        Variable datum = Declare(node.ClrType);
        Variable isNull = Declare(typeof(bool));
        LabelTarget end = Emit.Label();
        int mark = -1;
        for (int i = 0; i + 1 < node.Children.Length; i += 2)
        {
            Value condition = EmitNode(node.Children[i]);
            mark = mark < 0 ? _order.Count : mark;
            List<Emit> outer = Enter();
            int branchMark = _order.Count;
            Assign(datum, isNull, EmitNode(node.Children[i + 1]));
            Add(Emit.Goto(end));
            Forget(branchMark);
            List<Emit> branch = Leave(outer);
            Emit test = condition.IsNull is null ? condition.Datum : Emit.AndAlso(Emit.Not(condition.IsNull), condition.Datum);
            Add(Emit.IfThen(test, Emit.Block(branch)));
        }

        Assign(datum, isNull, EmitNode(node.Children[^1]));
        Add(Emit.Label(end));
        Forget(mark);
        return new Value(datum, isNull);
    }

    private Value EmitCoalesce(Node node)
    {
        Variable datum = Declare(node.ClrType);
        Variable isNull = Declare(typeof(bool));
        LabelTarget end = Emit.Label();
        int mark = -1;
        foreach (Node child in node.Children)
        {
            Value value = EmitNode(child);
            mark = mark < 0 ? _order.Count : mark;
            Assign(datum, isNull, value);
            if (value.IsNull is null)
            {
                break;
            }

            Add(Emit.IfThen(Emit.Not(value.IsNull), Emit.Goto(end)));
        }

        Add(Emit.Label(end));
        Forget(mark);
        return new Value(datum, isNull);
    }

    private Value EmitNotDistinct(Node node)
    {
        Value left = EmitNode(node.Children[0]);
        Value right = EmitNode(node.Children[1]);
        Emit equal = MakeCall(node.Implementation!, node, [left, right]);
        Emit leftNull = left.IsNull ?? _false;
        Emit rightNull = right.IsNull ?? _false;
        return left.IsNull is null && right.IsNull is null
            ? new Value(Store(equal), null)
            : new Value(Store(Emit.Condition(Emit.OrElse(leftNull, rightNull), Emit.Equal(leftNull, rightNull), equal)), null);
    }

    private void Assign(Variable datum, Variable isNull, Value value)
    {
        Add(Emit.Assign(datum, value.Datum));
        Add(Emit.Assign(isNull, value.IsNull ?? _false));
    }

    private void Add(Emit statement) => _statements.Add(statement);

    private Variable Declare(Type type)
    {
        Variable variable = Emit.Variable(type);
        _variables.Add(variable);
        return variable;
    }

    private Variable Store(Emit value)
    {
        Variable variable = Declare(value.Type);
        Add(Emit.Assign(variable, value));
        return variable;
    }

    private List<Emit> Enter()
    {
        List<Emit> outer = _statements;
        _statements = [];
        return outer;
    }

    private List<Emit> Leave(List<Emit> outer)
    {
        List<Emit> inner = _statements;
        _statements = outer;
        return inner;
    }

    /// <summary>What was evaluated since <paramref name="mark"/> may be skipped at run time: later code must not rely on it.</summary>
    private void Forget(int mark)
    {
        for (int i = _order.Count - 1; i >= mark; i--)
        {
            _values.Remove(_order[i]);
        }

        _order.RemoveRange(mark, _order.Count - mark);
    }

    private Emit Constant(int slot, Type type) =>
        Hoist("constant", slot, type, Emit.Convert(Emit.ArrayIndex(_constants, Emit.Constant(slot)), type));

    private BinaryExpression FrameElement(string array, int index) =>
        Emit.ArrayIndex(Emit.Field(_frame, array), Emit.Constant(index));

    private Variable Hoist(string name, int index, Type type, Emit value)
    {
        if (!_hoisted.TryGetValue((name, index), out Variable? variable))
        {
            variable = Declare(type);
            _prologue.Add(Emit.Assign(variable, value));
            _hoisted.Add((name, index), variable);
        }

        return variable;
    }

    /// <summary>A value in local variables; <see cref="IsNull"/> is null when it is never NULL.</summary>
    private readonly record struct Value(Emit Datum, Emit? IsNull);
}
