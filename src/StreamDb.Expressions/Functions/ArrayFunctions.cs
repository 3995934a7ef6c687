using System.Globalization;
using StreamDb.Core.Codecs;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>Functions and operators over arrays.</summary>
internal static class ArrayFunctions
{
    public static void Declare(FunctionTable t)
    {
        DeclareShape(t);
        DeclareElements(t);
        DeclareChanges(t);
        DeclareTests(t);
        DeclareQuantified(t);
        t.Of("string_to_array(text,text) text[]", SplitText);
        t.Of("string_to_array(text,text,text) text[]", SplitTextWithNull);
        t.Of("regexp_match(text,text) text[]", RegexArrays.Match);
        t.Of("regexp_match(text,text,text) text[]", RegexArrays.MatchWithFlags);
        t.Of("regexp_split_to_array(text,text) text[]", RegexArrays.Split);
        t.Of("regexp_split_to_array(text,text,text) text[]", RegexArrays.SplitWithFlags);
    }

    public static int? Length(ByteSlice array, int dimension)
    {
        int dimensions = array.Span[0];
        return dimension >= 1 && dimension <= dimensions ? LengthOf(array, dimension - 1) : null;
    }

    public static int? Lower(ByteSlice array, int dimension) => dimension >= 1 && dimension <= array.Span[0] ? 1 : null;

    public static int? DimensionCount(ByteSlice array) => array.Span[0] == 0 ? null : array.Span[0];

    public static int Cardinality(ByteSlice array)
    {
        int count = array.Span[0] == 0 ? 0 : 1;
        for (int i = 0; i < array.Span[0]; i++)
        {
            count *= LengthOf(array, i);
        }

        return count;
    }

    public static ByteSlice? Dimensions(ByteSlice array, EvaluationContext c) => array.Span[0] == 0 ? null : c.Text(string.Concat(
        Enumerable.Range(0, array.Span[0]).Select(i => string.Create(CultureInfo.InvariantCulture, $"[1:{LengthOf(array, i)}]"))));

    public static ByteSlice? SplitText(ByteSlice? text, ByteSlice? delimiter, EvaluationContext c) => SplitTextWithNull(text, delimiter, null, c);

    public static ByteSlice? SplitTextWithNull(ByteSlice? text, ByteSlice? delimiter, ByteSlice? nullText, EvaluationContext c)
    {
        if (text is not { } present)
        {
            return null;
        }

        c.Array.Begin(SqlType.Text);
        ReadOnlySpan<byte> rest = present.Span;
        if (rest.Length > 0 && delimiter is null)
        {
            for (int at = 0; at < rest.Length;)
            {
                int length = Math.Min(Utf8Text.CharacterBytes(rest[at]), rest.Length - at);
                AppendPart(rest.Slice(at, length), nullText, c);
                at += length;
            }
        }
        else if (rest.Length > 0)
        {
            ReadOnlySpan<byte> separator = delimiter!.Value.Span;
            for (int at = Find(rest, separator); at >= 0; at = Find(rest, separator))
            {
                AppendPart(rest[..at], nullText, c);
                rest = rest[(at + separator.Length)..];
            }

            AppendPart(rest, nullText, c);
        }

        return c.FinishArray();
    }

    private static int Find(ReadOnlySpan<byte> text, ReadOnlySpan<byte> separator) => separator.Length == 0 ? -1 : text.IndexOf(separator);

    private static void AppendPart(ReadOnlySpan<byte> part, ByteSlice? nullText, EvaluationContext c)
    {
        if (nullText is { } marker && part.SequenceEqual(marker.Span))
        {
            c.Array.AppendNull();
        }
        else
        {
            c.Array.Append(part);
        }
    }

    private static int LengthOf(ByteSlice array, int dimension) =>
        System.Buffers.Binary.BinaryPrimitives.ReadInt32LittleEndian(array.Span[(1 + (dimension * sizeof(int)))..]);

    private static ArrayOperations Of(CallExpression call, int argument = 0) => new(ArrayReader.ElementOf(call.Arguments[argument].Type));

    private static ScalarImplementation Generic(CallExpression call, int array, string method) => ScalarImplementation.Generic(
        Of(call, array), method, ArrayReader.ElementOf(call.Arguments[array].Type), FailureMode.Throws);

    private static ScalarImplementation Throwing(Delegate method) => new(method, FailureMode.Throws);

    private static void DeclareShape(FunctionTable t)
    {
        t.Total("array_length(anyarray,int4) int4; array_upper(anyarray,int4) int4", Length);
        t.Total("array_lower(anyarray,int4) int4", Lower);
        t.Total("array_ndims(anyarray) int4", DimensionCount);
        t.Total("array_dims(anyarray) text", Dimensions);
        t.Total("cardinality(anyarray) int4; array_length(anyarray) int4", Cardinality);
    }

    private static void DeclareElements(FunctionTable t)
    {
        t.Bound(
            "array(variadic anyelement) anyarray",
            call => call.Arguments[0].Type.IsArray
                ? Throwing(new ArrayOperations(call.Type.Element!).ConstructNested)
                : Throwing(new ArrayOperations(call.Type.Element!).Construct),
            isStrict: false,
            returnsNull: false);
        t.Bound(
            "array_subscript(anyarray,variadic int4) anyelement",
            call => Generic(
                call, 0, call.Arguments[0].Type.IsArray ? nameof(ArrayOperations.Subscript) : nameof(ArrayOperations.VectorSubscript)));
        t.Bound("array_slice(anyarray,int4,int4) anyarray", call => Throwing(Of(call).Slice), isStrict: false);
        t.Bound("array_position(anyarray,anyelement) int4", call => Generic(call, 0, nameof(ArrayOperations.Position)), isStrict: false);
        t.Bound("array_position(anyarray,anyelement,int4) int4", call => Generic(call, 0, nameof(ArrayOperations.PositionFrom)), isStrict: false);
        t.Bound("array_positions(anyarray,anyelement) int4[]", call => Generic(call, 0, nameof(ArrayOperations.Positions)), isStrict: false);
        t.Bound("array_min(anyarray) anyelement", call => Generic(call, 0, nameof(ArrayOperations.Min)));
        t.Bound("array_max(anyarray) anyelement", call => Generic(call, 0, nameof(ArrayOperations.Max)));
    }

    private static void DeclareChanges(FunctionTable t)
    {
        t.Bound("array_append(anyarray,anyelement) anyarray; ||(anyarray,anynonarray) anyarray", call => Generic(call, 0, nameof(ArrayOperations.Append)), isStrict: false);
        t.Bound("array_prepend(anyelement,anyarray) anyarray; ||(anynonarray,anyarray) anyarray", call => Generic(call, 1, nameof(ArrayOperations.Prepend)), isStrict: false);
        t.Bound("array_cat(anyarray,anyarray) anyarray; ||(anyarray,anyarray) anyarray", call => Throwing(Of(call).Concatenate), isStrict: false);
        t.Bound("array_remove(anyarray,anyelement) anyarray", call => Generic(call, 0, nameof(ArrayOperations.Remove)), isStrict: false);
        t.Bound("array_replace(anyarray,anyelement,anyelement) anyarray", call => Generic(call, 0, nameof(ArrayOperations.Replace)), isStrict: false);
        t.Bound("array_to_string(anyarray,text) text; array_join(anyarray,text) text", call => Throwing(Of(call).ToText));
        t.Bound(
            "array_to_string(anyarray,text,text) text; array_join(anyarray,text,text) text",
            call => Throwing(Of(call).ToTextWithNull),
            isStrict: false);
        t.Bound("trim_array(anyarray,int4) anyarray", call => Throwing(Of(call).Trim));
        t.Bound(
            "array_fill(anyelement,int4[]) anyarray",
            call => ScalarImplementation.Generic(
                new ArrayOperations(call.Type.Element!), nameof(ArrayOperations.Fill), call.Arguments[0].Type, FailureMode.Throws),
            isStrict: false);
        t.Bound("array_distinct(anyarray) anyarray", call => Throwing(Of(call).Distinct));
        t.Bound("array_sort(anyarray) anyarray", call => Throwing(Of(call).Sort));
    }

    private static void DeclareTests(FunctionTable t)
    {
        t.Bound("@>(anyarray,anyarray) bool; array_contains(anyarray,anyarray) bool", call => Throwing(Of(call).Contains));
        t.Bound("<@(anyarray,anyarray) bool; array_contained(anyarray,anyarray) bool", call => Throwing(Of(call).IsContained));
        t.Bound("&&(anyarray,anyarray) bool", call => Throwing(Of(call).Overlaps));
    }

    private static void DeclareQuantified(FunctionTable t)
    {
        foreach ((string symbol, Comparison comparison) in Comparisons.Symbols)
        {
            t.Bound($"any{symbol}(anyelement,anyarray) bool", call => Quantified.Bind(call, comparison, isAny: true), isStrict: false);
            t.Bound($"all{symbol}(anyelement,anyarray) bool", call => Quantified.Bind(call, comparison, isAny: false), isStrict: false);
        }

        foreach (string symbol in (string[])["~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*"])
        {
            t.Bound($"any{symbol}(text,text[]) bool", call => QuantifiedPattern.Bind(symbol, isAny: true), isStrict: false);
            t.Bound($"all{symbol}(text,text[]) bool", call => QuantifiedPattern.Bind(symbol, isAny: false), isStrict: false);
        }
    }
}
