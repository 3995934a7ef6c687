namespace StreamDb.Dataflow.Traces;

/// <summary>Where a sorted batch lies on disk, and what is needed to read it there.</summary>
/// <param name="File">The segment file's name.</param>
/// <param name="Offset">Of the block: rows, then offsets unless rows have a stride, then weights unless all are 1.</param>
/// <param name="Stride">Bytes per row; 0 when rows differ in length.</param>
internal sealed record StoredBatch(string File, long Offset, int Stride, int Count, long RowBytes, long WeightSum, bool HasWeights);
