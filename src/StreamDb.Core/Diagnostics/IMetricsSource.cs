namespace StreamDb.Core.Diagnostics;

/// <summary>A part of the system that shows figures of itself.</summary>
public interface IMetricsSource
{
    /// <summary>Its figures now, those of one name together. Any thread; must be cheap.</summary>
    IEnumerable<Metric> ReadMetrics();
}
