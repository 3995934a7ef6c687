using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Compilation;

/// <summary>Expressions reduced to what decides the compiled code: nodes without constants' values and without column numbers.</summary>
/// <remarks>
/// Two programs with the same <see cref="Key"/> share one kernel; they differ in <see cref="Constants"/> and
/// <see cref="Columns"/>. Equal sub-expressions become one node (unless volatile), which is how they are evaluated once.
/// </remarks>
internal sealed class ProgramShape
{
    private readonly Dictionary<string, Node> _nodes = [];
    private readonly Dictionary<LiteralExpression, int> _literals = [];
    private readonly List<object> _constants = [];
    private readonly List<byte[]> _pinned = [];
    private readonly List<int> _columns = [];
    private readonly StringBuilder _key = new();
    private int _volatileCount;

    public ProgramShape(ScalarExpression? predicate, IReadOnlyList<ScalarExpression> projections)
    {
        Predicate = predicate is null ? null : Lower(predicate);
        Projections = [.. projections.Select(Lower)];
        _key.Append('|').Append(Predicate?.Id ?? -1);
        foreach (Node projection in Projections)
        {
            _key.Append(',').Append(projection.Id);
        }

        Key = _key.ToString();
    }

    public Node? Predicate { get; }

    public Node[] Projections { get; }

    public string Key { get; }

    /// <summary>Values of the constant slots; byte slices point into <see cref="Pinned"/>.</summary>
    public object[] Constants => [.. _constants];

    /// <summary>Keeps the bytes of constants alive and in place.</summary>
    public byte[][] Pinned => [.. _pinned];

    /// <summary>The input columns that are read, by slot.</summary>
    public int[] Columns => [.. _columns];

    public int NodeCount => _nodes.Count;

    private Node Lower(ScalarExpression expression)
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new SqlException(SqlState.StatementTooComplex, "stack depth limit exceeded");
        }

        return expression switch
        {
            ColumnExpression column => LowerColumn(column),
            LiteralExpression literal => LowerLiteral(literal),
            CallExpression call => LowerCall(call),
            CastExpression cast => LowerCast(cast),
            LogicalExpression logical => LowerLogical(logical),
            NotExpression not => Intern(NodeKind.Not, PhysicalType.Bool, [Lower(not.Operand)]),
            IsNullExpression isNull => Intern(NodeKind.IsNull, PhysicalType.Bool, [Lower(isNull.Operand)]),
            CaseExpression or CoalesceExpression => Intern(
                expression is CaseExpression ? NodeKind.Case : NodeKind.Coalesce,
                expression.Type.Physical,
                [.. expression.Children.Select(Lower)]),
            DistinctFromExpression distinct => LowerDistinct(distinct),
            ParameterExpression parameter =>
                throw new SqlException(SqlState.UndefinedParameter, $"there is no parameter ${parameter.Index + 1}"),
            _ => throw new SqlException(SqlState.FeatureNotSupported, $"cannot evaluate {expression.GetType().Name}"),
        };
    }

    private Node LowerColumn(ColumnExpression column)
    {
        int slot = _columns.IndexOf(column.Index);
        if (slot < 0)
        {
            slot = _columns.Count;
            _columns.Add(column.Index);
        }

        return Intern(NodeKind.Column, column.Type.Physical, [], slot);
    }

    private Node LowerLiteral(LiteralExpression literal)
    {
        if (literal.Value.IsNull)
        {
            return Intern(NodeKind.Null, literal.Type.Physical, []);
        }

        if (!_literals.TryGetValue(literal, out int slot))
        {
            slot = _constants.Count;
            _constants.Add(ToConstant(literal.Value));
            _literals.Add(literal, slot);
        }

        return Intern(NodeKind.Constant, literal.Type.Physical, [], slot);
    }

    private unsafe object ToConstant(Datum value)
    {
        if (value.Value is not byte[] bytes)
        {
            return value.Value!;
        }

        byte[] pinned = GC.AllocateUninitializedArray<byte>(Math.Max(bytes.Length, 1), pinned: true);
        bytes.CopyTo(pinned, 0);
        _pinned.Add(pinned);
        return new ByteSlice((byte*)Unsafe.AsPointer(ref pinned[0]), bytes.Length);
    }

    private Node LowerCall(CallExpression call)
    {
        ScalarImplementation implementation = FunctionRegistry.Implementation(call);
        Node[] arguments = [.. call.Arguments.Select(Lower)];
        int salt = call.Function.Volatility == Volatility.Volatile ? ++_volatileCount : 0;
        return LowerImplementation(implementation, call.Type.Physical, arguments, salt);
    }

    private Node LowerCast(CastExpression cast)
    {
        Node operand = Lower(cast.Operand);
        foreach (ScalarImplementation step in CastMatrix.Steps(cast.Operand.Type, cast.Type, cast.Context))
        {
            operand = LowerImplementation(step, cast.Type.Physical, [operand], 0);
        }

        return operand;
    }

    private Node LowerLogical(LogicalExpression logical)
    {
        List<Node> operands = [];
        IReadOnlyList<ScalarExpression> rest = logical.Operands;
        if (!logical.IsAnd)
        {
            (rest, IReadOnlyList<(ScalarExpression Operand, ScalarImplementation Probe)> lists) = InList.Extract(logical.Operands);
            operands.AddRange(lists.Select(l => LowerImplementation(l.Probe, PhysicalType.Bool, [Lower(l.Operand)], 0)));
        }

        operands.AddRange(rest.Select(Lower));
        return operands.Count == 1
            ? operands[0]
            : Intern(logical.IsAnd ? NodeKind.And : NodeKind.Or, PhysicalType.Bool, [.. operands]);
    }

    private Node LowerDistinct(DistinctFromExpression distinct)
    {
        ScalarImplementation equality = Comparisons.Equality(distinct.Left.Type);
        Node same = LowerImplementation(equality, PhysicalType.Bool, [Lower(distinct.Left), Lower(distinct.Right)], 0, NodeKind.NotDistinct);
        return distinct.IsNegated ? same : Intern(NodeKind.Not, PhysicalType.Bool, [same]);
    }

    private Node LowerImplementation(
        ScalarImplementation implementation, PhysicalType result, Node[] arguments, int salt, NodeKind kind = NodeKind.Call)
    {
        int slot = -1;
        if (implementation.Target is not null)
        {
            slot = _constants.IndexOf(implementation.Target);
            if (slot < 0)
            {
                slot = _constants.Count;
                _constants.Add(implementation.Target);
            }
        }

        return Intern(kind, result, arguments, slot, implementation, salt);
    }

    private Node Intern(
        NodeKind kind, PhysicalType physical, Node[] children, int slot = -1, ScalarImplementation? implementation = null, int salt = 0)
    {
        var key = new StringBuilder();
        key.Append((int)kind).Append(':').Append((int)physical).Append(':').Append(slot);
        if (implementation is not null)
        {
            key.Append('@').Append(implementation.Method.MethodHandle.Value.ToString("x", CultureInfo.InvariantCulture));
            key.Append((char)('a' + (int)implementation.Failure)).Append(salt);
        }

        foreach (Node child in children)
        {
            key.Append(',').Append(child.Id);
        }

        string text = key.ToString();
        if (!_nodes.TryGetValue(text, out Node? node))
        {
            node = new Node(_nodes.Count, kind, physical, slot, implementation, children);
            _nodes.Add(text, node);
            _key.Append(text).Append(';');
        }

        return node;
    }
}
