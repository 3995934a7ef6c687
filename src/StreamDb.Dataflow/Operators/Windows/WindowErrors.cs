using StreamDb.Core.Rows;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>The errors reported for rows' results, so that they can be taken back with them.</summary>
internal sealed unsafe class WindowErrors(OperatorContext context, WindowRecords records) : IErrorSink
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
        records.Set(record, WindowRecords.HasErrors, true);
        _caught.Clear();
    }

    public void Write(BinaryWriter output)
    {
        output.Write(_ofRecord.Count);
        foreach ((nint record, List<(string State, string Message)> errors) in _ofRecord)
        {
            output.Write((ulong)record);
            output.Write(errors.Count);
            foreach ((string state, string message) in errors)
            {
                output.Write(state);
                output.Write(message);
            }
        }
    }

    public void Read(BinaryReader input)
    {
        for (int count = input.ReadInt32(); count > 0; count--)
        {
            nint record = (nint)input.ReadUInt64();
            var errors = new List<(string State, string Message)>();
            for (int left = input.ReadInt32(); left > 0; left--)
            {
                errors.Add((input.ReadString(), input.ReadString()));
            }

            _ofRecord.Add(record, errors);
        }
    }

    /// <summary>Takes back a record's errors.</summary>
    public void Retract(byte* record)
    {
        if (WindowRecords.Has(record, WindowRecords.HasErrors) && _ofRecord.Remove((nint)record, out List<(string State, string Message)>? errors))
        {
            records.Set(record, WindowRecords.HasErrors, false);
            foreach ((string state, string message) in errors)
            {
                context.Errors.Report(state, message, -1);
            }
        }
    }
}
