using System.Collections;
using System.Runtime.CompilerServices;

namespace StreamDb.Sql.Syntax;

/// <summary>An immutable list of child nodes (or names) that compares by its elements; <c>default</c> is empty.</summary>
[CollectionBuilder(typeof(SyntaxList), nameof(SyntaxList.Create))]
public readonly struct SyntaxList<T> : IReadOnlyList<T>, IEquatable<SyntaxList<T>>
{
    private readonly T[]? _items;

    internal SyntaxList(T[] items)
    {
        _items = items;
    }

    public static SyntaxList<T> Empty => default;

    public int Count => _items?.Length ?? 0;

    public bool IsEmpty => Count == 0;

    public T this[int index] => (_items ?? [])[index];

    public static bool operator ==(SyntaxList<T> left, SyntaxList<T> right) => left.Equals(right);

    public static bool operator !=(SyntaxList<T> left, SyntaxList<T> right) => !left.Equals(right);

    public ReadOnlySpan<T> AsSpan() => _items;

    public bool Equals(SyntaxList<T> other)
    {
        ReadOnlySpan<T> left = AsSpan();
        ReadOnlySpan<T> right = other.AsSpan();
        if (left.Length != right.Length)
        {
            return false;
        }

        for (int index = 0; index < left.Length; index++)
        {
            if (!EqualityComparer<T>.Default.Equals(left[index], right[index]))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => obj is SyntaxList<T> other && Equals(other);

    public override int GetHashCode()
    {
        HashCode hash = default;
        foreach (T item in AsSpan())
        {
            hash.Add(item);
        }

        return hash.ToHashCode();
    }

    public IEnumerator<T> GetEnumerator() => ((IEnumerable<T>)(_items ?? [])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

/// <summary>Makes <see cref="SyntaxList{T}"/>s; also what collection expressions call.</summary>
public static class SyntaxList
{
    public static SyntaxList<T> Create<T>(ReadOnlySpan<T> items) => items.IsEmpty ? default : new SyntaxList<T>(items.ToArray());

    public static SyntaxList<T> ToSyntaxList<T>(this IEnumerable<T> items) => new(items.ToArray());
}
