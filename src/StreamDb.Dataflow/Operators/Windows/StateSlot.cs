using StreamDb.Core.Rows;

namespace StreamDb.Dataflow.Operators.Windows;

/// <summary>An accumulator and where its state lies among those of a record or a node.</summary>
internal readonly record struct StateSlot(IMergeableAccumulator Accumulator, int Offset);
