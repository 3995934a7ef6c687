using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Coordinator.Statements;

/// <summary>One kind of row error of a view.</summary>
/// <param name="Count">How many rows cause it now.</param>
internal readonly record struct ViewError(string State, string Message, long Count);

/// <summary>The row errors of one view: a multiset of (state, message) that retractions take back.</summary>
internal sealed class ViewErrorCollector : IErrorCollector
{
    private const int DistinctMax = 1000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string State, string Message), long> _counts = [];

    public IErrorSink CreateSink(OperatorContext context) => new Sink(this);

    /// <summary>The errors that rows now in the view's inputs cause.</summary>
    public IReadOnlyList<ViewError> Current()
    {
        lock (_gate)
        {
            return [.. _counts.Select(e => new ViewError(e.Key.State, e.Key.Message, e.Value))];
        }
    }

    /// <summary>Raises one of the current errors, if there are any: what reading a view WITH (on_error = 'fail') does.</summary>
    public void ThrowAny()
    {
        if (Current() is [var (state, message, _), ..])
        {
            throw new SqlException(state, message);
        }
    }

    /// <summary>Takes over those of a view that was restored, not computed.</summary>
    public void Restore(IEnumerable<ViewError> errors)
    {
        lock (_gate)
        {
            foreach (ViewError error in errors)
            {
                _counts.Add((error.State, error.Message), error.Count);
            }
        }
    }

    private void Report(string state, string message, long weight)
    {
        lock (_gate)
        {
            (string, string) key = (state, message);
            if (!_counts.TryGetValue(key, out long count) && _counts.Count >= DistinctMax)
            {
                return;
            }

            count += weight;
            if (count == 0)
            {
                _counts.Remove(key);
            }
            else
            {
                _counts[key] = count;
            }
        }
    }

    private sealed class Sink(ViewErrorCollector owner) : IErrorSink
    {
        public void Report(string state, string message, long weight) => owner.Report(state, message, weight);
    }
}
