using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Ports;

/// <summary>Makes a transform for each worker. Immutable.</summary>
public interface ITransformFactory
{
    /// <summary>Shape of the transform's output rows. A column whose expression may report a row error is nullable.</summary>
    IReadOnlyList<ColumnShape> Output { get; }

    /// <summary>The input column that an output column is a copy of; -1 when it is none.</summary>
    int SourceOf(int column) => -1;

    /// <summary>Whether it may make several rows of one.</summary>
    bool MakesRows => false;

    /// <summary>Whether it does nothing but pick columns of every row.</summary>
    bool IsSelection => false;

    /// <summary>The same for transforms that make the same rows, and report the same errors, of the same input; null: there is no telling.</summary>
    string? Name => null;

    IBatchTransform Create(OperatorContext context);
}
