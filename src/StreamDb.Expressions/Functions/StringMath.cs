using System.Text;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>Functions over text, counted in characters. Parts of an argument are slices of it, without a copy.</summary>
internal static unsafe class StringMath
{
    public static int Length(ByteSlice text) => Utf8Text.CountCharacters(text.Span);

    public static int PaddedLength(ByteSlice text) => Length(StringCasts.Unpad(text));

    public static int OctetLength(ByteSlice bytes) => bytes.Length;

    public static int BitLength(ByteSlice bytes) => bytes.Length * 8;

    public static ByteSlice Concatenate(ByteSlice a, ByteSlice b, EvaluationContext c)
    {
        byte* target = c.Arena.Allocate((long)a.Length + b.Length);
        a.Span.CopyTo(new Span<byte>(target, a.Length));
        b.Span.CopyTo(new Span<byte>(target + a.Length, b.Length));
        return new ByteSlice(target, a.Length + b.Length);
    }

    public static ByteSlice Upper(ByteSlice text, EvaluationContext c) => Map(text, c, isUpper: true);

    public static ByteSlice Lower(ByteSlice text, EvaluationContext c) => Map(text, c, isUpper: false);

    public static ByteSlice InitialCapitals(ByteSlice text, EvaluationContext c)
    {
        using ByteWriter output = ByteWriter.Rent();
        bool isInWord = false;
        foreach (Rune rune in Utf8Text.Decode(text).EnumerateRunes())
        {
            Append(isInWord ? Rune.ToLowerInvariant(rune) : Rune.ToUpperInvariant(rune), output);
            isInWord = Rune.IsLetterOrDigit(rune);
        }

        return c.Bytes(output.Written);
    }

    public static ByteSlice SubstringFrom(ByteSlice text, int start) =>
        Utf8Text.Slice(text, Utf8Text.OffsetOf(text.Span, (long)start - 1), text.Length);

    public static ByteSlice Substring(ByteSlice text, int start, int length, EvaluationContext c)
    {
        if (length < 0)
        {
            return c.Fail<ByteSlice>(SqlState.SubstringError, "negative substring length not allowed");
        }

        long first = (long)start - 1;
        long end = Math.Max(first + length, 0);
        int from = Utf8Text.OffsetOf(text.Span, first);
        int to = from + Utf8Text.OffsetOf(text.Span[from..], end - Math.Max(first, 0));
        return Utf8Text.Slice(text, from, to);
    }

    public static ByteSlice Left(ByteSlice text, int count) =>
        Utf8Text.Slice(text, 0, Utf8Text.OffsetOf(text.Span, count >= 0 ? count : (long)Length(text) + count));

    public static ByteSlice Right(ByteSlice text, int count)
    {
        long skipped = count >= 0 ? (long)Length(text) - count : -(long)count;
        return Utf8Text.Slice(text, Utf8Text.OffsetOf(text.Span, skipped), text.Length);
    }

    public static ByteSlice PadLeft(ByteSlice text, int length, ByteSlice fill, EvaluationContext c) => Pad(text, length, fill, isLeft: true, c);

    public static ByteSlice PadRight(ByteSlice text, int length, ByteSlice fill, EvaluationContext c) => Pad(text, length, fill, isLeft: false, c);

    public static ByteSlice PadLeftBlank(ByteSlice text, int length, EvaluationContext c) => Pad(text, length, c.Bytes(" "u8), isLeft: true, c);

    public static ByteSlice PadRightBlank(ByteSlice text, int length, EvaluationContext c) => Pad(text, length, c.Bytes(" "u8), isLeft: false, c);

    public static ByteSlice Repeat(ByteSlice text, int count, EvaluationContext c)
    {
        count = Math.Max(count, 0);
        byte* target = c.Arena.Allocate((long)text.Length * count);
        for (int i = 0; i < count && text.Length > 0; i++)
        {
            text.Span.CopyTo(new Span<byte>(target + ((long)i * text.Length), text.Length));
        }

        return new ByteSlice(target, text.Length * count);
    }

    public static ByteSlice Reverse(ByteSlice text, EvaluationContext c)
    {
        byte* target = c.Arena.Allocate(text.Length);
        int to = text.Length;
        for (int from = 0; from < text.Length;)
        {
            int length = Math.Min(Utf8Text.CharacterBytes(text.Pointer[from]), text.Length - from);
            to -= length;
            text.Span.Slice(from, length).CopyTo(new Span<byte>(target + to, length));
            from += length;
        }

        return new ByteSlice(target, text.Length);
    }

    public static ByteSlice Replace(ByteSlice text, ByteSlice from, ByteSlice to, EvaluationContext c)
    {
        if (from.Length == 0 || text.Span.IndexOf(from.Span) < 0)
        {
            return text;
        }

        using ByteWriter output = ByteWriter.Rent();
        ReadOnlySpan<byte> rest = text.Span;
        for (int at = rest.IndexOf(from.Span); at >= 0; at = rest.IndexOf(from.Span))
        {
            output.Append(rest[..at]);
            output.Append(to.Span);
            rest = rest[(at + from.Length)..];
        }

        output.Append(rest);
        return c.Bytes(output.Written);
    }

    public static ByteSlice Translate(ByteSlice text, ByteSlice from, ByteSlice to, EvaluationContext c)
    {
        Rune[] source = [.. Utf8Text.Decode(from).EnumerateRunes()];
        Rune[] target = [.. Utf8Text.Decode(to).EnumerateRunes()];
        using ByteWriter output = ByteWriter.Rent();
        foreach (Rune rune in Utf8Text.Decode(text).EnumerateRunes())
        {
            int index = Array.IndexOf(source, rune);
            if (index < 0)
            {
                Append(rune, output);
            }
            else if (index < target.Length)
            {
                Append(target[index], output);
            }
        }

        return c.Bytes(output.Written);
    }

    public static ByteSlice TrimBoth(ByteSlice text, ByteSlice characters) => Trim(text, characters.Span, true, true);

    public static ByteSlice TrimStart(ByteSlice text, ByteSlice characters) => Trim(text, characters.Span, true, false);

    public static ByteSlice TrimEnd(ByteSlice text, ByteSlice characters) => Trim(text, characters.Span, false, true);

    public static ByteSlice TrimBothBlank(ByteSlice text) => Trim(text, " "u8, true, true);

    public static ByteSlice TrimStartBlank(ByteSlice text) => Trim(text, " "u8, true, false);

    public static ByteSlice TrimEndBlank(ByteSlice text) => Trim(text, " "u8, false, true);

    public static ByteSlice TrimBytesBoth(ByteSlice bytes, ByteSlice set) => TrimBytes(bytes, set.Span, true, true);

    public static ByteSlice TrimBytesStart(ByteSlice bytes, ByteSlice set) => TrimBytes(bytes, set.Span, true, false);

    public static ByteSlice TrimBytesEnd(ByteSlice bytes, ByteSlice set) => TrimBytes(bytes, set.Span, false, true);

    public static ByteSlice SplitPart(ByteSlice text, ByteSlice delimiter, int field, EvaluationContext c)
    {
        if (field == 0)
        {
            return c.Fail<ByteSlice>(SqlState.InvalidParameterValue, "field position must not be zero");
        }

        if (delimiter.Length == 0)
        {
            return field is 1 or -1 ? text : default;
        }

        return field > 0 ? SplitForward(text, delimiter.Span, field) : SplitBackward(text, delimiter.Span, -(long)field);
    }

    public static int Position(ByteSlice text, ByteSlice part)
    {
        int at = text.Span.IndexOf(part.Span);
        return at < 0 ? 0 : Utf8Text.CountCharacters(text.Span[..at]) + 1;
    }

    public static int BytePosition(ByteSlice bytes, ByteSlice part) => bytes.Span.IndexOf(part.Span) + 1;

    public static ByteSlice Overlay(ByteSlice text, ByteSlice replacement, int start, int length, EvaluationContext c)
    {
        if (start <= 0)
        {
            return c.Fail<ByteSlice>(SqlState.SubstringError, "negative substring length not allowed");
        }

        long end = (long)start + length;
        ByteSlice before = Substring(text, 1, start - 1, c);
        ByteSlice after = Utf8Text.Slice(text, Utf8Text.OffsetOf(text.Span, Math.Max(end - 1, 0)), text.Length);
        return Concatenate(Concatenate(before, replacement, c), after, c);
    }

    public static ByteSlice OverlaySame(ByteSlice text, ByteSlice replacement, int start, EvaluationContext c) =>
        Overlay(text, replacement, start, Length(replacement), c);

    public static int AsciiCode(ByteSlice text)
    {
        if (text.Length == 0)
        {
            return 0;
        }

        Rune.DecodeFromUtf8(text.Span, out Rune first, out _);
        return first.Value;
    }

    public static ByteSlice Character(int code, EvaluationContext c)
    {
        if (code == 0)
        {
            return c.Fail<ByteSlice>(SqlState.ProgramLimitExceeded, "null character not permitted");
        }

        if (!Rune.TryCreate(code, out Rune rune))
        {
            return c.Fail<ByteSlice>(
                SqlState.ProgramLimitExceeded,
                code is > 0 and <= 0x10FFFF ? $"requested character not valid for encoding: {code}" : $"requested character too large for encoding: {code}");
        }

        Span<byte> bytes = stackalloc byte[4];
        return c.Bytes(bytes[..rune.EncodeToUtf8(bytes)]);
    }

    public static bool StartsWith(ByteSlice text, ByteSlice prefix) => text.Span.StartsWith(prefix.Span);

    public static ByteSlice ToHex(int value, EvaluationContext c) =>
        c.Text(((uint)value).ToString("x", System.Globalization.CultureInfo.InvariantCulture));

    public static ByteSlice ToHexLong(long value, EvaluationContext c) =>
        c.Text(((ulong)value).ToString("x", System.Globalization.CultureInfo.InvariantCulture));

    public static ByteSlice QuoteIdentifier(ByteSlice name, EvaluationContext c) => c.Text(Quoting.Identifier(Utf8Text.Decode(name)));

    public static ByteSlice QuoteLiteral(ByteSlice text, EvaluationContext c) => c.Text(Quoting.Literal(Utf8Text.Decode(text)));

    public static ByteSlice QuoteNullable(ByteSlice? text, EvaluationContext c) => text is { } value ? QuoteLiteral(value, c) : c.Bytes("NULL"u8);

    public static ByteSlice Concat(VariadicArguments values, EvaluationContext c)
    {
        using ByteWriter output = ByteWriter.Rent();
        for (int i = 0; i < values.Count; i++)
        {
            if (!values.IsNull(i))
            {
                output.Append(values.Get<ByteSlice>(i).Span);
            }
        }

        return c.Bytes(output.Written);
    }

    public static ByteSlice? ConcatWithSeparator(VariadicArguments values, EvaluationContext c)
    {
        if (values.IsNull(0))
        {
            return null;
        }

        using ByteWriter output = ByteWriter.Rent();
        bool isFirst = true;
        for (int i = 1; i < values.Count; i++)
        {
            if (values.IsNull(i))
            {
                continue;
            }

            if (!isFirst)
            {
                output.Append(values.Get<ByteSlice>(0).Span);
            }

            output.Append(values.Get<ByteSlice>(i).Span);
            isFirst = false;
        }

        return c.Bytes(output.Written);
    }

    internal static void Append(Rune rune, ByteWriter output)
    {
        Span<byte> bytes = stackalloc byte[4];
        output.Append(bytes[..rune.EncodeToUtf8(bytes)]);
    }

    private static ByteSlice Map(ByteSlice text, EvaluationContext c, bool isUpper)
    {
        if (Utf8Text.IsAscii(text.Span))
        {
            byte* target = c.Arena.Allocate(text.Length);
            var result = new Span<byte>(target, text.Length);
            if (isUpper)
            {
                Ascii.ToUpper(text.Span, result, out _);
            }
            else
            {
                Ascii.ToLower(text.Span, result, out _);
            }

            return new ByteSlice(target, text.Length);
        }

        string decoded = Utf8Text.Decode(text);
        return c.Text(isUpper ? decoded.ToUpperInvariant() : decoded.ToLowerInvariant());
    }

    private static ByteSlice Pad(ByteSlice text, int length, ByteSlice fill, bool isLeft, EvaluationContext c)
    {
        int missing = Math.Max(length, 0) - Length(text);
        if (missing <= 0 || fill.Length == 0)
        {
            return missing < 0 ? Left(text, Math.Max(length, 0)) : text;
        }

        int fillCharacters = Length(fill);
        int rest = Utf8Text.OffsetOf(fill.Span, missing % fillCharacters);
        long padding = ((long)(missing / fillCharacters) * fill.Length) + rest;
        byte* target = c.Arena.Allocate(padding + text.Length);
        var whole = new Span<byte>(target, (int)(padding + text.Length));
        text.Span.CopyTo(isLeft ? whole[(int)padding..] : whole);
        Span<byte> pad = isLeft ? whole[..(int)padding] : whole[text.Length..];
        while (pad.Length >= fill.Length)
        {
            fill.Span.CopyTo(pad);
            pad = pad[fill.Length..];
        }

        fill.Span[..pad.Length].CopyTo(pad);
        return new ByteSlice(target, (int)(padding + text.Length));
    }

    private static ByteSlice Trim(ByteSlice text, ReadOnlySpan<byte> characters, bool atStart, bool atEnd)
    {
        int start = 0;
        int end = text.Length;
        while (atStart && start < end)
        {
            int length = Math.Min(Utf8Text.CharacterBytes(text.Pointer[start]), end - start);
            if (characters.IndexOf(text.Span.Slice(start, length)) < 0)
            {
                break;
            }

            start += length;
        }

        while (atEnd && end > start)
        {
            int length = 1;
            while (end - length > start && (text.Pointer[end - length] & 0xC0) == 0x80)
            {
                length++;
            }

            if (characters.IndexOf(text.Span.Slice(end - length, length)) < 0)
            {
                break;
            }

            end -= length;
        }

        return Utf8Text.Slice(text, start, end);
    }

    private static ByteSlice TrimBytes(ByteSlice bytes, ReadOnlySpan<byte> set, bool atStart, bool atEnd)
    {
        int start = 0;
        int end = bytes.Length;
        while (atStart && start < end && set.Contains(bytes.Pointer[start]))
        {
            start++;
        }

        while (atEnd && end > start && set.Contains(bytes.Pointer[end - 1]))
        {
            end--;
        }

        return Utf8Text.Slice(bytes, start, end);
    }

    private static ByteSlice SplitForward(ByteSlice text, ReadOnlySpan<byte> delimiter, int field)
    {
        int start = 0;
        while (true)
        {
            int at = text.Span[start..].IndexOf(delimiter);
            if (--field == 0)
            {
                return Utf8Text.Slice(text, start, at < 0 ? text.Length : start + at);
            }

            if (at < 0)
            {
                return default;
            }

            start += at + delimiter.Length;
        }
    }

    private static ByteSlice SplitBackward(ByteSlice text, ReadOnlySpan<byte> delimiter, long field)
    {
        int end = text.Length;
        while (true)
        {
            int at = text.Span[..end].LastIndexOf(delimiter);
            if (--field == 0)
            {
                return Utf8Text.Slice(text, at < 0 ? 0 : at + delimiter.Length, end);
            }

            if (at < 0)
            {
                return default;
            }

            end = at;
        }
    }
}
