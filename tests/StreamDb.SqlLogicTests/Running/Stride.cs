namespace StreamDb.SqlLogicTests.Running;

/// <summary>Takes at most <c>max</c> of <c>count</c> things, evenly spread over their order.</summary>
internal sealed class Stride(int count, int max)
{
    private long _seen;

    public bool Takes()
    {
        long before = _seen++ * max / Math.Max(count, 1);
        return count <= max || _seen * max / count > before;
    }
}
