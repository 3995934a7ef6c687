using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Aggregates;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Rules;

namespace StreamDb.Planning.Binding;

/// <summary>Walks over scalar expressions and over all expressions of a plan.</summary>
internal static class ExpressionRewriting
{
    /// <summary>Bottom-up: each node, over rewritten children, is replaced by what <paramref name="rewrite"/> makes of it.</summary>
    public static ScalarExpression Rewrite(this ScalarExpression expression, Func<ScalarExpression, ScalarExpression> rewrite) =>
        RewriteDown(expression, _ => null, rewrite);

    /// <summary>
    /// Top-down: where <paramref name="replace"/> gives an expression, that stands and is not entered; elsewhere children are
    /// rewritten, then <paramref name="finish"/> has its say.
    /// </summary>
    public static ScalarExpression RewriteDown(
        this ScalarExpression expression,
        Func<ScalarExpression, ScalarExpression?> replace,
        Func<ScalarExpression, ScalarExpression>? finish = null)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        if (replace(expression) is { } replacement)
        {
            return replacement;
        }

        IReadOnlyList<ScalarExpression> children = expression.Children;
        ScalarExpression result = expression;
        if (children.Count > 0)
        {
            ScalarExpression[]? changed = null;
            for (int i = 0; i < children.Count; i++)
            {
                ScalarExpression child = RewriteDown(children[i], replace, finish);
                if (!ReferenceEquals(child, children[i]))
                {
                    changed ??= [.. children];
                    changed[i] = child;
                }
            }

            result = changed is null ? expression : expression.WithChildren(changed);
        }

        return finish is null ? result : finish(result);
    }

    public static bool Any(this ScalarExpression expression, Func<ScalarExpression, bool> predicate)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return predicate(expression) || expression.Children.Any(c => c.Any(predicate));
    }

    /// <summary>The same expression for a row in which the old one starts at column <paramref name="offset"/>.</summary>
    public static ScalarExpression Shift(this ScalarExpression expression, int offset) => offset == 0
        ? expression
        : expression.Rewrite(e => e is ColumnExpression c ? c with { Index = c.Index + offset } : e);

    /// <summary>The expression as seen <paramref name="levels"/> applies further in: its columns become outer columns.</summary>
    public static ScalarExpression ToOuter(this ScalarExpression expression, int levels = 1) => levels == 0
        ? expression
        : expression.Rewrite(e => e switch
        {
            ColumnExpression c => new OuterColumnExpression(levels, c.Index, c.Type, c.Nullable),
            OuterColumnExpression o => o with { Depth = o.Depth + levels },
            _ => e,
        });

    /// <summary>
    /// The plan with every expression rewritten; <paramref name="rewrite"/> is told how many applies stand between the
    /// expression and the outside of <paramref name="node"/> (0 at the top).
    /// </summary>
    /// <remarks>A node that several others read is rewritten once, and stays one: copied for each, subqueries in subqueries would grow beyond all bounds.</remarks>
    public static LogicalNode RewriteExpressions(this LogicalNode node, Func<ScalarExpression, int, ScalarExpression> rewrite) =>
        Rewrite(node, rewrite, 0, []);

    private static LogicalNode Rewrite(
        LogicalNode node, Func<ScalarExpression, int, ScalarExpression> rewrite, int depth, Dictionary<NodeAtDepth, LogicalNode> done)
    {
        var place = new NodeAtDepth(node, depth);
        if (!done.TryGetValue(place, out LogicalNode? result))
        {
            RuntimeHelpers.EnsureSufficientExecutionStack();
            int at = 0;
            LogicalNode over = LogicalRewriter.RewriteInputs(
                node, input => Rewrite(input, rewrite, depth + (at++ == 1 && node is LogicalApply ? 1 : 0), done));
            result = RewriteOwn(over, rewrite, depth);
            done.Add(place, result);
        }

        return result;
    }

    private static LogicalNode RewriteOwn(LogicalNode node, Func<ScalarExpression, int, ScalarExpression> rewrite, int depth)
    {
        return node switch
        {
            LogicalFilter n when Map(n.Predicate) is var p && !ReferenceEquals(p, n.Predicate) => n with { Predicate = p },
            LogicalProject n when MapAll(n.Expressions) is { } e => new LogicalProject(n.Input, e, n.Names),
            LogicalJoin n when Map(n.Condition) is var c && !ReferenceEquals(c, n.Condition) => new LogicalJoin(n.Kind, n.Left, n.Right, c),
            LogicalApply n when Map(n.Condition) is var c && !ReferenceEquals(c, n.Condition) =>
                new LogicalApply(n.Kind, n.Left, n.Right, c, n.IsScalar),
            LogicalAggregate n => MapAggregate(n),
            LogicalValues n => MapValues(n),
            LogicalTableFunction n when MapAll(n.Arguments) is { } a =>
                new LogicalTableFunction(n.Input, n.Function, a, n.FunctionColumns, n.WithOrdinality),
            LogicalWindow n => MapWindow(n),
            LogicalTopN { LimitExpression: not null } or LogicalTopN { OffsetExpression: not null } => MapTopN((LogicalTopN)node),
            _ => node,
        };

        ScalarExpression Map(ScalarExpression expression) => rewrite(expression, depth);

        ImmutableArray<ScalarExpression>? MapAll(ImmutableArray<ScalarExpression> list)
        {
            ScalarExpression[]? changed = null;
            for (int i = 0; i < list.Length; i++)
            {
                ScalarExpression mapped = Map(list[i]);
                if (!ReferenceEquals(mapped, list[i]))
                {
                    changed ??= [.. list];
                    changed[i] = mapped;
                }
            }

            return changed is null ? null : [.. changed];
        }

        LogicalNode MapAggregate(LogicalAggregate n)
        {
            bool same = true;
            ImmutableArray<ScalarExpression>? keys = MapAll(n.Keys);
            AggregateCall[] calls = [.. n.Aggregates.Select(a =>
            {
                AggregateCall mapped = a.Map(Map);
                same &= ReferenceEquals(mapped, a);
                return mapped;
            })];
            return keys is null && same ? n : new LogicalAggregate(n.Input, keys ?? n.Keys, [.. calls], n.Names);
        }

        LogicalNode MapValues(LogicalValues n)
        {
            bool same = true;
            ImmutableArray<ScalarExpression>[] rows = [.. n.Rows.Select(row =>
            {
                if (MapAll(row) is { } mapped)
                {
                    same = false;
                    return mapped;
                }

                return row;
            })];
            return same ? n : new LogicalValues(
                [.. rows],
                [.. n.Fields.Select((f, i) => rows.Length == 0 ? f : new Field(f.Name, rows[0][i].Type, rows.Any(r => r[i].IsNullable)))]);
        }

        LogicalNode MapWindow(LogicalWindow n)
        {
            bool same = true;
            WindowCall[] calls = [.. n.Calls.Select(call =>
            {
                ImmutableArray<ScalarExpression>? arguments = MapAll(call.Arguments);
                AggregateCall? aggregate = call.Aggregate?.Map(Map);
                WindowFrame? frame = call.Frame?.Map(Map);
                if (arguments is null && ReferenceEquals(aggregate, call.Aggregate) && ReferenceEquals(frame, call.Frame))
                {
                    return call;
                }

                same = false;
                return call with { Arguments = arguments ?? call.Arguments, Aggregate = aggregate, Frame = frame };
            })];
            return same ? n : new LogicalWindow(n.Input, [.. calls], n.Names);
        }

        LogicalNode MapTopN(LogicalTopN n) => n with
        {
            LimitExpression = n.LimitExpression is null ? null : Map(n.LimitExpression),
            OffsetExpression = n.OffsetExpression is null ? null : Map(n.OffsetExpression),
        };
    }

    /// <summary>The call with each of its expressions mapped; the same object when none changed.</summary>
    public static AggregateCall Map(
        this AggregateCall call, Func<ScalarExpression, ScalarExpression> map)
    {
        bool same = true;
        AggregateCall mapped = call with
        {
            Arguments = [.. call.Arguments.Select(Track)],
            OrderBy = [.. call.OrderBy.Select(o => o with { Expression = Track(o.Expression) })],
            Filter = call.Filter is null ? null : Track(call.Filter),
            DirectArguments = [.. call.DirectArguments.Select(Track)],
        };
        return same ? call : mapped;

        ScalarExpression Track(ScalarExpression expression)
        {
            ScalarExpression result = map(expression);
            same &= ReferenceEquals(result, expression);
            return result;
        }
    }

    /// <summary>The plan as seen <paramref name="levels"/> applies further in (or out, when negative).</summary>
    public static LogicalNode ShiftOuter(this LogicalNode node, int levels) => levels == 0
        ? node
        : node.RewriteExpressions((expression, depth) => expression.Rewrite(e =>
            e is OuterColumnExpression o && o.Depth > depth ? o with { Depth = o.Depth + levels } : e));

    /// <summary>Whether the plan refers to a column of the row <paramref name="level"/> applies out (1: the nearest).</summary>
    public static bool RefersTo(this LogicalNode node, int level)
    {
        bool found = false;
        node.RewriteExpressions((expression, depth) =>
        {
            found |= expression.Any(e => e is OuterColumnExpression o && o.Depth == depth + level);
            return expression;
        });
        return found;
    }
}
