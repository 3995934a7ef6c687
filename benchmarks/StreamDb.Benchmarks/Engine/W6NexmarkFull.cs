using System.Diagnostics;
using StreamDb.Connectors.Formats;
using StreamDb.Connectors.Generators;
using StreamDb.Core.Columns;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Types;
using StreamDb.Testing.Workloads;

namespace StreamDb.Benchmarks.Engine;

/// <summary>W6: Nexmark with all its columns, one query at a time, epochs of 10k events; beside each rate what the generator alone takes.</summary>
/// <remarks>The events are those of the nexmark source with its defaults; the queries are those that the oracles play.</remarks>
internal sealed class W6NexmarkFull : IBenchmark
{
    private const int EpochEvents = 10_000;

    private static readonly NexmarkTable[] _tables = [NexmarkTable.Person, NexmarkTable.Auction, NexmarkTable.Bid];

    public string Name => "w6";

    public string Question => "How many full Nexmark events a second does each query take?";

    public void Run(BenchmarkOptions options, Report report)
    {
        int epochs = (int)(5_000_000 * options.Scale) / EpochEvents;
        double generator = GeneratorRate(epochs);
        report.Row("generator", generator, "M/s", "events as columns, no query");
        foreach ((string name, string query) in NexmarkQueries.All)
        {
            using var run = new EngineRun(options.Workers);
            var schema = new SqlSchema(run);
            RelationId[] relations = [.. _tables.Select(table => schema.Table(Declaration(table)))];
            RelationId sides = schema.Table("CREATE TABLE side_input (key bigint PRIMARY KEY, value text)");
            schema.Counted(query);
            using var events = new Events();
            run.Add(sides, SideInput());
            run.Step();
            run.Start();
            for (int epoch = 0; epoch < epochs; epoch++)
            {
                events.Make(EpochEvents);
                for (int i = 0; i < relations.Length; i++)
                {
                    if (events.Rows[i].Count > 0)
                    {
                        run.Add(relations[i], events.Rows[i].Finish());
                    }
                }

                run.Step();
            }

            long updates = (long)epochs * EpochEvents;
            double seconds = run.Finish(report, name, updates);
            report.Row($"{name} with generator", updates / ((seconds * 1e6) + (updates / generator)), "M/s", "on one core");
            report.Count($"{name} outputs", run.Outputs, null);
        }
    }

    private static double GeneratorRate(int epochs)
    {
        using var events = new Events();
        long start = Stopwatch.GetTimestamp();
        for (int epoch = 0; epoch < epochs; epoch++)
        {
            events.Make(EpochEvents);
            foreach (RowBuilder rows in events.Rows)
            {
                rows.Finish().Release();
            }
        }

        return epochs * (double)EpochEvents / Stopwatch.GetElapsedTime(start).TotalMicroseconds;
    }

    private static string Declaration(NexmarkTable table) =>
        $"CREATE TABLE {table.ToString().ToLowerInvariant()} ({string.Join(", ", NexmarkSchema.Of(table).Select(f => $"{f.Name} {f.Type}"))})";

    private static Dataflow.Deltas.DeltaBatch SideInput()
    {
        using var rows = new RowBuilder([new("key", SqlType.Int64), new("value", SqlType.Text)]);
        for (long key = 0; key < 8; key++)
        {
            rows.Columns[0].Append(key);
            rows.Columns[1].AppendBytes([(byte)'s', (byte)('0' + key)]);
            rows.EndRow();
        }

        return rows.Finish();
    }

    /// <summary>The events in order, each in the rows of its table.</summary>
    private sealed class Events : IDisposable
    {
        private readonly NexmarkGenerator _generator = new(new NexmarkOptions(new Dictionary<string, string> { ["connector"] = "nexmark" }));
        private readonly NexmarkEvent _event = new();
        private long _next;

        public RowBuilder[] Rows { get; } = [.. _tables.Select(table => new RowBuilder(NexmarkSchema.Of(table)))];

        public void Make(int count)
        {
            for (int i = 0; i < count; i++)
            {
                RowBuilder rows = Rows[Array.IndexOf(_tables, _generator.Make(_next++, _event))];
                int number = 0;
                int text = 0;
                foreach (ColumnBuilder column in rows.Columns)
                {
                    if (column.Type == PhysicalType.Int64)
                    {
                        column.Append(_event.Numbers[number++]);
                    }
                    else
                    {
                        column.AppendBytes(_event.Text(text++));
                    }
                }

                rows.EndRow();
            }
        }

        public void Dispose()
        {
            foreach (RowBuilder rows in Rows)
            {
                rows.Dispose();
            }
        }
    }
}
