using System.Diagnostics;
using StreamDb.Core.Identifiers;
using StreamDb.Dataflow;
using StreamDb.State;
using StreamDb.State.Checkpoints;

namespace StreamDb.Benchmarks.Engine;

/// <summary>S9: W2's join at a given rate, with a checkpoint every so often and without.</summary>
/// <remarks>In process and without a log, so that what is compared is the checkpoints alone; they are written to the disk under the temporary directory.</remarks>
internal sealed class S9Checkpoints : JoinWorkload, IBenchmark
{
    private const int EpochRows = 10_000;
    private const double RowBytes = 16;

    private static readonly TimeSpan _length = TimeSpan.FromSeconds(30);

    public string Name => "s9";

    public string Question => "What do checkpoints cost a join under 1 M updates/s: throughput, latency, bytes written per changed byte?";

    public void Run(BenchmarkOptions options, Report report)
    {
        using JoinRun run = Load(options, isStored: true);
        TimeSpan length = options.Scale < 1 ? _length / 4 : _length;
        string path = Directory.CreateTempSubdirectory("streamdb-s9-").FullName;
        try
        {
            using DataDirectory directory = DataDirectory.Open(Path.Combine(path, "data"));
            using var checkpoints = new Checkpoints(run.Engine.Engine, directory);
            long j = Measure(report, run, "none", 0, length, null);

            // The first one writes everything; what is asked is what goes on costing.
            checkpoints.Take();
            checkpoints.Wait();
            foreach (int seconds in (int[])[10, 1])
            {
                checkpoints.Start(TimeSpan.FromSeconds(seconds));
                j = Measure(report, run, $"every {seconds} s", j, length, checkpoints);
                j = Measure(report, run, "none, again", j, length, null);
            }
        }
        finally
        {
            Directory.Delete(path, recursive: true);
        }
    }

    private static long Measure(Report report, JoinRun run, string label, long j, TimeSpan length, Checkpoints? checkpoints)
    {
        // As fast as it goes: what is lost shows in the rate.
        run.Engine.Start();
        long first = j;
        long start = Stopwatch.GetTimestamp();
        for (; Stopwatch.GetElapsedTime(start) < length; j += EpochRows / 4)
        {
            run.Update(j, EpochRows);
            checkpoints?.TakeWhenDue();
        }

        checkpoints?.Wait();
        run.Engine.Finish(report, label, (j - first) * 4);
        if (checkpoints is not null)
        {
            // A changed row is in its table and in the join's index.
            double changed = (j - first) * 4 * RowBytes * 2;
            report.Row($"{label} checkpoints", checkpoints.Count, "", $"{checkpoints.WrittenBytes} bytes written");
            report.Row($"{label} longest capture", checkpoints.CaptureMsMax, "ms");
            report.Row($"{label} longest checkpoint", checkpoints.WriteMsMax, "ms");
            report.Row($"{label} bytes written per changed byte", checkpoints.WrittenBytes / changed, "x");
        }

        return j;
    }

    /// <summary>Takes images between epochs, and writes them on a thread of its own.</summary>
    private sealed class Checkpoints(Dataflow.Engine engine, DataDirectory directory) : IDisposable
    {
        private Task _writing = Task.CompletedTask;
        private TimeSpan _interval;
        private long _last = Stopwatch.GetTimestamp();

        public int Count { get; private set; }

        public long WrittenBytes { get; private set; }

        public double CaptureMsMax { get; private set; }

        public double WriteMsMax { get; private set; }

        public void Start(TimeSpan interval)
        {
            (_interval, _last) = (interval, Stopwatch.GetTimestamp());
            (Count, WrittenBytes, CaptureMsMax, WriteMsMax) = (0, 0, 0, 0);
        }

        public void TakeWhenDue()
        {
            if (_writing.IsCompleted && Stopwatch.GetElapsedTime(_last) >= _interval)
            {
                Wait();
                Take();
            }
        }

        public void Take()
        {
            _last = Stopwatch.GetTimestamp();
            EngineImage image = engine.Capture(withDataflows: true);
            CaptureMsMax = Math.Max(CaptureMsMax, Stopwatch.GetElapsedTime(_last).TotalMilliseconds);
            _writing = Task.Run(() => Write(image));
        }

        public void Wait() => _writing.GetAwaiter().GetResult();

        public void Dispose() => Wait();

        private void Write(EngineImage image)
        {
            long start = Stopwatch.GetTimestamp();
            using (image)
            {
                using CheckpointWriter writer = directory.BeginCheckpoint();
                writer.Publish(image.Epoch, directory.Log.Durable, image.Write(writer));
                image.Published();
                WrittenBytes += writer.WrittenBytes;
            }

            Count++;
            WriteMsMax = Math.Max(WriteMsMax, Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
    }
}
