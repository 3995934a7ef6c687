using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>What is shared by all binders of one statement: context, parameters, and the relations seen on the way.</summary>
internal sealed class BinderState
{
    private const int ViewDepthMax = 100;
    private const int ParametersMax = 65535;

    /// <summary>Nodes of a plan, shared ones counted as often as they are read: every later stage walks the plan as a tree.</summary>
    private const long PlanNodesMax = 50_000;

    private readonly Dictionary<ColumnExpression, int> _positions = new(ReferenceEqualityComparer.Instance);
    private readonly List<SqlType?> _parameterTypes;
    private readonly HashSet<uint> _dependencies = [];
    private readonly HashSet<uint> _allDependencies = [];
    private readonly Dictionary<LogicalNode, long> _sizes = new(ReferenceEqualityComparer.Instance);
    private int _viewDepth;

    public BinderState(BindingContext context)
    {
        Context = context;
        Relations = new RelationLookup(context);
        _parameterTypes = [.. context.ParameterTypes ?? []];
    }

    public BindingContext Context { get; }

    public RelationLookup Relations { get; private set; }

    /// <summary>Oids of the relations that the statement names.</summary>
    public IReadOnlySet<uint> Dependencies => _dependencies;

    /// <summary>Oids of all relations the statement reads, also through views.</summary>
    public IReadOnlySet<uint> AllDependencies => _allDependencies;

    /// <summary>Relation names as found: what the stored text of a view writes instead.</summary>
    public Dictionary<SyntaxNode, RelationItem> ResolvedNames { get; } = new(ReferenceEqualityComparer.Instance);

    public bool HasParameters => _parameterTypes.Count > 0;

    public bool IsInView => _viewDepth > 0;

    public void AddDependency(uint oid)
    {
        _allDependencies.Add(oid);
        if (!IsInView)
        {
            _dependencies.Add(oid);
        }
    }

    /// <summary>Binds something with names fixed by qualification: a view's query, a column's default.</summary>
    public T WithFixedPath<T>(Func<T> bind)
    {
        RelationLookup relations = Relations;
        if (_viewDepth == ViewDepthMax)
        {
            throw new SqlException(SqlState.StatementTooComplex, "views are nested too deeply");
        }

        _viewDepth++;
        Relations = new RelationLookup(Context with { SearchPath = ["pg_catalog"] });
        try
        {
            return bind();
        }
        catch (SqlException e) when (e.Position != 0)
        {
            // The position is one in the stored text, not in the statement's.
            throw new SqlException(e.State, e.Message, e) { Detail = e.Detail, Hint = e.Hint };
        }
        finally
        {
            Relations = relations;
            _viewDepth--;
        }
    }

    /// <summary>
    /// 54001 when the plan is too large. Common tables and views that read each other twice at every level double the plan each
    /// time, so a short statement can mean 2^n nodes.
    /// </summary>
    public void CheckSize(LogicalNode node)
    {
        if (SizeOf(node) > PlanNodesMax)
        {
            throw new SqlException(SqlState.StatementTooComplex, "statement is too complex")
            {
                Detail = $"Its plan has more than {PlanNodesMax} nodes once common tables and views are expanded.",
            };
        }
    }

    /// <summary>Remembers where a column was named, for errors that are found later (grouping).</summary>
    public ColumnExpression Located(ColumnExpression column, int position)
    {
        _positions[column] = position;
        return column;
    }

    /// <summary>0-based position of a column reference, or -1.</summary>
    public int PositionOf(ColumnExpression column) => _positions.GetValueOrDefault(column, -1);

    public ScalarExpression Parameter(ParameterSyntax syntax)
    {
        if (syntax.Number is < 1 or > ParametersMax || IsInView)
        {
            throw BindError.At(SqlState.UndefinedParameter, syntax.Position, $"there is no parameter ${syntax.Number}");
        }

        while (_parameterTypes.Count < syntax.Number)
        {
            _parameterTypes.Add(null);
        }

        return new ParameterExpression(syntax.Number - 1, _parameterTypes[syntax.Number - 1] ?? SqlType.Unknown);
    }

    /// <summary>
    /// If <paramref name="expression"/> is a parameter of undecided type, or one to which the registry gave a type, that
    /// decides: later uses of the parameter have it.
    /// </summary>
    public ScalarExpression Decide(ScalarExpression expression, SqlType? type = null)
    {
        switch (expression)
        {
            case ParameterExpression parameter when parameter.Type == SqlType.Unknown:
                if (_parameterTypes[parameter.Index] is { } known)
                {
                    return new ParameterExpression(parameter.Index, known);
                }

                if (type is null || type.IsPseudo || type == SqlType.Unknown)
                {
                    return parameter;
                }

                _parameterTypes[parameter.Index] = type.WithoutModifier();
                return new ParameterExpression(parameter.Index, type.WithoutModifier());

            case ParameterExpression parameter when _parameterTypes[parameter.Index] is null:
                // The registry has given it the type that its place wants.
                _parameterTypes[parameter.Index] = parameter.Type;
                return parameter;

            case ParameterExpression parameter when !_parameterTypes[parameter.Index]!.SameAs(parameter.Type):
                throw new SqlException(SqlState.AmbiguousParameter, $"inconsistent types deduced for parameter ${parameter.Index + 1}")
                {
                    Detail = $"{_parameterTypes[parameter.Index]} versus {parameter.Type}",
                };

            case CastExpression { Operand: ParameterExpression operand } cast:
                ScalarExpression decided = Decide(operand);
                return ReferenceEquals(decided, operand) ? cast : cast with { Operand = decided };

            default:
                return expression;
        }
    }

    /// <summary>Decides parameters that the registry converted directly below <paramref name="expression"/>.</summary>
    public ScalarExpression DecideArguments(ScalarExpression expression)
    {
        if (_parameterTypes.Count == 0)
        {
            return expression;
        }

        expression = Decide(expression);
        if (expression.Children.Count == 0)
        {
            return expression;
        }

        ScalarExpression[] children = [.. expression.Children.Select(c => Decide(c))];
        return children.SequenceEqual(expression.Children, ReferenceEqualityComparer.Instance)
            ? expression
            : expression.WithChildren(children);
    }

    /// <summary>The last word on parameters: what nothing decided is text.</summary>
    public ScalarExpression Settle(ScalarExpression expression) => expression.Rewrite(e => Decide(e, SqlType.Text));

    /// <summary>Types of all parameters, once the plan is settled.</summary>
    public IReadOnlyList<SqlType> ParameterTypes => [.. _parameterTypes.Select(t => t ?? SqlType.Text)];

    private long SizeOf(LogicalNode node)
    {
        if (!_sizes.TryGetValue(node, out long size))
        {
            size = 1 + node.Inputs.Sum(SizeOf);
            _sizes.Add(node, size);
        }

        return size;
    }
}
