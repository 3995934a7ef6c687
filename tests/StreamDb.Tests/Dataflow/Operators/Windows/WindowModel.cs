using System.Collections.Immutable;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow;

namespace StreamDb.Tests.Dataflow.Operators.Windows;

/// <summary>Window functions computed from their definitions, for whole relations: quadratic and plain.</summary>
internal static class WindowModel
{
    public static Multiset Evaluate(WindowSpec spec, Multiset input)
    {
        var result = new Multiset();
        foreach (IGrouping<string, ImmutableArray<Datum>> group in Expand(input)
            .GroupBy(row => string.Join("|", spec.PartitionBy.Select(column => row[column].IsNull ? "null" : "=" + Multiset.Text([row[column]])))))
        {
            ImmutableArray<Datum>[] rows = [.. group];
            Array.Sort(rows, (a, b) => Compare(a, b, spec.OrderBy));
            for (int i = 0; i < rows.Length; i++)
            {
                result.Add([.. rows[i], .. spec.Functions.Select(function => Value(function, spec, rows, i))], 1);
            }
        }

        return result;
    }

    /// <summary>Random functions over columns p, k, v (int64), t (text), k - 2 and k + 3.</summary>
    public static WindowSpec RandomSpec(Random random)
    {
        int[] partition = random.Next(3) == 0 ? [] : [0];
        SortKey[] order = random.Next(8) switch
        {
            0 => [],
            1 => [new SortKey(3), new SortKey(1, true, true)],
            2 => [new SortKey(1, true, true)],
            3 => [new SortKey(1, true, false)],
            4 => [new SortKey(1, false, true)],
            5 => [new SortKey(2), new SortKey(1)],
            _ => [new SortKey(1)],
        };
        return new WindowSpec
        {
            PartitionBy = partition,
            OrderBy = order,
            Functions = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => RandomFunction(random, order))],
        };
    }

    public static ImmutableArray<Datum> RandomRow(Random random, int partitions, int keys)
    {
        Datum key = random.Next(10) == 0 ? Datum.Null : new Datum((long)random.Next(keys));
        Datum Plus(long by) => key.IsNull ? Datum.Null : new Datum((long)key.Value! + by);
        return
        [
            random.Next(10) == 0 ? Datum.Null : new Datum((long)random.Next(partitions)),
            key,
            random.Next(4) == 0 ? Datum.Null : new Datum((long)random.Next(5)),
            random.Next(5) == 0 ? Datum.Null : Datum.Text(random.Next(3) == 0 ? "longer than eight" : ((char)('a' + random.Next(3))).ToString()),
            Plus(-2),
            Plus(3),
            new Datum(random.Next(1, 4)),
        ];
    }

    public static IReadOnlyList<ColumnShape> Shape { get; } =
    [
        new ColumnShape(PhysicalType.Int64, true), new ColumnShape(PhysicalType.Int64, true), new ColumnShape(PhysicalType.Int64, true),
        new ColumnShape(PhysicalType.Bytes, true), new ColumnShape(PhysicalType.Int64, true), new ColumnShape(PhysicalType.Int64, true),
        new ColumnShape(PhysicalType.Int32, false),
    ];

    public static string Describe(WindowSpec spec) =>
        $"by [{string.Join(",", spec.PartitionBy)}] order [{string.Join(",", spec.OrderBy)}]\n  {string.Join("\n  ", spec.Functions)}";

    private static IEnumerable<ImmutableArray<Datum>> Expand(Multiset input) =>
        input.Rows.SelectMany(row => Enumerable.Repeat(row.Row, (int)Math.Max(0, row.Weight)));

    private static int Compare(ImmutableArray<Datum> a, ImmutableArray<Datum> b, IReadOnlyList<SortKey> order)
    {
        int byKeys = Multiset.Compare(a, b, order);
        return byKeys != 0 ? byKeys : Multiset.Compare(a, b, [.. Enumerable.Range(0, a.Length).Select(column => new SortKey(column))]);
    }

    private static WindowFunctionSpec RandomFunction(Random random, SortKey[] order)
    {
        var nullableLong = new ColumnShape(PhysicalType.Int64, true);
        int column = random.Next(1, 4);
        switch (random.Next(10))
        {
            case 0:
                var kind = (RankingKind)random.Next(6);
                PhysicalType type = kind is RankingKind.PercentRank or RankingKind.CumulativeDistribution ? PhysicalType.Float64
                    : kind == RankingKind.Ntile ? PhysicalType.Int32 : PhysicalType.Int64;
                return new RankingFunction { Kind = kind, BucketsColumn = 6, Buckets = random.Next(2) * random.Next(1, 7), Output = new ColumnShape(type, kind == RankingKind.Ntile) };
            case 1:
                bool isConstant = random.Next(3) > 0;
                return new OffsetFunction
                {
                    Output = Shape[column] with { IsNullable = true },
                    Column = column,
                    Offset = random.Next(-3, 4),
                    OffsetColumn = isConstant ? -1 : 6,
                    IsBackward = random.Next(2) == 0,
                    DefaultColumn = random.Next(3) == 0 ? column : -1,
                    IgnoresNulls = random.Next(3) == 0,
                };
            case 2 or 3:
                return new FrameValueFunction
                {
                    Output = Shape[column] with { IsNullable = true },
                    Frame = RandomFrame(random, order),
                    Kind = (FrameValueKind)random.Next(3),
                    Column = column,
                    Number = random.Next(1, 4),
                    NumberColumn = random.Next(3) == 0 ? 6 : -1,
                    IgnoresNulls = random.Next(3) == 0,
                };
            case 4:
                return Aggregate(new CollectedAggregate
                {
                    Output = new ColumnShape(PhysicalType.Bytes, true),
                    Function = new TestList(),
                    Columns = [2, 3],
                    OrderBy = random.Next(3) == 0 ? [new SortKey(0, random.Next(2) == 0)] : [],
                });
            case 5 or 6:
                return Aggregate(new ExtremeAggregate
                {
                    Output = Shape[column] with { IsNullable = true },
                    Column = column,
                    IsMax = random.Next(2) == 0,
                });
            case 7:
                return Aggregate(new AccumulableAggregate { Output = new ColumnShape(PhysicalType.Int64, false), Accumulator = new TestCount(), Arguments = [] });
            default:
                return Aggregate(new AccumulableAggregate { Output = nullableLong, Accumulator = new TestSum(random.Next(2) == 0), Arguments = [2] });
        }

        FrameAggregateFunction Aggregate(AggregateSpec aggregate) =>
            new() { Output = aggregate.Output, Frame = RandomFrame(random, order), Aggregate = aggregate };
    }

    private static WindowFrame RandomFrame(Random random, SortKey[] order)
    {
        bool isRange = order is [{ Column: 1 }] && random.Next(3) == 0;
        bool isGroups = random.Next(2) == 0;
        bool descends = order is [{ Descending: true }];
        FrameEdge Edge(bool isEnd) => random.Next(5) switch
        {
            0 when !isEnd => FrameEdge.PartitionStart,
            0 => FrameEdge.PartitionEnd,
            1 => new FrameEdge(isRange || isGroups ? FrameEdgeKind.Group : FrameEdgeKind.Row),
            _ when isRange => new FrameEdge(FrameEdgeKind.Range, 0, random.Next(4) == 0 ? random.Next(4, 6) : isEnd != descends ? 5 : 4),
            _ => new FrameEdge(isGroups ? FrameEdgeKind.Group : FrameEdgeKind.Row, random.Next(-3, 4)),
        };
        return random.Next(4) == 0
            ? WindowFrame.Default
            : new WindowFrame(Edge(false), Edge(true), random.Next(3) == 0 ? (FrameExclusion)random.Next(4) : FrameExclusion.None);
    }

    private static Datum Value(WindowFunctionSpec function, WindowSpec spec, ImmutableArray<Datum>[] rows, int row)
    {
        bool ArePeers(int a, int b) => Multiset.Compare(rows[a], rows[b], spec.OrderBy) == 0;
        int peerStart = Enumerable.Range(0, rows.Length).First(i => ArePeers(i, row));
        int peerEnd = Enumerable.Range(0, rows.Length).Last(i => ArePeers(i, row)) + 1;
        switch (function)
        {
            case RankingFunction ranking:
                int groups = Enumerable.Range(0, row + 1).Count(i => i == 0 || !ArePeers(i - 1, i));
                return ranking.Kind switch
                {
                    RankingKind.RowNumber => new Datum(row + 1L),
                    RankingKind.Rank => new Datum(peerStart + 1L),
                    RankingKind.DenseRank => new Datum((long)groups),
                    RankingKind.PercentRank => new Datum(rows.Length == 1 ? 0.0 : (double)peerStart / (rows.Length - 1)),
                    RankingKind.CumulativeDistribution => new Datum((double)peerEnd / rows.Length),
                    _ => new Datum(Ntile(row, rows.Length, ranking.Buckets > 0 ? ranking.Buckets : (int)rows[0][ranking.BucketsColumn].Value!)),
                };
            case OffsetFunction offset:
                return Offset(offset, rows, row);
            case FrameValueFunction value:
                {
                    List<int> frame = Frame(value.Frame, spec, rows, row, ArePeers);
                    if (value.IgnoresNulls)
                    {
                        frame.RemoveAll(i => rows[i][value.Column].IsNull);
                    }

                    long number = value.NumberColumn < 0 ? value.Number : (int)rows[row][value.NumberColumn].Value!;
                    int index = value.Kind switch
                    {
                        FrameValueKind.First => 0,
                        FrameValueKind.Last => frame.Count - 1,
                        _ => (int)number - 1,
                    };
                    return index >= 0 && index < frame.Count ? rows[frame[index]][value.Column] : Datum.Null;
                }

            default:
                var aggregate = (FrameAggregateFunction)function;
                return Aggregate(aggregate.Aggregate, Frame(aggregate.Frame, spec, rows, row, ArePeers).Select(i => rows[i]).ToList());
        }
    }

    private static int Ntile(int row, int rows, int buckets)
    {
        int next = 0;
        for (int bucket = 1; ; bucket++)
        {
            next += (rows / buckets) + (bucket <= rows % buckets ? 1 : 0);
            if (row < next)
            {
                return bucket;
            }
        }
    }

    private static Datum Offset(OffsetFunction offset, ImmutableArray<Datum>[] rows, int row)
    {
        long by = offset.OffsetColumn < 0 ? offset.Offset : (int)rows[row][offset.OffsetColumn].Value! * (offset.IsBackward ? -1 : 1);
        int target = row;
        for (long left = Math.Abs(by); left > 0; left--)
        {
            do
            {
                target += Math.Sign(by);
            }
            while (target >= 0 && target < rows.Length && offset.IgnoresNulls && rows[target][offset.Column].IsNull);
        }

        return target >= 0 && target < rows.Length ? rows[target][offset.Column]
            : offset.DefaultColumn < 0 ? Datum.Null : rows[row][offset.DefaultColumn];
    }

    private static List<int> Frame(
        WindowFrame frame, WindowSpec spec, ImmutableArray<Datum>[] rows, int row, Func<int, int, bool> arePeers)
    {
        int[] groupOf = new int[rows.Length];
        for (int i = 1; i < rows.Length; i++)
        {
            groupOf[i] = groupOf[i - 1] + (arePeers(i - 1, i) ? 0 : 1);
        }

        // Below 0: row i lies before the edge; above 0: behind it.
        int Side(FrameEdge edge, int i) => edge.Kind switch
        {
            FrameEdgeKind.PartitionStart => 1,
            FrameEdgeKind.PartitionEnd => -1,
            FrameEdgeKind.Row => (i - row).CompareTo((int)edge.Offset),
            FrameEdgeKind.Group => (groupOf[i] - groupOf[row]).CompareTo((int)edge.Offset),
            _ => Multiset.Compare(rows[i], rows[row].SetItem(spec.OrderBy[0].Column, rows[row][edge.Column]), spec.OrderBy),
        };
        return Enumerable.Range(0, rows.Length)
            .Where(i => Side(frame.Start, i) >= 0 && Side(frame.End, i) <= 0)
            .Where(i => frame.Exclusion switch
            {
                FrameExclusion.CurrentRow => i != row,
                FrameExclusion.Group => !arePeers(i, row),
                FrameExclusion.Ties => i == row || !arePeers(i, row),
                _ => true,
            }).ToList();
    }

    private static Datum Aggregate(AggregateSpec aggregate, List<ImmutableArray<Datum>> rows)
    {
        switch (aggregate)
        {
            case ExtremeAggregate extreme:
                List<Datum> values = rows.Select(row => row[extreme.Column]).Where(value => !value.IsNull).Order(Comparer<Datum>.Create(Multiset.Compare)).ToList();
                return values.Count == 0 ? Datum.Null : extreme.IsMax ? values[^1] : values[0];
            case AccumulableAggregate { Accumulator: TestCount }:
                return new Datum((long)rows.Count);
            case AccumulableAggregate sum:
                List<long> numbers = rows.Select(row => row[sum.Arguments[0]]).Where(value => !value.IsNull).Select(value => (long)value.Value!).ToList();
                return numbers.Count == 0 ? Datum.Null : new Datum(numbers.Sum());
            default:
                var collected = (CollectedAggregate)aggregate;
                if (collected.OrderBy.Count > 0 && rows.Count > 0)
                {
                    var sorted = rows.Select(row => collected.Columns.Select(column => row[column]).ToImmutableArray()).ToList();
                    sorted.Sort((a, b) => Compare(a, b, collected.OrderBy));
                    return Datum.Text(string.Concat(sorted.GroupBy(row => Multiset.Text(row)).Select(group => $"{group.Key}*{group.Count()};")));
                }

                return rows.Count == 0
                    ? Datum.Null
                    : Datum.Text(string.Concat(rows.Select(row => Multiset.Text(collected.Columns.Select(column => row[column])) + "*1;")));
        }
    }
}
