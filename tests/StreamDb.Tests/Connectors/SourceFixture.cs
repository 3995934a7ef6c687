using System.Collections.Immutable;
using StreamDb.Connectors;
using StreamDb.Core.Clocks;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Dataflow.Ports;
using Xunit;

namespace StreamDb.Tests.Connectors;

/// <summary>A clock that stands still until it is moved.</summary>
internal sealed class ManualClock : IClock
{
    private long _now = 800_000_000_000_000;

    public long NowMicroseconds => Interlocked.Read(ref _now);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _now, time.Ticks / TimeSpan.TicksPerMicrosecond);
}

/// <summary>Opens sources and reads their rows as text.</summary>
internal static class SourceFixture
{
    public static SourceRequest Request(string connector, IEnumerable<Field> columns, params (string Name, string Value)[] options) => new(
        [.. columns],
        options.Append((Name: "connector", Value: connector)).ToDictionary(o => o.Name, o => o.Value),
        null,
        null,
        new Dictionary<string, string>(),
        null,
        new ManualClock(),
        default);

    public static ImmutableArray<Field> Columns(params (string Name, SqlType Type)[] columns) =>
        [.. columns.Select(c => new Field(c.Name, c.Type))];

    /// <summary>Reads until the source ends or has given that many rows; moves a manual clock on so that rows are due.</summary>
    public static async Task<(List<string> Rows, List<SourceError> Errors, ReadOnlyMemory<byte> Offset)> ReadAsync(
        SourceRequest request, int rowsMax = int.MaxValue, TimeSpan? step = null)
    {
        await using ISource source = ConnectorRegistry.Open(request);
        var rows = new List<string>();
        var errors = new List<SourceError>();
        ReadOnlyMemory<byte> offset = request.Offset;
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (rows.Count < rowsMax && await NextAsync(source, request, step, timeout.Token) is { } batch)
        {
            rows.AddRange(Texts(request.Columns, batch));
            errors.AddRange(batch.Errors);
            offset = batch.Offset;
            batch.Deltas?.Release();
        }

        return (rows, errors, offset);
    }

    public static List<string> Texts(ImmutableArray<Field> columns, SourceBatch batch)
    {
        var rows = new List<string>();
        for (int row = 0; row < (batch.Deltas?.Count ?? 0); row++)
        {
            ColumnBatch values = batch.Deltas!.Rows;
            rows.Add(string.Join("|", columns.Select((c, i) => TextCodec.Format(c.Type, values.GetDatum(i, row), TextFormat.Default))));
        }

        return rows;
    }

    public static SqlException Fails(string state, SourceRequest request)
    {
        SqlException exception = Assert.Throws<SqlException>(() => ConnectorRegistry.Open(request));
        Assert.Equal(state, exception.State);
        return exception;
    }

    private static async Task<SourceBatch?> NextAsync(
        ISource source, SourceRequest request, TimeSpan? step, CancellationToken cancellation)
    {
        ValueTask<SourceBatch?> next = source.ReadAsync(cancellation);
        while (!next.IsCompleted && step is { } time)
        {
            ((ManualClock)request.Clock).Advance(time);
            await Task.Delay(1, cancellation);
        }

        return await next;
    }
}
