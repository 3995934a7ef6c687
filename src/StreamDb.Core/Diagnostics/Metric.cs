namespace StreamDb.Core.Diagnostics;

/// <summary>One figure.</summary>
/// <param name="Name">As Prometheus wants it: <c>streamdb_epochs_total</c>, units last.</param>
/// <param name="Help">One line.</param>
/// <param name="IsCounter">It only ever grows; else it is a gauge.</param>
/// <param name="Labels">What tells figures of the same name apart, or null.</param>
public readonly record struct Metric(
    string Name,
    string Help,
    bool IsCounter,
    double Value,
    IReadOnlyList<KeyValuePair<string, string>>? Labels = null);
