using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>LIKE over UTF-8: % is any run of characters, _ any one, backslash takes the next one literally.</summary>
internal static class LikePattern
{
    public static bool Like(ByteSlice text, ByteSlice pattern, EvaluationContext c)
    {
        Match match = Matches(text.Span, pattern.Span);
        return match == Match.BadEscape ? BadEscape(c) : match == Match.Yes;
    }

    public static bool NotLike(ByteSlice text, ByteSlice pattern, EvaluationContext c) => !Like(text, pattern, c);

    public static bool LikeIgnoreCase(ByteSlice text, ByteSlice pattern, EvaluationContext c) =>
        Like(StringMath.Lower(text, c), StringMath.Lower(pattern, c), c);

    public static bool NotLikeIgnoreCase(ByteSlice text, ByteSlice pattern, EvaluationContext c) => !LikeIgnoreCase(text, pattern, c);

    /// <summary>The pattern with another escape character turned into backslash; the empty one means none.</summary>
    public static ByteSlice Escape(ByteSlice pattern, ByteSlice escape, EvaluationContext c)
    {
        if (Utf8Text.CountCharacters(escape.Span) > 1)
        {
            throw new SqlException(SqlState.InvalidEscapeSequence, "invalid escape string") { Hint = "Escape string must be empty or one character." };
        }

        if (escape.Length == 1 && escape.Span[0] == '\\')
        {
            return pattern;
        }

        using Core.Codecs.ByteWriter output = Core.Codecs.ByteWriter.Rent();
        ReadOnlySpan<byte> rest = pattern.Span;
        while (rest.Length > 0)
        {
            if (escape.Length > 0 && rest.StartsWith(escape.Span))
            {
                output.Append((byte)'\\');
                rest = rest[escape.Length..];
                int next = Math.Min(rest.Length, rest.Length == 0 ? 0 : Utf8Text.CharacterBytes(rest[0]));
                output.Append(rest[..next]);
                rest = rest[next..];
                continue;
            }

            if (rest[0] == '\\')
            {
                output.Append((byte)'\\');
            }

            output.Append(rest[0]);
            rest = rest[1..];
        }

        return c.Bytes(output.Written);
    }

    /// <summary>A matcher for a pattern that is constant; other patterns are read for each row.</summary>
    public static ScalarImplementation Bind(CallExpression call, bool isNegated)
    {
        if (call.Arguments[1] is LiteralExpression { Value.Value: byte[] pattern } && ConstantLike.TryCreate(pattern, out ConstantLike? matcher))
        {
            return new ScalarImplementation(isNegated ? matcher.NotLike : (Delegate)matcher.Like, FailureMode.None);
        }

        return new ScalarImplementation(isNegated ? NotLike : (Delegate)Like, FailureMode.Flag);
    }

    public static Match Matches(ReadOnlySpan<byte> text, ReadOnlySpan<byte> pattern)
    {
        // One level of backtracking suffices: after a later % the earlier one never has to give up its match.
        int at = 0;
        int next = 0;
        int afterPercent = -1;
        int retry = 0;
        while (at < text.Length)
        {
            if (next < pattern.Length && pattern[next] == '%')
            {
                afterPercent = ++next;
                retry = at;
                continue;
            }

            if (next < pattern.Length && pattern[next] == '_')
            {
                next++;
                at += Utf8Text.CharacterBytes(text[at]);
                continue;
            }

            if (next < pattern.Length && pattern[next] == '\\')
            {
                if (next + 1 == pattern.Length)
                {
                    return Match.BadEscape;
                }

                if (pattern[next + 1] == text[at])
                {
                    next += 2;
                    at++;
                    continue;
                }
            }
            else if (next < pattern.Length && pattern[next] == text[at])
            {
                next++;
                at++;
                continue;
            }

            if (afterPercent < 0)
            {
                return Match.No;
            }

            retry += Utf8Text.CharacterBytes(text[retry]);
            at = retry;
            next = afterPercent;
        }

        while (next < pattern.Length && pattern[next] == '%')
        {
            next++;
        }

        return next == pattern.Length ? Match.Yes
            : pattern[next] == '\\' && next + 1 == pattern.Length ? Match.BadEscape
            : Match.No;
    }

    private static bool BadEscape(EvaluationContext c) =>
        c.Fail<bool>(SqlState.InvalidEscapeSequence, "LIKE pattern must not end with escape character");

    internal enum Match : byte
    {
        No,
        Yes,
        BadEscape,
    }
}
