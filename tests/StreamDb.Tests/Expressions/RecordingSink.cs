using StreamDb.Core.Rows;

namespace StreamDb.Tests.Expressions;

/// <summary>Remembers row errors, as a maintained view does.</summary>
internal sealed class RecordingSink : IErrorSink
{
    public List<(string State, string Message, long Weight)> Reports { get; } = [];

    public void Report(string state, string message, long weight) => Reports.Add((state, message, weight));
}
