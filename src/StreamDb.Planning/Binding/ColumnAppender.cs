using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;

namespace StreamDb.Planning.Binding;

/// <summary>Makes expressions into columns: plain columns as they are, others projected behind the row.</summary>
internal sealed class ColumnAppender(LogicalNode node)
{
    private readonly List<ScalarExpression> _appended = [];
    private LogicalNode _node = node;

    /// <summary>The expression without subqueries, over the row so far.</summary>
    public ScalarExpression Planted(ScalarExpression expression) => SubqueryPlanting.Plant(ref _node, expression);

    /// <summary>An index that stands for the expression until <see cref="Finish"/>; appended columns count from -1 downwards.</summary>
    public int Column(ScalarExpression expression)
    {
        expression = Planted(expression);
        if (expression is ColumnExpression column)
        {
            return column.Index;
        }

        int known = _appended.IndexOf(expression);
        if (known < 0)
        {
            known = _appended.Count;
            _appended.Add(expression);
        }

        return -1 - known;
    }

    /// <summary>The rows with the appended columns.</summary>
    public LogicalNode Finish() => _appended.Count == 0
        ? _node
        : new LogicalProject(
            _node,
            [.. _node.Columns.Select((c, i) => new ColumnExpression(i, c.Type, c.IsNullable)), .. _appended],
            [.. _node.Columns.Select(c => c.Name), .. _appended.Select((_, i) => $"key{i + 1}")]);

    /// <summary>The final index of what <see cref="Column"/> returned.</summary>
    public int Resolve(int column) => column >= 0 ? column : _node.Columns.Length - 1 - column;
}

/// <summary>Columns of a projection: the visible ones, then others as needed, each expression once.</summary>
internal sealed class ColumnList
{
    public ColumnList(IEnumerable<(ScalarExpression Expression, string Name)> columns)
    {
        foreach ((ScalarExpression expression, string name) in columns)
        {
            Expressions.Add(expression);
            Names.Add(name);
        }
    }

    public List<ScalarExpression> Expressions { get; } = [];

    public List<string> Names { get; } = [];

    public int Add(ScalarExpression expression, string name)
    {
        int known = Expressions.IndexOf(expression);
        if (known >= 0)
        {
            return known;
        }

        Expressions.Add(expression);
        Names.Add(name);
        return Expressions.Count - 1;
    }
}
