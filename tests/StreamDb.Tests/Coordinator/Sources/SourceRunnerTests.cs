using System.Collections.Concurrent;
using System.Collections.Immutable;
using StreamDb.Coordinator;
using StreamDb.Coordinator.Sources;
using StreamDb.Core.Columns;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.Planning.Catalog;
using StreamDb.Tests.PgWire;
using Xunit;

namespace StreamDb.Tests.Coordinator.Sources;

public sealed class SourceRunnerTests
{
    /// <summary>As when there is no room for its rows: what goes on reading fills the log, and with it the disk.</summary>
    [Theory]
    [InlineData("CREATE SOURCE s (n bigint)")]
    [InlineData("CREATE TABLE s (n bigint PRIMARY KEY)")]
    [InlineData("CREATE TABLE s (n bigint)")]
    public async Task What_is_paused_reads_no_further_and_lets_go_of_what_it_has_read(string create)
    {
        var connector = new Counter();
        await using var instance = new TestInstance(connectors: connector);
        TestSession session = instance.Connect();
        await session.RunAsync(create + " WITH (connector = 'counter')");
        await session.UntilAsync("SELECT count(*) > 1 FROM s", "t");

        await session.PauseAsync("s");
        await session.UntilAsync("SELECT state FROM streamdb_catalog.source_status", "retrying");
        string read = await session.RunAsync("SELECT row_count FROM streamdb_catalog.source_status");
        int opened = connector.Offsets.Count;
        await WireServer.UntilAsync(() => connector.Offsets.Count >= opened + 2);

        Assert.Equal(read, await session.RunAsync("SELECT row_count FROM streamdb_catalog.source_status"));
        Assert.Equal(read, connector.Offsets.Last().ToString());
        Assert.Contains("\"s\" is paused: no room", await session.RunAsync("SELECT last_error FROM streamdb_catalog.source_status"), StringComparison.Ordinal);
        Assert.Throws<InvariantException>(connector.Batches[^2].Release);
    }

    /// <summary>A source of numbers in order, one in a batch.</summary>
    private sealed class Counter : IConnectorRegistry
    {
        /// <summary>Where it was opened.</summary>
        public ConcurrentQueue<long> Offsets { get; } = new();

        public List<DeltaBatch> Batches { get; } = [];

        public ImmutableArray<ColumnDefinition>? ImpliedColumns(ConnectorDefinition connector) => null;

        public ISource Open(SourceRequest request)
        {
            long offset = request.Offset.IsEmpty ? 0 : BitConverter.ToInt64(request.Offset.Span);
            Offsets.Enqueue(offset);
            return new Source(this, offset);
        }

        private sealed class Source(Counter counter, long next) : ISource
        {
            public ValueTask<SourceBatch?> ReadAsync(CancellationToken cancellation)
            {
                cancellation.ThrowIfCancellationRequested();
                var deltas = new DeltaBatch(ColumnBatch.FromRows([PhysicalType.Int64], [[new Datum(next++)]]));
                counter.Batches.Add(deltas);
                return ValueTask.FromResult<SourceBatch?>(new SourceBatch(deltas, BitConverter.GetBytes(next), []));
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
