using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Ports;

/// <summary>Collects the row errors of one live dataflow.</summary>
public interface IErrorCollector
{
    /// <summary>Called once per worker. The sink is called on that worker's thread only, during the epoch that <paramref name="context"/> names then.</summary>
    IErrorSink CreateSink(OperatorContext context);
}
