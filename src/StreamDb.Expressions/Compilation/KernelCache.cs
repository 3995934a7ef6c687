namespace StreamDb.Expressions.Compilation;

/// <summary>Compiled kernels by shape, so that a statement that differs from an earlier one in constants only needs no compiler.</summary>
/// <remarks>Holds up to 4096 kernels; when full, the older half of them is dropped. Thread-safe.</remarks>
internal static class KernelCache
{
    private const int CountMax = 4096;

    private static readonly Lock _lock = new();
    private static Dictionary<string, Kernel> _recent = [];
    private static Dictionary<string, Kernel> _older = [];

    public static Kernel Get(ProgramShape shape, bool readsNulls)
    {
        string key = (readsNulls ? "n" : "v") + shape.Key;
        lock (_lock)
        {
            if (_recent.TryGetValue(key, out Kernel? kernel))
            {
                return kernel;
            }

            if (_older.TryGetValue(key, out kernel))
            {
                Add(key, kernel);
                return kernel;
            }
        }

        Kernel built = KernelBuilder.Build(shape, readsNulls);
        lock (_lock)
        {
            Add(key, built);
        }

        return built;
    }

    private static void Add(string key, Kernel kernel)
    {
        if (_recent.Count >= CountMax / 2)
        {
            _older = _recent;
            _recent = [];
        }

        _recent[key] = kernel;
    }
}
