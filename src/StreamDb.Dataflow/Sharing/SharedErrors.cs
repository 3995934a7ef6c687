using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Sharing;

/// <summary>Row errors of a part of several dataflows, on one worker: each of the dataflows has them. One thread.</summary>
internal sealed class SharedErrors(IErrorSink first) : IErrorSink
{
    private readonly List<IErrorSink> _sinks = [first];

    public void Report(string state, string message, long weight)
    {
        foreach (IErrorSink sink in _sinks)
        {
            sink.Report(state, message, weight);
        }
    }

    public void Add(SharedErrors other) => _sinks.AddRange(other._sinks);

    public void Remove(IErrorSink sink) => _sinks.Remove(sink);
}
