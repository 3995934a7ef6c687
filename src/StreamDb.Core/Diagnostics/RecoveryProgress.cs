using System.Globalization;

namespace StreamDb.Core.Diagnostics;

/// <summary>How far an instance that is being opened has come. One thread opens and tells; any thread looks.</summary>
public sealed class RecoveryProgress
{
    private volatile Stage _stage = new("opening the data directory", "", 0);

    /// <summary>Begins a stage of the work; nothing of it is done yet.</summary>
    /// <param name="name">As in "replaying the log".</param>
    /// <param name="unit">What is counted, in the plural.</param>
    /// <param name="total">How many there are; 0 when that is not known.</param>
    public void Begin(string name, string unit = "", long total = 0) => _stage = new Stage(name, unit, total);

    /// <summary>So much more of the stage is done.</summary>
    public void Advance(long count = 1) => Interlocked.Add(ref _stage.Done, count);

    /// <summary>What is done and what there is to do in the present stage; total 0 when it is not known.</summary>
    public (long Done, long Total) Figures()
    {
        Stage stage = _stage;
        return (Math.Min(Volatile.Read(ref stage.Done), stage.Total), stage.Total);
    }

    /// <summary>As in "replaying the log: 120 of 4000 records".</summary>
    public override string ToString()
    {
        Stage stage = _stage;
        return stage.Total == 0
            ? stage.Name
            : string.Create(CultureInfo.InvariantCulture, $"{stage.Name}: {Math.Min(Volatile.Read(ref stage.Done), stage.Total)} of {stage.Total} {stage.Unit}");
    }

    private sealed class Stage(string name, string unit, long total)
    {
        public long Done;

        public string Name { get; } = name;

        public string Unit { get; } = unit;

        public long Total { get; } = total;
    }
}
