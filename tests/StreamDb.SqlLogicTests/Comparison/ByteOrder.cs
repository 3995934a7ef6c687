using System.Text;

namespace StreamDb.SqlLogicTests.Comparison;

/// <summary>Orders text by its UTF-8 bytes. UTF-16 order differs above U+FFFF, where surrogates sort too low.</summary>
public sealed class ByteOrder : IComparer<string>, IComparer<IReadOnlyList<string>>
{
    public static readonly ByteOrder Instance = new();

    public int Compare(string? x, string? y)
    {
        x ??= "";
        y ??= "";
        int length = Math.Min(x.Length, y.Length);
        int same = 0;
        while (same < length && x[same] == y[same])
        {
            same++;
        }

        if (same == length)
        {
            return x.Length.CompareTo(y.Length);
        }

        char left = x[same];
        char right = y[same];
        return char.IsSurrogate(left) || char.IsSurrogate(right)
            ? Encoding.UTF8.GetBytes(x).AsSpan().SequenceCompareTo(Encoding.UTF8.GetBytes(y))
            : left.CompareTo(right);
    }

    /// <summary>Rows compare column by column.</summary>
    public int Compare(IReadOnlyList<string>? x, IReadOnlyList<string>? y)
    {
        x ??= [];
        y ??= [];
        for (int i = 0; i < Math.Min(x.Count, y.Count); i++)
        {
            int order = Compare(x[i], y[i]);
            if (order != 0)
            {
                return order;
            }
        }

        return x.Count.CompareTo(y.Count);
    }
}
