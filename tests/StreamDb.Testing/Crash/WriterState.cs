using System.Globalization;

namespace StreamDb.Testing.Crash;

/// <summary>What the tables hold of one writer: how often each of its rows is there, and its counter.</summary>
internal sealed class WriterState
{
    public SortedDictionary<(long Number, int Part), int> Rows { get; } = [];

    public long Counter { get; set; }

    /// <summary>The upsert table's rows: the last number of each slot.</summary>
    public SortedDictionary<int, long> Latest { get; } = [];

    public void Apply(WriterOperation operation)
    {
        for (int part = 0; part < operation.PartCount; part++)
        {
            Rows[(operation.Number, part)] = Rows.GetValueOrDefault((operation.Number, part)) + 1;
        }

        for (int part = 0; part < WriterOperation.PartsMax && operation.Kind == OperationKind.Delete; part++)
        {
            Rows.Remove((operation.Target, part));
        }

        if (operation.Kind == OperationKind.Upsert)
        {
            Latest[operation.Slot] = operation.Number;
        }

        if (operation.Kind is OperationKind.Update or OperationKind.Transaction)
        {
            Counter++;
        }
    }

    public bool IsSameAs(WriterState other) => Counter == other.Counter && Rows.SequenceEqual(other.Rows) && Latest.SequenceEqual(other.Latest);

    /// <summary>Where this, as read, differs from what is expected.</summary>
    public string DifferenceFrom(WriterState expected)
    {
        IEnumerable<string> missing = expected.Rows.Where(r => Rows.GetValueOrDefault(r.Key) < r.Value).Take(5).Select(r => $"missing {r.Key}");
        IEnumerable<string> extra = Rows.Where(r => expected.Rows.GetValueOrDefault(r.Key) < r.Value).Take(5)
            .Select(r => string.Create(CultureInfo.InvariantCulture, $"found {r.Key} × {r.Value}"));
        IEnumerable<string> latest = expected.Latest.Keys.Union(Latest.Keys)
            .Where(slot => Latest.GetValueOrDefault(slot) != expected.Latest.GetValueOrDefault(slot))
            .Select(slot => string.Create(CultureInfo.InvariantCulture, $"slot {slot} has {Latest.GetValueOrDefault(slot)}, expected {expected.Latest.GetValueOrDefault(slot)}"));
        return string.Join("; ", [.. missing, .. extra, .. latest, string.Create(CultureInfo.InvariantCulture, $"counter {Counter}, expected {expected.Counter}")]);
    }
}
