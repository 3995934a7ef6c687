using StreamDb.Core.Columns;
using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>A window function on one worker: computes results of batches of rows from the partitions' trees. Stateless between batches.</summary>
internal abstract class WindowFunction(ColumnShape output) : IDisposable
{
    public ColumnShape Output { get; } = output;

    /// <summary>Which rows a change may affect; null where <see cref="BucketShifts"/> says it.</summary>
    public abstract Dependency? DependsOn { get; }

    /// <summary>Appends one value per row of the batch. Frames are computed.</summary>
    public abstract void Compute(WindowBatch batch, ColumnBuilder output, IErrorSink errors);

    public virtual void Dispose()
    {
    }

    /// <summary>The dependency of a function of all rows of a frame.</summary>
    protected static Dependency OfFrame(FrameRows frame) => new(frame.Start, frame.End, IncludesSelf: frame.Start.IsCounted || frame.End.IsCounted);
}
