using StreamDb.Core.Rows;
using StreamDb.Dataflow.Ports;

namespace StreamDb.Dataflow;

/// <summary>Collects the row errors of dataflows without expressions: there are none.</summary>
public sealed class SilentErrors : IErrorCollector
{
    public static SilentErrors Instance { get; } = new();

    public IErrorSink CreateSink(OperatorContext context) => ThrowingErrorSink.Instance;
}
