using System.Globalization;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>Operators and functions over jsonb; for json they work on its normal form.</summary>
internal static class JsonFunctions
{
    public static void Declare(FunctionTable t)
    {
        JsonConversion.Declare(t);
        DeclareAccess(t);
        DeclareTests(t);
        DeclareChanges(t);
    }

    public static ByteSlice? Field(ByteSlice json, ByteSlice key)
    {
        var reader = new JsonbReader(json.Span);
        return reader.Kind == JsonbKind.Object && reader.TryGetField(key.Span, out JsonbReader field) ? Slice(field) : null;
    }

    public static ByteSlice? FieldText(ByteSlice json, ByteSlice key, EvaluationContext c) => AsText(Field(json, key), c);

    public static ByteSlice? Element(ByteSlice json, int index)
    {
        var reader = new JsonbReader(json.Span);
        return reader.Kind == JsonbKind.Array && reader.TryGetElement(index, out JsonbReader element) ? Slice(element) : null;
    }

    public static ByteSlice? ElementText(ByteSlice json, int index, EvaluationContext c) => AsText(Element(json, index), c);

    public static ByteSlice? Path(ByteSlice json, ByteSlice path)
    {
        var steps = new ArrayReader(PhysicalType.Bytes, path.Span);
        ByteSlice current = json;
        for (int i = 0; i < steps.Count; i++)
        {
            if (steps.IsNull(i) || Step(current, steps.GetSlice(i)) is not { } next)
            {
                return null;
            }

            current = next;
        }

        return current;
    }

    public static ByteSlice? PathText(ByteSlice json, ByteSlice path, EvaluationContext c) => AsText(Path(json, path), c);

    public static ByteSlice? ExtractPath(ByteSlice json, VariadicArguments steps)
    {
        ByteSlice current = json;
        for (int i = 0; i < steps.Count; i++)
        {
            if (steps.IsNull(i) || Step(current, steps.Get<ByteSlice>(i)) is not { } next)
            {
                return null;
            }

            current = next;
        }

        return current;
    }

    public static ByteSlice? ExtractPathText(ByteSlice json, VariadicArguments steps, EvaluationContext c) => AsText(ExtractPath(json, steps), c);

    public static ByteSlice? JsonField(ByteSlice json, ByteSlice key, EvaluationContext c) => Field(JsonConversion.JsonToJsonb(json, c), key);

    public static ByteSlice? JsonFieldText(ByteSlice json, ByteSlice key, EvaluationContext c) => FieldText(JsonConversion.JsonToJsonb(json, c), key, c);

    public static ByteSlice? JsonElement(ByteSlice json, int index, EvaluationContext c) => Element(JsonConversion.JsonToJsonb(json, c), index);

    public static ByteSlice? JsonElementText(ByteSlice json, int index, EvaluationContext c) => ElementText(JsonConversion.JsonToJsonb(json, c), index, c);

    public static ByteSlice? JsonPath(ByteSlice json, ByteSlice path, EvaluationContext c) => Path(JsonConversion.JsonToJsonb(json, c), path);

    public static ByteSlice? JsonPathText(ByteSlice json, ByteSlice path, EvaluationContext c) => PathText(JsonConversion.JsonToJsonb(json, c), path, c);

    public static ByteSlice TypeOf(ByteSlice json, EvaluationContext c)
    {
#pragma warning disable CA1308 // Kinds are written in lower case.
        return c.Text(new JsonbReader(json.Span).Kind.ToString().ToLowerInvariant());
#pragma warning restore CA1308
    }

    public static ByteSlice JsonTypeOf(ByteSlice json, EvaluationContext c) => TypeOf(JsonConversion.JsonToJsonb(json, c), c);

    public static int ArrayLength(ByteSlice json)
    {
        var reader = new JsonbReader(json.Span);
        return reader.Kind switch
        {
            JsonbKind.Array => reader.Count,
            JsonbKind.Object => throw new SqlException(SqlState.InvalidParameterValue, "cannot get array length of a non-array"),
            _ => throw new SqlException(SqlState.InvalidParameterValue, "cannot get array length of a scalar"),
        };
    }

    public static int JsonArrayLength(ByteSlice json, EvaluationContext c) => ArrayLength(JsonConversion.JsonToJsonb(json, c));

    public static bool Contains(ByteSlice outer, ByteSlice inner) => JsonbReader.Contains(new JsonbReader(outer.Span), new JsonbReader(inner.Span));

    public static bool IsContained(ByteSlice inner, ByteSlice outer) => Contains(outer, inner);

    public static bool HasKey(ByteSlice json, ByteSlice key) => new JsonbReader(json.Span).HasKey(key.Span);

    public static bool HasAnyKey(ByteSlice json, ByteSlice keys)
    {
        var reader = new ArrayReader(PhysicalType.Bytes, keys.Span);
        for (int i = 0; i < reader.Count; i++)
        {
            if (!reader.IsNull(i) && new JsonbReader(json.Span).HasKey(reader[i]))
            {
                return true;
            }
        }

        return false;
    }

    public static bool HasAllKeys(ByteSlice json, ByteSlice keys)
    {
        var reader = new ArrayReader(PhysicalType.Bytes, keys.Span);
        for (int i = 0; i < reader.Count; i++)
        {
            if (!reader.IsNull(i) && !new JsonbReader(json.Span).HasKey(reader[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>A value as text: strings without quotes, JSON null as NULL.</summary>
    public static ByteSlice? AsText(ByteSlice? json, EvaluationContext c)
    {
        if (json is not { } present)
        {
            return null;
        }

        var reader = new JsonbReader(present.Span);
        if (reader.Kind == JsonbKind.Null)
        {
            return null;
        }

        if (reader.Kind != JsonbKind.String)
        {
            return present;
        }

        using ByteWriter output = ByteWriter.Rent();
        reader.WriteText(output);
        return c.Bytes(output.Written);
    }

    private static unsafe ByteSlice Slice(JsonbReader value) => RawValue.Read<ByteSlice>(value.Value);

    private static ByteSlice? Step(ByteSlice json, ByteSlice step) => new JsonbReader(json.Span).Kind switch
    {
        JsonbKind.Object => Field(json, step),
        JsonbKind.Array => int.TryParse(step.Span, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out int index)
            ? Element(json, index)
            : null,
        _ => null,
    };

    private static void DeclareAccess(FunctionTable t)
    {
        t.Total("->(jsonb,text) jsonb; jsonb_object_field(jsonb,text) jsonb", Field);
        t.Total("->>(jsonb,text) text; jsonb_object_field_text(jsonb,text) text", FieldText);
        t.Total("->(jsonb,int4) jsonb; jsonb_array_element(jsonb,int4) jsonb", Element);
        t.Total("->>(jsonb,int4) text; jsonb_array_element_text(jsonb,int4) text", ElementText);
        t.Total("#>(jsonb,text[]) jsonb", Path);
        t.Total("#>>(jsonb,text[]) text", PathText);
        t.Of("->(json,text) json", JsonField);
        t.Of("->>(json,text) text", JsonFieldText);
        t.Of("->(json,int4) json", JsonElement);
        t.Of("->>(json,int4) text", JsonElementText);
        t.Of("#>(json,text[]) json", JsonPath);
        t.Of("#>>(json,text[]) text", JsonPathText);
        t.Of("jsonb_extract_path(jsonb,variadic text) jsonb", ExtractPath);
        t.Of("jsonb_extract_path_text(jsonb,variadic text) text", ExtractPathText);
        t.Total("jsonb_typeof(jsonb) text", TypeOf);
        t.Of("json_typeof(json) text", JsonTypeOf);
        t.Of("jsonb_array_length(jsonb) int4", ArrayLength);
        t.Of("json_array_length(json) int4", JsonArrayLength);
    }

    private static void DeclareTests(FunctionTable t)
    {
        t.Total("@>(jsonb,jsonb) bool; jsonb_contains(jsonb,jsonb) bool", Contains);
        t.Total("<@(jsonb,jsonb) bool; jsonb_contained(jsonb,jsonb) bool", IsContained);
        t.Total("?(jsonb,text) bool; jsonb_exists(jsonb,text) bool", HasKey);
        t.Total("?|(jsonb,text[]) bool; jsonb_exists_any(jsonb,text[]) bool", HasAnyKey);
        t.Total("?&(jsonb,text[]) bool; jsonb_exists_all(jsonb,text[]) bool", HasAllKeys);
    }

    private static void DeclareChanges(FunctionTable t)
    {
        t.Of("||(jsonb,jsonb) jsonb; jsonb_concat(jsonb,jsonb) jsonb", JsonChanges.Concatenate);
        t.Of("-(jsonb,text) jsonb; jsonb_delete(jsonb,text) jsonb", JsonChanges.DeleteKey);
        t.Of("-(jsonb,int4) jsonb; jsonb_delete(jsonb,int4) jsonb", JsonChanges.DeleteElement);
        t.Of("-(jsonb,text[]) jsonb; jsonb_delete(jsonb,text[]) jsonb", JsonChanges.DeleteKeys);
        t.Of("#-(jsonb,text[]) jsonb; jsonb_delete_path(jsonb,text[]) jsonb", JsonChanges.DeletePath);
        t.Of("jsonb_set(jsonb,text[],jsonb) jsonb", JsonChanges.Set);
        t.Of("jsonb_set(jsonb,text[],jsonb,bool) jsonb", JsonChanges.SetMissing);
        t.Of("jsonb_insert(jsonb,text[],jsonb) jsonb", JsonChanges.Insert);
        t.Of("jsonb_insert(jsonb,text[],jsonb,bool) jsonb", JsonChanges.InsertAfter);
        t.Of("jsonb_strip_nulls(jsonb) jsonb", JsonChanges.StripNulls);
        t.Of("jsonb_pretty(jsonb) text", JsonChanges.Pretty);
    }
}
