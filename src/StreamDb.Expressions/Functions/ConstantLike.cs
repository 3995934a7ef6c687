using System.Diagnostics.CodeAnalysis;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>A LIKE pattern known when the query is compiled: the common shapes need one comparison or one search.</summary>
internal sealed class ConstantLike
{
    private readonly byte[] _pattern;
    private readonly byte[] _needle;
    private readonly Shape _shape;

    private ConstantLike(byte[] pattern, byte[] needle, Shape shape)
    {
        _pattern = pattern;
        _needle = needle;
        _shape = shape;
    }

    private enum Shape : byte
    {
        Equals,
        Prefix,
        Suffix,
        Contains,
        General,
    }

    /// <summary>False when the pattern ends with its escape character, which is an error only once a row reaches it.</summary>
    public static bool TryCreate(byte[] pattern, [NotNullWhen(true)] out ConstantLike? matcher)
    {
        matcher = null;
        var literal = new List<byte>();
        bool isSimple = true;
        for (int i = 0; i < pattern.Length; i++)
        {
            byte ch = pattern[i];
            if (ch == '\\')
            {
                if (++i == pattern.Length)
                {
                    return false;
                }

                literal.Add(pattern[i]);
            }
            else if (ch == '_')
            {
                isSimple = false;
            }
            else if (ch == '%')
            {
                isSimple &= i == 0 || i == pattern.Length - 1;
            }
            else
            {
                literal.Add(ch);
            }
        }

        bool isOpenStart = pattern.Length > 0 && pattern[0] == '%';
        bool isOpenEnd = EndsWithPercent(pattern);
        Shape shape = !isSimple ? Shape.General
            : isOpenStart && (isOpenEnd || pattern.Length == 1) ? Shape.Contains
            : isOpenStart ? Shape.Suffix
            : isOpenEnd ? Shape.Prefix
            : Shape.Equals;
        matcher = new ConstantLike(pattern, [.. literal], shape);
        return true;
    }

    // Hot path: per row.
    public bool Like(ByteSlice text) => _shape switch
    {
        Shape.Prefix => text.Span.StartsWith(_needle),
        Shape.Suffix => text.Span.EndsWith(_needle),
        Shape.Contains => text.Span.IndexOf(_needle) >= 0,
        Shape.Equals => text.Span.SequenceEqual(_needle),
        _ => LikePattern.Matches(text.Span, _pattern) == LikePattern.Match.Yes,
    };

    public bool NotLike(ByteSlice text) => !Like(text);

    private static bool EndsWithPercent(byte[] pattern)
    {
        if (pattern.Length == 0 || pattern[^1] != '%')
        {
            return false;
        }

        int escapes = 0;
        for (int i = pattern.Length - 2; i >= 0 && pattern[i] == '\\'; i--)
        {
            escapes++;
        }

        return escapes % 2 == 0;
    }
}
