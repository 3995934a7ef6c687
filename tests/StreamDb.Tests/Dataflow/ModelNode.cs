using System.Collections.Immutable;
using System.Text;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.Tests.Dataflow.Operators.Windows;

namespace StreamDb.Tests.Dataflow;

/// <summary>One vertex of a random graph: how the engine builds it, and its value computed from scratch.</summary>
internal sealed class ModelNode(
    string text,
    IReadOnlyList<ColumnShape> shape,
    Func<DataflowBuilder, Dictionary<ModelNode, Node>, Node> build,
    Func<ModelState, Multiset> evaluate)
{
    public string Text { get; } = text;

    public IReadOnlyList<ColumnShape> Shape { get; } = shape;

    public Node Build(DataflowBuilder builder, Dictionary<ModelNode, Node> built)
    {
        if (!built.TryGetValue(this, out Node? node))
        {
            node = build(builder, built);
            built[this] = node;
        }

        return node;
    }

    public Multiset Evaluate(ModelState state)
    {
        if (!state.Values.TryGetValue(this, out Multiset? value))
        {
            value = evaluate(state);
            state.Values[this] = value;
        }

        return value;
    }
}

/// <summary>Base relations at one epoch, and what was computed from them.</summary>
internal sealed class ModelState(IReadOnlyDictionary<RelationId, Multiset> relations, long now)
{
    public IReadOnlyDictionary<RelationId, Multiset> Relations { get; } = relations;

    public long Now { get; } = now;

    public Dictionary<ModelNode, Multiset> Values { get; } = [];

    /// <summary>What the variables of the recursive scopes being computed are in the present iteration.</summary>
    public Dictionary<ModelNode, Multiset> Variables { get; init; } = [];
}

/// <summary>Random graphs of every operator over two or three base relations with small domains.</summary>
internal sealed class ModelGenerator(Random random)
{
    public static readonly IReadOnlyList<ColumnShape> BaseShape =
    [
        new ColumnShape(PhysicalType.Int64, true), new ColumnShape(PhysicalType.Int64, false), new ColumnShape(PhysicalType.Bytes, true),
    ];

    private static readonly ColumnShape[] _three =
    [
        new ColumnShape(PhysicalType.Int64, true), new ColumnShape(PhysicalType.Int64, true), new ColumnShape(PhysicalType.Bytes, true),
    ];

    private static readonly string?[] _texts = ["", "a", "b\0", "b\0c", "a longer text than eight bytes", null];

    public ImmutableArray<Datum> Row() =>
    [
        random.Next(8) == 0 ? Datum.Null : new Datum((long)random.Next(5)),
        new Datum((long)random.Next(4)),
        _texts[random.Next(_texts.Length)] is { } text ? Datum.Text(text) : Datum.Null,
    ];

    public static ModelNode Relation(RelationId id, IReadOnlyList<ColumnShape> shape) => new(
        $"r{id}", shape, (builder, _) => builder.Relation(id, shape), state => state.Relations[id]);

    /// <summary>A node over some of the given ones.</summary>
    public ModelNode Next(IReadOnlyList<ModelNode> nodes, bool isRecursive = false)
    {
        ModelNode input = nodes[random.Next(nodes.Count)];
        ModelNode other = nodes[random.Next(nodes.Count)];
        switch (random.Next(10))
        {
            case 7 when isRecursive: return Union(Three(input), Three(other));
            case 0: return Map(input);
            case 1 or 2: return Project(Join(input, other));
            case 3 or 4: return Project(Reduce(input));
            case 5: return Threshold(input, other);
            case 6: return TopN(input);
            case 7: return Temporal(input);
            case 8: return Project(Window(input));
            default: return Union(Three(input), Three(other));
        }
    }

    /// <summary>A binding of a recursive scope over some of the given nodes: one to three bodies, evaluated a few times or until nothing changes.</summary>
    public ModelNode Recursive(IReadOnlyList<ModelNode> nodes)
    {
        int count = random.Next(1, 4);
        ModelNode[] variables = new ModelNode[count];
        for (int i = 0; i < count; i++)
        {
            ModelNode? self = null;
            self = new ModelNode($"x{i}", _three, (builder, _) => builder.Variable(_three), state => state.Variables[self!]);
            variables[i] = self;
        }

        var bodies = new List<ModelNode>();
        bool mayGrow = false;
        for (int i = 0; i < count; i++)
        {
            // Earlier bodies are read as they are in this iteration, or as they were in the one before.
            var local = new List<ModelNode>([.. nodes, .. variables, variables[i], .. bodies]);
            ModelNode body = variables[random.Next(count)];
            for (int step = random.Next(1, 5); step > 0; step--)
            {
                body = Next([body, .. local], isRecursive: true);
                local.Add(body);
            }

            if (random.Next(2) == 0)
            {
                body = Union(Three(nodes[random.Next(nodes.Count)]), Three(body));
            }

            bool grows = random.Next(4) == 0;
            mayGrow |= grows;
            bodies.Add(grows ? Three(body) : random.Next(3) == 0 ? Extreme(Three(body)) : Distinct(Three(body)));
        }

        int iterations = mayGrow ? random.Next(1, 4) : random.Next(1, 12);
        int output = random.Next(count);
        var limit = new RecursionLimit(iterations, Returns: true);
        return new ModelNode(
            $"recursive {iterations} x{output}:\n{string.Join('\n', bodies.Select((body, i) => $"  x{i} = {body.Text}"))}\n",
            _three,
            (builder, built) => builder.Recursive(
                [.. variables.Select((variable, i) => new RecursiveBinding(variable.Build(builder, built), bodies[i].Build(builder, built)))],
                limit)[output],
            Evaluate);

        Multiset Evaluate(ModelState state)
        {
            Multiset[] values = [.. variables.Select(_ => new Multiset())];
            for (int i = 0; i < iterations; i++)
            {
                var inside = new ModelState(state.Relations, state.Now)
                {
                    Variables = Enumerable.Range(0, count).ToDictionary(v => variables[v], v => values[v]),
                };
                Multiset[] before = values;
                values = [.. bodies.Select(body => body.Evaluate(inside))];

                // The bodies see nothing but the variables change: what comes out again will come out for ever.
                if (values.Zip(before).All(pair => pair.First.ToString() == pair.Second.ToString()))
                {
                    break;
                }
            }

            return values[output];
        }
    }

    /// <summary>The least or greatest number for each pair of the other two columns.</summary>
    private ModelNode Extreme(ModelNode input)
    {
        bool isMax = random.Next(2) == 0;
        var spec = new ReduceSpec
        {
            Keys = [0, 2],
            Aggregates = [new ExtremeAggregate { Column = 1, IsMax = isMax, Output = new ColumnShape(PhysicalType.Int64, true) }],
        };
        return new ModelNode(
            $"{(isMax ? "max" : "min")}({input.Text})",
            _three,
            (builder, built) => builder.Map(
                builder.Reduce(input.Build(builder, built), spec), new TestTransform(_three, _ => true, row => [row[0], row[2], row[1]]) { Name = "extreme" }),
            state => Collect(input.Evaluate(state).Rows
                .GroupBy(row => $"{row.Row[0].IsNull}{row.Row[0]}|{row.Row[2].IsNull}{Multiset.Text([row.Row[2]])}")
                .Select(group =>
                {
                    List<Datum> values = [.. group.Select(row => row.Row[1]).Where(value => !value.IsNull)];
                    values.Sort(Multiset.Compare);
                    Datum value = values.Count == 0 ? Datum.Null : isMax ? values[^1] : values[0];
                    return (ImmutableArray.Create(group.First().Row[0], value, group.First().Row[2]), 1L);
                })));
    }

    private static ModelNode Distinct(ModelNode input) => new(
        $"distinct({input.Text})",
        input.Shape,
        (builder, built) => builder.Distinct(input.Build(builder, built)),
        state => Collect(input.Evaluate(state).Rows.Select(row => (row.Row, 1L))));

    private static List<int> ColumnsOf(IReadOnlyList<ColumnShape> shape, PhysicalType type) =>
        Enumerable.Range(0, shape.Count).Where(column => shape[column].Type == type).ToList();

    private ModelNode Map(ModelNode input)
    {
        int column = random.Next(input.Shape.Count);
        bool keepsNull = random.Next(2) == 0;
        int modulus = random.Next(2, 4);
        bool Keeps(ImmutableArray<Datum> row) => row[column].IsNull ? keepsNull : Math.Abs(StableHash(row[column])) % modulus != 0;
        return new ModelNode(
            $"filter({input.Text}, {column})",
            input.Shape,
            (builder, built) => builder.Map(input.Build(builder, built), new TestTransform(input.Shape, Keeps, row => row) { Name = $"filter {column} {keepsNull} {modulus}" }),
            state => Collect(input.Evaluate(state).Rows.Where(row => Keeps(row.Row))));
    }

    /// <summary>Three columns at most, so that graphs do not grow wide.</summary>
    private ModelNode Project(ModelNode input)
    {
        int[] columns = Enumerable.Range(0, input.Shape.Count).OrderBy(_ => random.Next()).Take(3).ToArray();
        IReadOnlyList<ColumnShape> shape = columns.Select(column => input.Shape[column]).ToArray();
        ImmutableArray<Datum> Apply(ImmutableArray<Datum> row) => [.. columns.Select(column => row[column])];
        return new ModelNode(
            $"project({input.Text}, [{string.Join(',', columns)}])",
            shape,
            (builder, built) => builder.Map(input.Build(builder, built), new TestTransform(shape, _ => true, Apply) { Name = $"project {string.Join(',', columns)}" }),
            state => Collect(input.Evaluate(state).Rows.Select(row => (Apply(row.Row), row.Weight))));
    }

    /// <summary>The same columns as the base relations have, for set operations.</summary>
    private static ModelNode Three(ModelNode input)
    {
        List<int> numbers = ColumnsOf(input.Shape, PhysicalType.Int64);
        List<int> texts = ColumnsOf(input.Shape, PhysicalType.Bytes);
        ColumnShape[] shape = _three;
        ImmutableArray<Datum> Apply(ImmutableArray<Datum> row) =>
        [
            numbers.Count > 0 ? row[numbers[0]] : Datum.Null,
            numbers.Count > 1 ? row[numbers[1]] : Datum.Null,
            texts.Count > 0 ? row[texts[0]] : Datum.Null,
        ];
        return new ModelNode(
            $"three({input.Text})",
            shape,
            (builder, built) => builder.Map(input.Build(builder, built), new TestTransform(shape, _ => true, Apply) { Name = "three" }),
            state => Collect(input.Evaluate(state).Rows.Select(row => (Apply(row.Row), row.Weight))));
    }

    private ModelNode Window(ModelNode input)
    {
        ModelNode three = Three(input);
        ImmutableArray<Datum> Apply(ImmutableArray<Datum> row)
        {
            Datum Plus(long by) => row[1].IsNull ? Datum.Null : new Datum((long)row[1].Value! + by);
            return [row[0], row[1], row[0], row[2], Plus(-2), Plus(3), new Datum(2)];
        }

        WindowSpec spec = WindowModel.RandomSpec(random);
        return new ModelNode(
            $"window({three.Text}, {WindowModel.Describe(spec)})",
            [.. WindowModel.Shape, .. spec.Functions.Select(function => function.Output)],
            (builder, built) => builder.Window(
                builder.Map(three.Build(builder, built), new TestTransform(WindowModel.Shape, _ => true, Apply) { Name = "window" }), spec),
            state => WindowModel.Evaluate(spec, Collect(three.Evaluate(state).Rows.Select(row => (Apply(row.Row), row.Weight)))));
    }

    private ModelNode Union(ModelNode left, ModelNode right) => new(
        $"union({left.Text}, {right.Text})",
        left.Shape,
        (builder, built) => builder.Union([left.Build(builder, built), right.Build(builder, built)]),
        state => Collect(left.Evaluate(state).Rows.Concat(right.Evaluate(state).Rows)));

    private ModelNode Join(ModelNode left, ModelNode right)
    {
        var leftKeys = new List<int>();
        var rightKeys = new List<int>();
        for (int i = random.Next(20) == 0 ? 0 : random.Next(1, 3); i > 0; i--)
        {
            int column = random.Next(left.Shape.Count);
            List<int> matching = ColumnsOf(right.Shape, left.Shape[column].Type);
            if (matching.Count > 0)
            {
                leftKeys.Add(column);
                rightKeys.Add(matching[random.Next(matching.Count)]);
            }
        }

        bool[] nullsMatch = random.Next(2) == 0 ? [] : leftKeys.Select(_ => random.Next(2) == 0).ToArray();
        var kind = (JoinKind)random.Next(6);
        var spec = new JoinSpec { Kind = kind, LeftKeys = leftKeys, RightKeys = rightKeys, NullsMatch = nullsMatch };
        bool Matches(ImmutableArray<Datum> a, ImmutableArray<Datum> b)
        {
            for (int i = 0; i < leftKeys.Count; i++)
            {
                Datum x = a[leftKeys[i]];
                Datum y = b[rightKeys[i]];
                if (x.IsNull || y.IsNull ? !(x.IsNull && y.IsNull && nullsMatch.Length > 0 && nullsMatch[i]) : x != y)
                {
                    return false;
                }
            }

            return true;
        }

        bool isSemi = kind is JoinKind.Semi or JoinKind.Anti;
        IEnumerable<ColumnShape> shape = left.Shape.Select(c => c with { IsNullable = c.IsNullable || kind is JoinKind.Right or JoinKind.Full });
        if (!isSemi)
        {
            shape = shape.Concat(right.Shape.Select(c => c with { IsNullable = c.IsNullable || kind is JoinKind.Left or JoinKind.Full }));
        }

        Multiset Evaluate(ModelState state)
        {
            var result = new Multiset();
            List<(ImmutableArray<Datum> Row, long Weight)> ls = left.Evaluate(state).Rows.ToList();
            List<(ImmutableArray<Datum> Row, long Weight)> rs = right.Evaluate(state).Rows.ToList();
            var matchedRight = new bool[rs.Count];
            foreach ((ImmutableArray<Datum> row, long weight) in ls)
            {
                bool any = false;
                for (int i = 0; i < rs.Count; i++)
                {
                    if (Matches(row, rs[i].Row))
                    {
                        any = true;
                        matchedRight[i] = true;
                        if (!isSemi)
                        {
                            result.Add(row.AddRange(rs[i].Row), weight * rs[i].Weight);
                        }
                    }
                }

                if (isSemi && any == (kind == JoinKind.Semi))
                {
                    result.Add(row, weight);
                }

                if (!any && kind is JoinKind.Left or JoinKind.Full && !any)
                {
                    result.Add(row.AddRange(right.Shape.Select(_ => Datum.Null)), weight);
                }
            }

            for (int i = 0; i < rs.Count; i++)
            {
                if (!matchedRight[i] && kind is JoinKind.Right or JoinKind.Full && !matchedRight[i])
                {
                    result.Add([.. left.Shape.Select(_ => Datum.Null), .. rs[i].Row], rs[i].Weight);
                }
            }

            return result;
        }

        return new ModelNode(
            $"{kind}({left.Text}, {right.Text}, [{string.Join(',', leftKeys)}]=[{string.Join(',', rightKeys)}] nulls [{string.Join(',', nullsMatch)}])",
            shape.ToArray(),
            (builder, built) => builder.Join(left.Build(builder, built), right.Build(builder, built), spec),
            Evaluate);
    }

    private ModelNode Reduce(ModelNode input)
    {
        int[] keys = Enumerable.Range(0, input.Shape.Count).Where(_ => random.Next(3) == 0).ToArray();
        List<int> numbers = ColumnsOf(input.Shape, PhysicalType.Int64);
        var aggregates = new List<AggregateSpec>();
        var evaluators = new List<Func<List<(ImmutableArray<Datum> Row, long Weight)>, Datum>>();
        for (int i = random.Next(1, 4); i > 0; i--)
        {
            AddAggregate(input.Shape, numbers, aggregates, evaluators);
        }

        var spec = new ReduceSpec { Keys = keys, Aggregates = aggregates };
        ColumnShape[] shape = [.. keys.Select(key => input.Shape[key]), .. aggregates.Select(aggregate => aggregate.Output)];
        Multiset Evaluate(ModelState state)
        {
            var result = new Multiset();
            List<IGrouping<string, (ImmutableArray<Datum> Row, long Weight)>> groups = input.Evaluate(state).Rows
                .GroupBy(row => Multiset.Text(keys.Select(key => row.Row[key])) + keys.Count(key => row.Row[key].IsNull)).ToList();
            foreach (IGrouping<string, (ImmutableArray<Datum> Row, long Weight)> group in groups)
            {
                var rows = group.ToList();
                result.Add([.. keys.Select(key => rows[0].Row[key]), .. evaluators.Select(evaluator => evaluator(rows))], 1);
            }

            if (groups.Count == 0 && keys.Length == 0)
            {
                result.Add([.. evaluators.Select(evaluator => evaluator([]))], 1);
            }

            return result;
        }

        return new ModelNode(
            $"reduce({input.Text}, [{string.Join(',', keys)}], [{string.Join(',', aggregates.Select(Describe))}])",
            shape,
            (builder, built) => builder.Reduce(input.Build(builder, built), spec),
            Evaluate);
    }

    private static string Describe(AggregateSpec spec) => spec switch
    {
        ExtremeAggregate extreme => $"{(extreme.IsMax ? "max" : "min")} {extreme.Column}",
        AccumulableAggregate a => $"{a.Accumulator.GetType().Name}{(a.IsDistinct ? " distinct" : "")} {string.Join(' ', a.Arguments)}",
        _ => "list",
    };

    private void AddAggregate(
        IReadOnlyList<ColumnShape> shape,
        List<int> numbers,
        List<AggregateSpec> aggregates,
        List<Func<List<(ImmutableArray<Datum> Row, long Weight)>, Datum>> evaluators)
    {
        int column = random.Next(shape.Count);
        switch (random.Next(5))
        {
            case 0:
                bool isDistinct = random.Next(2) == 0;
                aggregates.Add(new AccumulableAggregate
                {
                    Accumulator = new TestCount(),
                    Name = "TestCount",
                    Arguments = [column],
                    IsDistinct = isDistinct,
                    Output = new ColumnShape(PhysicalType.Int64, false),
                });
                evaluators.Add(rows =>
                {
                    IEnumerable<(ImmutableArray<Datum> Row, long Weight)> counted = rows.Where(row => !row.Row[column].IsNull);
                    return new Datum(isDistinct ? counted.Select(row => row.Row[column].ToString()).Distinct().Count() : counted.Sum(row => row.Weight));
                });
                if (isDistinct)
                {
                    Func<List<(ImmutableArray<Datum> Row, long Weight)>, Datum> inner = evaluators[^1];
                    evaluators[^1] = rows => new Datum(Convert.ToInt64(inner(rows).Value, System.Globalization.CultureInfo.InvariantCulture));
                }

                break;
            case 1 when numbers.Count > 0:
                int number = numbers[random.Next(numbers.Count)];
                aggregates.Add(new AccumulableAggregate
                {
                    Accumulator = new TestSum(),
                    Name = "TestSum",
                    Arguments = [number],
                    Output = new ColumnShape(PhysicalType.Int64, true),
                });
                evaluators.Add(rows => rows.Any(row => !row.Row[number].IsNull)
                    ? new Datum(rows.Where(row => !row.Row[number].IsNull).Sum(row => row.Weight * (long)row.Row[number].Value!))
                    : Datum.Null);
                break;
            case 2 or 3:
                bool isMax = random.Next(2) == 0;
                aggregates.Add(new ExtremeAggregate { Column = column, IsMax = isMax, Output = shape[column] with { IsNullable = true } });
                evaluators.Add(rows =>
                {
                    List<Datum> values = rows.Select(row => row.Row[column]).Where(value => !value.IsNull).ToList();
                    values.Sort(Multiset.Compare);
                    return values.Count == 0 ? Datum.Null : isMax ? values[^1] : values[0];
                });
                break;
            default:
                SortKey[] order = [new SortKey(0, random.Next(2) == 0, random.Next(2) == 0)];
                aggregates.Add(new CollectedAggregate
                {
                    Function = new TestList(),
                    Name = "TestList",
                    Columns = [column],
                    OrderBy = order,
                    Output = new ColumnShape(PhysicalType.Bytes, true),
                });
                evaluators.Add(rows =>
                {
                    List<(ImmutableArray<Datum> Row, long Weight)> values = rows.GroupBy(row => row.Row[column].ToString())
                        .Select(group => (ImmutableArray.Create(group.First().Row[column]), group.Sum(row => row.Weight))).ToList();
                    values.Sort((left, right) => Multiset.Compare(left.Row, right.Row, order));
                    var text = new StringBuilder();
                    foreach ((ImmutableArray<Datum> row, long weight) in values)
                    {
                        text.Append(Multiset.Text(row)).Append('*').Append(weight).Append(';');
                    }

                    return values.Count == 0 ? Datum.Null : Datum.Text(text.ToString());
                });
                break;
        }
    }

    private ModelNode Threshold(ModelNode first, ModelNode second)
    {
        ModelNode left = Three(first);
        ModelNode right = Three(second);
        bool all = random.Next(2) == 0;
        int kind = random.Next(3);
        Multiset Evaluate(ModelState state)
        {
            var result = new Multiset();
            Dictionary<string, long> others = right.Evaluate(state).Rows.ToDictionary(row => Multiset.Text(row.Row), row => row.Weight);
            foreach ((ImmutableArray<Datum> row, long weight) in left.Evaluate(state).Rows)
            {
                long other = others.GetValueOrDefault(Multiset.Text(row));
                result.Add(row, kind switch
                {
                    0 => 1,
                    1 => all ? Math.Max(0, weight - other) : other == 0 ? 1 : 0,
                    _ => all ? Math.Min(weight, other) : Math.Min(1, other),
                });
            }

            return result;
        }

        return new ModelNode(
            kind == 0 ? $"distinct({left.Text})" : $"{(kind == 1 ? "except" : "intersect")}{(all ? " all" : "")}({left.Text}, {right.Text})",
            left.Shape,
            (builder, built) => kind switch
            {
                0 => builder.Distinct(left.Build(builder, built)),
                1 => builder.SetDifference(left.Build(builder, built), right.Build(builder, built), all),
                _ => builder.SetIntersection(left.Build(builder, built), right.Build(builder, built), all),
            },
            Evaluate);
    }

    private ModelNode TopN(ModelNode input)
    {
        int[] partition = Enumerable.Range(0, input.Shape.Count).Where(_ => random.Next(3) == 0).ToArray();
        SortKey[] order = Enumerable.Range(0, input.Shape.Count).OrderBy(_ => random.Next()).Take(random.Next(1, 3))
            .Select(column => new SortKey(column, random.Next(2) == 0, random.Next(2) == 0)).ToArray();
        var spec = new TopNSpec
        {
            PartitionBy = partition,
            OrderBy = order,
            Limit = random.Next(5) == 0 ? null : random.Next(0, 4),
            Offset = random.Next(2) * random.Next(3),
            WithTies = random.Next(2) == 0,
        };
        SortKey[] full = [.. order, .. Enumerable.Range(0, input.Shape.Count).Where(c => order.All(key => key.Column != c)).Select(c => new SortKey(c))];
        Multiset Evaluate(ModelState state)
        {
            var result = new Multiset();
            foreach (IGrouping<string, (ImmutableArray<Datum> Row, long Weight)> group in input.Evaluate(state).Rows
                .GroupBy(row => Multiset.Text(partition.Select(key => row.Row[key])) + partition.Count(key => row.Row[key].IsNull)))
            {
                var rows = group.SelectMany(row => Enumerable.Repeat(row.Row, (int)row.Weight)).ToList();
                rows.Sort((left, right) => Multiset.Compare(left, right, full));
                List<ImmutableArray<Datum>> taken = rows.Skip((int)spec.Offset).Take((int)(spec.Limit ?? 1000)).ToList();
                taken.ForEach(row => result.Add(row, 1));
                if (spec.WithTies && spec.Limit is > 0 && taken.Count == spec.Limit)
                {
                    foreach (ImmutableArray<Datum> row in rows.Skip((int)spec.Offset + taken.Count)
                        .TakeWhile(row => Multiset.Compare(row, taken[^1], order) == 0))
                    {
                        result.Add(row, 1);
                    }
                }
            }

            return result;
        }

        return new ModelNode(
            $"topn({input.Text}, by [{string.Join(',', partition)}], order [{string.Join(',', order)}], {spec.Limit}+{spec.Offset} ties {spec.WithTies})",
            input.Shape,
            (builder, built) => builder.TopN(input.Build(builder, built), spec),
            Evaluate);
    }

    /// <summary>Small numbers are taken as times; the tests' time advances slowly past them.</summary>
    private ModelNode Temporal(ModelNode input)
    {
        List<int> numbers = ColumnsOf(input.Shape, PhysicalType.Int64);
        if (numbers.Count == 0)
        {
            return Map(input);
        }

        int? from = random.Next(3) == 0 ? null : numbers[random.Next(numbers.Count)];
        int? until = from is not null && random.Next(2) == 0 ? null : numbers[random.Next(numbers.Count)];
        return new ModelNode(
            $"temporal({input.Text}, {from}, {until})",
            input.Shape,
            (builder, built) => builder.TemporalFilter(input.Build(builder, built), from, until, keepsBounds: true),
            state => Collect(input.Evaluate(state).Rows.Where(row =>
                (from is null || (!row.Row[from.Value].IsNull && (long)row.Row[from.Value].Value! <= state.Now))
                && (until is null || row.Row[until.Value].IsNull || state.Now < (long)row.Row[until.Value].Value!))));
    }

    private static Multiset Collect(IEnumerable<(ImmutableArray<Datum> Row, long Weight)> rows)
    {
        var result = new Multiset();
        foreach ((ImmutableArray<Datum> row, long weight) in rows)
        {
            result.Add(row, weight);
        }

        return result;
    }

    private static int StableHash(Datum value) => value.Value switch
    {
        long number => (int)number,
        byte[] bytes => bytes.Length,
        _ => 0,
    };
}

/// <summary>A transform by a function of rows.</summary>
internal sealed class TestTransform(
    IReadOnlyList<ColumnShape> output, Func<ImmutableArray<Datum>, bool> keeps, Func<ImmutableArray<Datum>, ImmutableArray<Datum>> apply)
    : ITransformFactory, IBatchTransform
{
    public IReadOnlyList<ColumnShape> Output { get; } = output;

    public string? Name { get; init; }

    public IBatchTransform Create(OperatorContext context) => this;

    public DeltaBatch? Apply(DeltaBatch input)
    {
        var rows = new List<(ImmutableArray<Datum> Row, long Weight)>();
        for (int row = 0; row < input.Count; row++)
        {
            ImmutableArray<Datum> values = Multiset.RowOf(input.Rows, row);
            if (keeps(values))
            {
                rows.Add((apply(values), input.Weight(row)));
            }
        }

        return rows.Count == 0 ? null : DeltaBatch.FromRows(Output.Select(column => column.Type).ToArray(), rows);
    }
}
