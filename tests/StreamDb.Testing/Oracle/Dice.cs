namespace StreamDb.Testing.Oracle;

/// <summary>Choices that follow from a seed.</summary>
internal sealed class Dice(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>From 0 to <paramref name="count"/> − 1.</summary>
    public int Next(int count) => _random.Next(count);

    /// <summary>Both bounds included.</summary>
    public int Between(int min, int max) => _random.Next(min, max + 1);

    public bool Chance(int percent) => _random.Next(100) < percent;

    public T Pick<T>(List<T> items) => items[_random.Next(items.Count)];

    public T Pick<T>(IReadOnlyList<T> items) => items[_random.Next(items.Count)];

    public T Pick<T>(params ReadOnlySpan<T> items) => items[_random.Next(items.Length)];

    /// <summary>The index of one of the weights, as often as its share of their sum.</summary>
    public int Weighted(params ReadOnlySpan<int> weights)
    {
        int sum = 0;
        foreach (int weight in weights)
        {
            sum += weight;
        }

        int left = _random.Next(sum);
        int index = 0;
        while (left >= weights[index])
        {
            left -= weights[index++];
        }

        return index;
    }
}
