using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Ports;

/// <summary>Makes a transform for each worker. Immutable.</summary>
public interface ITransformFactory
{
    /// <summary>Shape of the transform's output rows. A column whose expression may report a row error is nullable.</summary>
    IReadOnlyList<ColumnShape> Output { get; }

    IBatchTransform Create(OperatorContext context);
}
