using System.Globalization;
using StreamDb.SqlLogicTests.Comparison;
using StreamDb.SqlLogicTests.Running;

namespace StreamDb.SqlLogicTests.Reporting;

/// <summary>Counts of one group of records. Records that a script excludes for us are counted but not in the rate.</summary>
public sealed class Totals
{
    private static readonly Leniency[] _switches = [.. Enum.GetValues<Leniency>().Where(l => l is not (Leniency.None or Leniency.All))];

    private readonly int[] _outcomes = new int[Enum.GetValues<RecordOutcome>().Length];
    private readonly int[] _leniencies = new int[_switches.Length];
    private int _afterFailure;

    /// <summary>Everything that was meant for us, skipped records included.</summary>
    public int Applicable => this[RecordOutcome.Passed] + this[RecordOutcome.Failed] + this[RecordOutcome.Skipped] + this[RecordOutcome.Better];

    public double PassRate => Applicable == 0 ? 1 : (double)this[RecordOutcome.Passed] / Applicable;

    public int this[RecordOutcome outcome] => _outcomes[(int)outcome];

    public void Add(RecordResult record)
    {
        _outcomes[(int)record.Outcome]++;
        _afterFailure += record.IsAfterFailure ? 1 : 0;
        for (int i = 0; i < _switches.Length; i++)
        {
            _leniencies[i] += record.Used.HasFlag(_switches[i]) ? 1 : 0;
        }
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{this[RecordOutcome.Passed],7} of {Applicable,7} = {PassRate * 100,6:F2} %   failed {this[RecordOutcome.Failed],6} (after failure {_afterFailure})  skipped {this[RecordOutcome.Skipped],5}  better {this[RecordOutcome.Better],3}  n/a {this[RecordOutcome.NotApplicable],6}");

    /// <summary>How many passes needed which leniency; empty when none did.</summary>
    public string Leniencies() => string.Join(
        ", ", _switches.Select((s, i) => (Name: s.ToString().ToLowerInvariant(), Count: _leniencies[i])).Where(p => p.Count > 0)
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} {p.Count}")));
}
