using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Planning.Logical;
using StreamDb.Planning.Rules;

namespace StreamDb.Planning.Physical;

/// <summary>Plans inner joins of three and more relations so that nothing is kept for them, where indexes of all relations are there.</summary>
/// <remarks>
/// A tree of joins of two keeps the rows of every join but the last. Whoever has made SQL indexes of the relations by the columns
/// that join them has all that is needed: a change of one relation finds its rows in the index of the next, and so on. Each
/// relation's changes need a way through all others (<see cref="PlanPath"/>); where one has none, there is no delta join.
/// <para>Not where anything but a filter or a choice of columns stands between a relation and the join; nor over conditions that
/// follow the time or are volatile; nor for a relation that occurs three times, whose changes could not be put in an order.
/// Conditions that can fail are asked of whole rows only: asked on the way, a row's error would count once for each way.</para>
/// </remarks>
internal sealed class DeltaJoins
{
    private const int RelationsMin = 3;
    private const int OccurrencesMax = 2;

    private readonly JoinIndexes _indexes;
    private readonly Func<LogicalNode, bool> _hasOtherReaders;
    private readonly List<LogicalGet> _relations = [];
    private readonly List<int> _relationOf = [];
    private readonly List<int> _starts = [];
    private readonly List<ScalarExpression> _conjuncts = [];

    /// <summary>Of different columns: that one equals itself says that it is not NULL, which is a condition as any other.</summary>
    private readonly List<(int First, int Second, ScalarExpression Conjunct)> _equalities = [];

    private DeltaJoins(JoinIndexes indexes, Func<LogicalNode, bool> hasOtherReaders)
    {
        _indexes = indexes;
        _hasOtherReaders = hasOtherReaders;
    }

    /// <summary>The join; null where it cannot be had.</summary>
    /// <param name="hasOtherReaders">Whether a node is read by others, too: it is computed once for all, then.</param>
    /// <param name="columns">The columns of <paramref name="root"/> over the columns of the join.</param>
    /// <param name="condition">What is to be asked of the join's rows; TRUE: nothing.</param>
    public static PhysicalDeltaJoin? Plan(
        LogicalJoin root, JoinIndexes indexes, Func<LogicalNode, bool> hasOtherReaders, out ImmutableArray<int> columns, out ScalarExpression condition)
    {
        var plan = new DeltaJoins(indexes, hasOtherReaders);
        columns = [];
        condition = LiteralExpression.True;
        return plan.Flatten(root, isShared: false) is { } wanted ? plan.Plan(wanted, out columns, out condition) : null;
    }

    /// <summary>Whether the join is planned so.</summary>
    public static bool IsOne(LogicalJoin root, JoinIndexes indexes, Func<LogicalNode, bool> hasOtherReaders) =>
        !indexes.Entries.IsEmpty && root.Kind == JoinKind.Inner && Plan(root, indexes, hasOtherReaders, out _, out _) is not null;

    private PhysicalDeltaJoin? Plan(ImmutableArray<ScalarExpression> wanted, out ImmutableArray<int> columns, out ScalarExpression condition)
    {
        columns = [];
        condition = LiteralExpression.True;
        if (_relations.Count < RelationsMin || _relations.GroupBy(get => get.Relation.Oid).Any(same => same.Count() > OccurrencesMax))
        {
            return null;
        }

        ScalarExpression[] late = [.. _conjuncts.Where(conjunct => !EqualColumns.CannotFail(conjunct))];
        _conjuncts.RemoveAll(conjunct => late.Contains(conjunct));
        int[] outputs = [.. wanted.Concat(late).SelectMany(LogicalExpressions.ColumnsOf).Distinct().Order()];
        var paths = ImmutableArray.CreateBuilder<DeltaPath>(_relations.Count);
        int fillPath = 0;
        int uniqueMost = -1;
        for (int i = 0; i < _relations.Count; i++)
        {
            if (PlanPath(i, outputs, out int uniqueCount) is not { } path)
            {
                return null;
            }

            paths.Add(path);
            if (uniqueCount > uniqueMost)
            {
                (fillPath, uniqueMost) = (i, uniqueCount);
            }
        }

        columns = [.. wanted.Select(e => Array.IndexOf(outputs, ((ColumnExpression)e).Index))];
        condition = LogicalExpression.And(late.Select(e => LogicalExpressions.RemapColumns(e, c => Array.IndexOf(outputs, c))));
        return new PhysicalDeltaJoin(
            [.. _relations.Select(get => new PhysicalGet(get.Relation, null))], paths.MoveToImmutable(), fillPath, [.. outputs.Select(FieldOf)]);
    }

    /// <summary>Collects what is joined; null where something else stands between.</summary>
    /// <param name="isShared">Whether something else reads it, too, or what is above it: a join that others have is not taken apart.</param>
    /// <returns>The node's columns over those of all relations, one relation after the other.</returns>
    private ImmutableArray<ScalarExpression>? Flatten(LogicalNode node, bool isShared)
    {
        switch (node)
        {
            case LogicalGet get:
                _starts.Add(_relationOf.Count);
                _relationOf.AddRange(Enumerable.Repeat(_relations.Count, get.Columns.Length));
                _relations.Add(get);
                return [.. LogicalExpressions.AllColumns(get, _starts[^1])];
            case LogicalJoin { Kind: JoinKind.Inner } join when !isShared:
                return Below(join.Left) is { } left && Below(join.Right) is { } right
                    && AddConjuncts(join.Condition, [.. left, .. right]) ? [.. left, .. right] : null;
            case LogicalFilter filter:
                return Below(filter.Input) is { } input && AddConjuncts(filter.Predicate, input) ? input : null;
            case LogicalProject project when project.Expressions.All(e => e is ColumnExpression):
                return Below(project.Input) is { } all ? [.. project.Expressions.Select(e => all[((ColumnExpression)e).Index])] : null;
            default:
                return null;
        }

        ImmutableArray<ScalarExpression>? Below(LogicalNode input) => Flatten(input, isShared || _hasOtherReaders(input));
    }

    private bool AddConjuncts(ScalarExpression condition, ImmutableArray<ScalarExpression> columns)
    {
        foreach (ScalarExpression conjunct in LogicalExpressions.Conjuncts(LogicalExpressions.Substitute(condition, columns)))
        {
            if (LogicalExpressions.IsVolatile(conjunct) || TemporalBound.UsesNow(conjunct) || TemporalBound.UsesOtherTime(conjunct))
            {
                return false;
            }

            if (EquiKeys.IsEquality(conjunct, out ScalarExpression? a, out ScalarExpression? b, out bool nullsMatch) && !nullsMatch
                && OrderKeys.Of(a) is ColumnExpression first && OrderKeys.Of(b) is ColumnExpression second && first.Index != second.Index)
            {
                _equalities.Add((first.Index, second.Index, conjunct));
            }
            else
            {
                _conjuncts.Add(conjunct);
            }
        }

        return true;
    }

    /// <summary>The way of a relation's changes through all others: next is always one that an index leads to from what is known, if possible to one row.</summary>
    /// <param name="uniqueCount">How many of the lookups find one row at most.</param>
    private DeltaPath? PlanPath(int start, int[] outputs, out int uniqueCount)
    {
        uniqueCount = 0;
        var all = new EqualityClasses(_relationOf.Count);
        foreach ((int first, int second, _) in _equalities)
        {
            all.Join(first, second);
        }

        // Each lookup makes its columns equal; equalities that do not follow from those are asked as soon as they can be.
        var ensured = new EqualityClasses(_relationOf.Count);
        var known = new HashSet<int> { start };
        var open = new List<ScalarExpression>(_conjuncts);
        var links = new List<(int Relation, ImmutableArray<int> Probes, ImmutableArray<int> Keys)>();
        var conditions = new List<ScalarExpression> { TakeConditions() };
        while (known.Count < _relations.Count)
        {
            if (NextLink() is not { } link)
            {
                return null;
            }

            uniqueCount += link.IsUnique ? 1 : 0;
            links.Add((link.Relation, link.Probes, link.Keys));
            known.Add(link.Relation);
            for (int i = 0; i < link.Keys.Length; i++)
            {
                ensured.Join(link.Probes[i], _starts[link.Relation] + link.Keys[i]);
            }

            conditions.Add(TakeConditions());
        }

        return Assemble(start, links, conditions, outputs);

        (int Relation, ImmutableArray<int> Probes, ImmutableArray<int> Keys, bool IsUnique)? NextLink()
        {
            (int Relation, ImmutableArray<int> Probes, ImmutableArray<int> Keys, bool IsUnique)? best = null;
            for (int relation = 0; relation < _relations.Count; relation++)
            {
                if (known.Contains(relation))
                {
                    continue;
                }

                foreach (ImmutableArray<int> keys in _indexes.KeysOf(_relations[relation].Relation.Id))
                {
                    ImmutableArray<int> probes = [.. keys.Select(key => Equal(_starts[relation] + key))];
                    bool isUnique = UniqueKeys.Covers(_relations[relation], keys);
                    if (!probes.Contains(-1) && (best is not { } known || (isUnique, keys.Length).CompareTo((known.IsUnique, known.Keys.Length)) > 0))
                    {
                        best = (relation, probes, keys, isUnique);
                    }
                }
            }

            return best;
        }

        // A known column that the conditions make equal to this one.
        int Equal(int column)
        {
            for (int other = 0; other < _relationOf.Count; other++)
            {
                if (known.Contains(_relationOf[other]) && all.AreEqual(other, column))
                {
                    return other;
                }
            }

            return -1;
        }

        ScalarExpression TakeConditions()
        {
            List<ScalarExpression> ready = [.. open.Where(conjunct => LogicalExpressions.ColumnsOf(conjunct).All(c => known.Contains(_relationOf[c])))];
            open.RemoveAll(ready.Contains);
            foreach ((int first, int second, ScalarExpression conjunct) in _equalities)
            {
                if (known.Contains(_relationOf[first]) && known.Contains(_relationOf[second]) && !ensured.AreEqual(first, second))
                {
                    ensured.Join(first, second);
                    ready.Add(conjunct);
                }
            }

            return LogicalExpression.And(ready);
        }
    }

    /// <summary>Puts columns in their places: of each row so far those that are still needed.</summary>
    private DeltaPath Assemble(
        int start, List<(int Relation, ImmutableArray<int> Probes, ImmutableArray<int> Keys)> links, List<ScalarExpression> conditions, int[] outputs)
    {
        // needed[i]: after i lookups.
        var needed = new HashSet<int>[links.Count + 1];
        needed[links.Count] = [.. outputs];
        for (int i = links.Count; i > 0; i--)
        {
            needed[i - 1] = [.. needed[i], .. links[i - 1].Probes, .. LogicalExpressions.ColumnsOf(conditions[i])];
        }

        List<int> rows = [.. ColumnsOf(start)];
        DeltaMap first = MapTo(0);
        var steps = ImmutableArray.CreateBuilder<DeltaStep>(links.Count);
        for (int i = 0; i < links.Count; i++)
        {
            (int relation, ImmutableArray<int> probes, ImmutableArray<int> keys) = links[i];
            ImmutableArray<int> places = [.. probes.Select(column => rows.IndexOf(column))];
            rows.AddRange(ColumnsOf(relation));
            steps.Add(new DeltaStep(relation, places, keys, MapTo(i + 1)));
        }

        return new DeltaPath(first, steps.MoveToImmutable());

        DeltaMap MapTo(int step)
        {
            ScalarExpression? predicate = LogicalExpressions.IsTrue(conditions[step])
                ? null
                : LogicalExpressions.Rewrite(conditions[step], e => e is ColumnExpression c ? Column(c.Index, rows.IndexOf(c.Index)) : e);
            int[] kept = [.. rows.Where(needed[step].Contains).Order()];
            ImmutableArray<int> places = [.. kept.Select(column => rows.IndexOf(column))];
            rows = [.. kept];
            return new DeltaMap(predicate, places, [.. kept.Select(FieldOf)]);
        }
    }

    private IEnumerable<int> ColumnsOf(int relation) => Enumerable.Range(_starts[relation], _relations[relation].Columns.Length);

    // As the relation has it: what the plan said before may know less, or more, of NULL.
    private Field FieldOf(int column) => _relations[_relationOf[column]].Relation.Columns[column - _starts[_relationOf[column]]].Field;

    private ColumnExpression Column(int column, int place)
    {
        Field field = FieldOf(column);
        return new ColumnExpression(place, field.Type, field.IsNullable);
    }

    /// <summary>Which columns are equal to which (union-find).</summary>
    private sealed class EqualityClasses(int columns)
    {
        private readonly int[] _parents = [.. Enumerable.Range(0, columns)];

        public void Join(int first, int second) => _parents[Root(first)] = Root(second);

        public bool AreEqual(int first, int second) => Root(first) == Root(second);

        private int Root(int column)
        {
            while (_parents[column] != column)
            {
                column = _parents[column];
            }

            return column;
        }
    }
}
