using System.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Core.Rows;
using StreamDb.Dataflow;
using StreamDb.Dataflow.Deltas;
using StreamDb.Dataflow.Ports;
using StreamDb.State.Spaces;

namespace StreamDb.Benchmarks.Engine;

/// <summary>A closed loop over one engine: an epoch begins only when all outputs of the one before are complete.</summary>
/// <remarks>Outputs are counted, not stored: non-zero deltas of the view, as they leave it.</remarks>
internal sealed class EngineRun : IDisposable, IDeltaConsumer, IErrorCollector
{
    private readonly Dataflow.Engine _engine;
    private readonly List<double> _latenciesUs = [];
    private readonly List<RelationDelta> _inputs = [];
    private ulong _epoch;
    private TimeSpan _cpu;
    private long _outputs;

    /// <param name="space">Where keyed state is; null for memory of the process.</param>
    public EngineRun(int workers, StateSpace? space = null)
    {
        _engine = new Dataflow.Engine(new EngineOptions { WorkerCount = workers, Space = space ?? StateSpace.Private });
    }

    /// <summary>Deltas that came out since the last <see cref="Start"/>.</summary>
    public long Outputs => Interlocked.Read(ref _outputs);

    /// <summary>Time spent in epochs since the last <see cref="Start()"/>.</summary>
    public double Seconds => _latenciesUs.Sum() / 1e6;

    public Dataflow.Engine Engine => _engine;

    /// <summary>Installs a dataflow, filled from the inputs that are stored.</summary>
    public void Install(DataflowDescription dataflow) => _engine.Install(dataflow, new Epoch(_epoch), 0, this);

    /// <summary>Begins to fill a dataflow beside the epochs.</summary>
    public Dataflow.Backfills.Backfill Start(DataflowDescription dataflow) => _engine.StartBackfill(dataflow, new Epoch(_epoch), 0, this);

    /// <summary>The epoch at which everything is.</summary>
    public Epoch Epoch => new(_epoch);

    /// <summary>Adds a delta batch to the next epoch; it is released after the epoch.</summary>
    public void Add(RelationId relation, DeltaBatch delta) => _inputs.Add(new RelationDelta(relation, delta));

    /// <summary>Runs one epoch to its end.</summary>
    public void Step()
    {
        TimeSpan cpu = Environment.CpuUsage.TotalTime;
        long start = Stopwatch.GetTimestamp();
        EpochHandle handle = _engine.Begin(new Epoch(++_epoch), 0, _inputs, waits: true);
        handle.Wait();
        _engine.Publish(handle.Epoch);
        _latenciesUs.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        _cpu += Environment.CpuUsage.TotalTime - cpu;
        if (handle.Failures.Count > 0)
        {
            throw new InvalidOperationException("the view failed", handle.Failures[0].Reason);
        }

        foreach (RelationDelta input in _inputs)
        {
            input.Delta.Release();
        }

        _inputs.Clear();
    }

    /// <summary>Begins to measure: what is set up is set up, and the runtime has compiled what that made it compile.</summary>
    public void Start()
    {
        CompilerPause.Wait();
        _latenciesUs.Clear();
        _cpu = default;
        Interlocked.Exchange(ref _outputs, 0);
    }

    /// <summary>Reports the rate of the time spent in epochs, and their latencies.</summary>
    /// <returns>That time in seconds.</returns>
    public double Finish(Report report, string label, long updates)
    {
        _latenciesUs.Sort();
        report.Row($"{label} rate", updates / _latenciesUs.Sum(), "M/s");
        report.Row($"{label} per cpu second", updates / _cpu.TotalMicroseconds, "M/s", "differs from the rate when the machine is shared");
        report.Row($"{label} p50", At(0.5), "us");
        report.Row($"{label} p99", At(0.99), "us");
        report.Row($"{label} max", _latenciesUs[^1], "us");
        return _latenciesUs.Sum() / 1e6;
    }

    public void Dispose() => _engine.Dispose();

    void IDeltaConsumer.Consume(Epoch epoch, DeltaBatch deltas) => Interlocked.Add(ref _outputs, deltas.Count);

    IErrorSink IErrorCollector.CreateSink(OperatorContext context) => ThrowingErrorSink.Instance;

    /// <summary>Resident bytes of the process.</summary>
    public static long ResidentBytes()
    {
        using Process process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private double At(double quantile) => _latenciesUs[Math.Min(_latenciesUs.Count - 1, (int)(_latenciesUs.Count * quantile))];
}
