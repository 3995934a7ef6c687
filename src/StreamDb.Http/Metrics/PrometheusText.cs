using System.Globalization;
using System.Text;
using StreamDb.Core.Diagnostics;

namespace StreamDb.Http.Metrics;

/// <summary>Figures in Prometheus' text exposition format, version 0.0.4.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IEnumerable<Metric> metrics)
    {
        var text = new StringBuilder();

        // The format wants all figures of one name together, under one header, whoever they come from.
        foreach (IGrouping<string, Metric> group in metrics.GroupBy(metric => metric.Name))
        {
            Metric first = group.First();
            text.Append("# HELP ").Append(first.Name).Append(' ').Append(Escape(first.Help)).Append('\n');
            text.Append("# TYPE ").Append(first.Name).Append(first.IsCounter ? " counter\n" : " gauge\n");
            foreach (Metric metric in group)
            {
                text.Append(metric.Name);
                WriteLabels(text, metric.Labels);
                text.Append(' ').Append(Number(metric.Value)).Append('\n');
            }
        }

        return text.ToString();
    }

    private static void WriteLabels(StringBuilder text, IReadOnlyList<KeyValuePair<string, string>>? labels)
    {
        if (labels is not { Count: > 0 })
        {
            return;
        }

        char separator = '{';
        foreach ((string name, string value) in labels)
        {
            text.Append(separator).Append(name).Append("=\"").Append(Escape(value).Replace("\"", "\\\"", StringComparison.Ordinal)).Append('"');
            separator = ',';
        }

        text.Append('}');
    }

    private static string Escape(string value) =>
        value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Number(double value) => value switch
    {
        double.PositiveInfinity => "+Inf",
        double.NegativeInfinity => "-Inf",
        double.NaN => "NaN",
        _ => value.ToString("R", CultureInfo.InvariantCulture),
    };
}
