using StreamDb.Core.Rows;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>The errors reported for rows' results, so that they can be taken back with them.</summary>
internal sealed unsafe class WindowErrors(OperatorContext context) : IErrorSink
{
    private readonly Dictionary<nint, List<(string State, string Message)>> _ofRecord = [];
    private readonly List<(string State, string Message)> _caught = [];

    /// <summary>Whether anything was reported since <see cref="Clear"/>.</summary>
    public bool Any => _caught.Count > 0;

    public void Report(string state, string message, long weight) => _caught.Add((state, message));

    public void Clear() => _caught.Clear();

    /// <summary>Gives out what was reported as a record's errors.</summary>
    public void Keep(byte* record)
    {
        foreach ((string state, string message) in _caught)
        {
            context.Errors.Report(state, message, 1);
        }

        if (!_ofRecord.TryGetValue((nint)record, out List<(string State, string Message)>? errors))
        {
            errors = [];
            _ofRecord.Add((nint)record, errors);
        }

        errors.AddRange(_caught);
        WindowRecords.Set(record, WindowRecords.HasErrors, true);
        _caught.Clear();
    }

    /// <summary>Takes back a record's errors.</summary>
    public void Retract(byte* record)
    {
        if (WindowRecords.Has(record, WindowRecords.HasErrors) && _ofRecord.Remove((nint)record, out List<(string State, string Message)>? errors))
        {
            WindowRecords.Set(record, WindowRecords.HasErrors, false);
            foreach ((string state, string message) in errors)
            {
                context.Errors.Report(state, message, -1);
            }
        }
    }
}
