using System.Collections.Immutable;
using StreamDb.Core.Errors;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>The aggregates, window calls and set-returning functions of one SELECT, in the order found, each once.</summary>
internal sealed class SelectCollector(SyntaxList<NamedWindowSyntax> windows)
{
    private readonly Dictionary<AggregateCall, int> _aggregates = [];

    public bool AllowsAggregates { get; set; } = true;

    public bool AllowsWindows { get; set; } = true;

    public bool AllowsSetReturning { get; set; } = true;

    public List<AggregateCall> Aggregates { get; } = [];

    public List<BoundWindow> Windows { get; } = [];

    public List<BoundTableFunction> SetReturning { get; } = [];

    /// <summary>Arguments of each call of grouping().</summary>
    public List<(ImmutableArray<ScalarExpression> Arguments, int Position)> Groupings { get; } = [];

    public int Add(AggregateCall call)
    {
        if (!_aggregates.TryGetValue(call, out int index))
        {
            index = Aggregates.Count;
            Aggregates.Add(call);
            _aggregates.Add(call, index);
        }

        return index;
    }

    public int Add(BoundWindow window)
    {
        int known = Windows.FindIndex(window.SameAs);
        if (known >= 0)
        {
            return known;
        }

        Windows.Add(window);
        return Windows.Count - 1;
    }

    public int Add(BoundTableFunction function)
    {
        SetReturning.Add(function);
        return SetReturning.Count - 1;
    }

    public int AddGrouping(ImmutableArray<ScalarExpression> arguments, int position)
    {
        Groupings.Add((arguments, position));
        return Groupings.Count - 1;
    }

    /// <summary>The specification that OVER means, with the window it is based on merged in; 42704, 42P20.</summary>
    public WindowSpecificationSyntax Window(WindowSyntax over)
    {
        if (over is WindowReferenceSyntax reference)
        {
            return Merge(Named(reference.Name, reference.Position));
        }

        return Merge((WindowSpecificationSyntax)over);
    }

    private WindowSpecificationSyntax Named(string name, int position) =>
        windows.FirstOrDefault(w => w.Name == name)?.Window
        ?? throw BindError.At(SqlState.UndefinedObject, position, $"window \"{name}\" does not exist");

    private WindowSpecificationSyntax Merge(WindowSpecificationSyntax window)
    {
        if (window.BaseName is not { } baseName)
        {
            return window;
        }

        WindowSpecificationSyntax original = Merge(Named(baseName, window.Position));
        if (!window.PartitionBy.IsEmpty)
        {
            throw BindError.At(SqlState.WindowingError, window.Position, $"cannot override PARTITION BY clause of window \"{baseName}\"");
        }

        if (!window.OrderBy.IsEmpty && !original.OrderBy.IsEmpty)
        {
            throw BindError.At(SqlState.WindowingError, window.Position, $"cannot override ORDER BY clause of window \"{baseName}\"");
        }

        return original.Frame is not null
            ? throw BindError.At(SqlState.WindowingError, window.Position, $"cannot copy window \"{baseName}\" because it has a frame clause")
            : window with
            {
                BaseName = null,
                PartitionBy = original.PartitionBy,
                OrderBy = window.OrderBy.IsEmpty ? original.OrderBy : window.OrderBy,
            };
    }
}
