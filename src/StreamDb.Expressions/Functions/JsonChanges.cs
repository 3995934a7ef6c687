using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>Functions that give another jsonb value. Values are copied piece by piece; the result is normalised at the end.</summary>
internal static class JsonChanges
{
    public static ByteSlice Concatenate(ByteSlice left, ByteSlice right, EvaluationContext c)
    {
        var a = new JsonbReader(left.Span);
        var b = new JsonbReader(right.Span);
        using ByteWriter output = ByteWriter.Rent();
        if (a.Kind == JsonbKind.Object && b.Kind == JsonbKind.Object)
        {
            output.Append((byte)'{');
            AppendInside(a, output);
            AppendComma(a, b, output);
            AppendInside(b, output);
            output.Append((byte)'}');
            return JsonConversion.Normalized(output, c);
        }

        output.Append((byte)'[');
        AppendElements(a, output);
        bool isLeftEmpty = a.Kind == JsonbKind.Array && a.Count == 0;
        bool isRightEmpty = b.Kind == JsonbKind.Array && b.Count == 0;
        if (!isLeftEmpty && !isRightEmpty)
        {
            output.Append((byte)',');
        }

        AppendElements(b, output);
        output.Append((byte)']');
        return JsonConversion.Normalized(output, c);
    }

    public static ByteSlice DeleteKey(ByteSlice json, ByteSlice key, EvaluationContext c)
    {
        RequireContainer(json, "cannot delete from scalar");
        string name = Utf8Text.Decode(key);
        return Filter(json, (itemKey, _, value) => itemKey is not null ? itemKey != name : value != name, c);
    }

    public static ByteSlice DeleteKeys(ByteSlice json, ByteSlice keys, EvaluationContext c)
    {
        RequireContainer(json, "cannot delete from scalar");
        var reader = new ArrayReader(PhysicalType.Bytes, keys.Span);
        HashSet<string> names = [];
        for (int i = 0; i < reader.Count; i++)
        {
            if (!reader.IsNull(i))
            {
                names.Add(Utf8Text.Decode(reader.GetSlice(i)));
            }
        }

        return Filter(json, (itemKey, _, value) => itemKey is not null ? !names.Contains(itemKey) : value is null || !names.Contains(value), c);
    }

    public static ByteSlice DeleteElement(ByteSlice json, int index, EvaluationContext c)
    {
        RequireContainer(json, "cannot delete from scalar");
        var reader = new JsonbReader(json.Span);
        if (reader.Kind == JsonbKind.Object)
        {
            throw new SqlException(SqlState.InvalidParameterValue, "cannot delete from object using integer index");
        }

        int position = index < 0 ? reader.Count + index : index;
        return Filter(json, (_, at, _) => at != position, c);
    }

    public static ByteSlice DeletePath(ByteSlice json, ByteSlice path, EvaluationContext c)
    {
        RequireContainer(json, "cannot delete path in scalar");
        string[] steps = Steps(path);
        return steps.Length == 0 ? json : Change(json, c, root => Descend(root, steps, (parent, step) =>
        {
            switch (parent)
            {
                case JsonObject fields: fields.Remove(step); break;
                case JsonArray elements when TryIndex(step, elements.Count, out int index) && index >= 0 && index < elements.Count:
                    elements.RemoveAt(index);
                    break;
            }
        }));
    }

    public static ByteSlice Set(ByteSlice json, ByteSlice path, ByteSlice value, EvaluationContext c) => SetMissing(json, path, value, true, c);

    public static ByteSlice SetMissing(ByteSlice json, ByteSlice path, ByteSlice value, bool createsMissing, EvaluationContext c)
    {
        RequireContainer(json, "cannot set path in scalar");
        string[] steps = Steps(path);
        return steps.Length == 0 ? json : Change(json, c, root => Descend(root, steps, (parent, step) =>
        {
            if (parent is JsonObject fields)
            {
                if (createsMissing || fields.ContainsKey(step))
                {
                    fields[step] = Parse(value);
                }
            }
            else if (parent is JsonArray elements)
            {
                int index = Index(step, elements.Count, steps.Length);
                if (index >= 0 && index < elements.Count)
                {
                    elements[index] = Parse(value);
                }
                else if (createsMissing)
                {
                    elements.Insert(index < 0 ? 0 : elements.Count, Parse(value));
                }
            }
        }));
    }

    public static ByteSlice Insert(ByteSlice json, ByteSlice path, ByteSlice value, EvaluationContext c) => InsertAfter(json, path, value, false, c);

    public static ByteSlice InsertAfter(ByteSlice json, ByteSlice path, ByteSlice value, bool isAfter, EvaluationContext c)
    {
        RequireContainer(json, "cannot set path in scalar");
        string[] steps = Steps(path);
        return steps.Length == 0 ? json : Change(json, c, root => Descend(root, steps, (parent, step) =>
        {
            if (parent is JsonObject fields)
            {
                if (fields.ContainsKey(step))
                {
                    throw new SqlException(SqlState.InvalidParameterValue, "cannot replace existing key")
                    {
                        Hint = "Try using the function jsonb_set to replace key value.",
                    };
                }

                fields[step] = Parse(value);
            }
            else if (parent is JsonArray elements)
            {
                int index = Index(step, elements.Count, steps.Length);
                elements.Insert(Math.Clamp(index + (isAfter ? 1 : 0), 0, elements.Count), Parse(value));
            }
        }));
    }

    public static ByteSlice StripNulls(ByteSlice json, EvaluationContext c)
    {
        using ByteWriter output = ByteWriter.Rent();
        AppendWithoutNulls(new JsonbReader(json.Span), output);
        return JsonConversion.Normalized(output, c);
    }

    public static ByteSlice Pretty(ByteSlice json, EvaluationContext c)
    {
        using ByteWriter output = ByteWriter.Rent();
        AppendPretty(new JsonbReader(json.Span), 0, output);
        return c.Bytes(output.Written);
    }

    private static void RequireContainer(ByteSlice json, string message)
    {
        if (!new JsonbReader(json.Span).IsContainer)
        {
            throw new SqlException(SqlState.InvalidParameterValue, message);
        }
    }

    private static void AppendComma(JsonbReader left, JsonbReader right, ByteWriter output)
    {
        if (left.Count > 0 && right.Count > 0)
        {
            output.Append((byte)',');
        }
    }

    private static void AppendInside(JsonbReader container, ByteWriter output) => output.Append(container.Value[1..^1]);

    private static void AppendElements(JsonbReader value, ByteWriter output)
    {
        if (value.Kind == JsonbKind.Array)
        {
            AppendInside(value, output);
        }
        else
        {
            output.Append(value.Value);
        }
    }

    /// <summary>The items that a test (of key, position, string value) keeps.</summary>
    private static ByteSlice Filter(ByteSlice json, Func<string?, int, string?, bool> keeps, EvaluationContext c)
    {
        var reader = new JsonbReader(json.Span);
        bool isObject = reader.Kind == JsonbKind.Object;
        using ByteWriter output = ByteWriter.Rent();
        using ByteWriter text = ByteWriter.Rent();
        output.Append(isObject ? (byte)'{' : (byte)'[');
        int position = 0;
        foreach (JsonbItem item in reader)
        {
            string? key = null;
            string? value = null;
            if (isObject)
            {
                text.Clear();
                item.WriteKey(text);
                key = System.Text.Encoding.UTF8.GetString(text.Written);
            }
            else if (item.Value.Kind == JsonbKind.String)
            {
                text.Clear();
                item.Value.WriteText(text);
                value = System.Text.Encoding.UTF8.GetString(text.Written);
            }

            if (!keeps(key, position++, value))
            {
                continue;
            }

            if (output.Length > 1)
            {
                output.Append(", "u8);
            }

            if (isObject)
            {
                output.Append((byte)'"');
                output.Append(item.EscapedKey);
                output.Append("\": "u8);
            }

            output.Append(item.Value.Value);
        }

        output.Append(isObject ? (byte)'}' : (byte)']');
        return c.Bytes(output.Written);
    }

    private static void AppendWithoutNulls(JsonbReader value, ByteWriter output)
    {
        if (!value.IsContainer)
        {
            output.Append(value.Value);
            return;
        }

        bool isObject = value.Kind == JsonbKind.Object;
        output.Append(isObject ? (byte)'{' : (byte)'[');
        bool isFirst = true;
        foreach (JsonbItem item in value)
        {
            if (isObject && item.Value.Kind == JsonbKind.Null)
            {
                continue;
            }

            if (!isFirst)
            {
                output.Append(", "u8);
            }

            isFirst = false;
            AppendKey(item, isObject, output);
            AppendWithoutNulls(item.Value, output);
        }

        output.Append(isObject ? (byte)'}' : (byte)']');
    }

    private static void AppendPretty(JsonbReader value, int depth, ByteWriter output)
    {
        if (!value.IsContainer)
        {
            output.Append(value.Value);
            return;
        }

        bool isObject = value.Kind == JsonbKind.Object;
        output.Append(isObject ? (byte)'{' : (byte)'[');
        bool isFirst = true;
        foreach (JsonbItem item in value)
        {
            if (!isFirst)
            {
                output.Append((byte)',');
            }

            isFirst = false;
            NewLine(depth + 1, output);
            AppendKey(item, isObject, output);
            AppendPretty(item.Value, depth + 1, output);
        }

        NewLine(depth, output);
        output.Append(isObject ? (byte)'}' : (byte)']');
    }

    private static void NewLine(int depth, ByteWriter output)
    {
        output.Append((byte)'\n');
        for (int i = 0; i < depth; i++)
        {
            output.Append("    "u8);
        }
    }

    private static void AppendKey(JsonbItem item, bool isObject, ByteWriter output)
    {
        if (isObject)
        {
            output.Append((byte)'"');
            output.Append(item.EscapedKey);
            output.Append("\": "u8);
        }
    }

    private static string[] Steps(ByteSlice path)
    {
        var reader = new ArrayReader(PhysicalType.Bytes, path.Span);
        string[] steps = new string[reader.Count];
        for (int i = 0; i < steps.Length; i++)
        {
            steps[i] = reader.IsNull(i)
                ? throw new SqlException(SqlState.NullValueNotAllowed, $"path element at position {i + 1} is null")
                : Utf8Text.Decode(reader.GetSlice(i));
        }

        return steps;
    }

    private static ByteSlice Change(ByteSlice json, EvaluationContext c, Action<JsonNode> change)
    {
        JsonNode root = Parse(json)!;
        change(root);
        using ByteWriter output = ByteWriter.Rent();
        output.Append(System.Text.Encoding.UTF8.GetBytes(root.ToJsonString(_options)));
        return JsonConversion.Normalized(output, c);
    }

    private static readonly JsonSerializerOptions _options = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        MaxDepth = JsonText.DepthMax,
    };

    private static JsonNode? Parse(ByteSlice json) =>
        JsonNode.Parse(json.Span, documentOptions: new JsonDocumentOptions { MaxDepth = JsonText.DepthMax });

    /// <summary>Goes down all steps but the last and applies the change there; a missing step changes nothing.</summary>
    private static void Descend(JsonNode root, string[] steps, Action<JsonNode, string> change)
    {
        JsonNode? current = root;
        for (int i = 0; i + 1 < steps.Length; i++)
        {
            current = current switch
            {
                JsonObject fields => fields[steps[i]],
                JsonArray elements => Index(steps[i], elements.Count, i + 1) is var index && index >= 0 && index < elements.Count ? elements[index] : null,
                _ => null,
            };
        }

        if (current is not null)
        {
            change(current, steps[^1]);
        }
    }

    private static int Index(string step, int count, int position) => TryIndex(step, count, out int index)
        ? index
        : throw new SqlException(SqlState.InvalidTextRepresentation, $"path element at position {position} is not an integer: \"{step}\"");

    private static bool TryIndex(string step, int count, out int index)
    {
        bool isNumber = int.TryParse(step, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out index);
        index = index < 0 ? count + index : index;
        return isNumber;
    }
}
