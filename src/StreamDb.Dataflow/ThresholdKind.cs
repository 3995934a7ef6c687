namespace StreamDb.Dataflow;

/// <summary>What the multiplicity of a row in the output is, given its multiplicities in the inputs.</summary>
internal enum ThresholdKind : byte
{
    /// <summary>min(1, left).</summary>
    Distinct,

    /// <summary>max(0, left - right).</summary>
    ExceptAll,

    /// <summary>left if right = 0, at most 1.</summary>
    Except,

    /// <summary>min(left, right).</summary>
    IntersectAll,

    /// <summary>1 if both.</summary>
    Intersect,
}
