using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>Functions that make JSON of SQL values, and the casts from jsonb to scalars.</summary>
internal static class JsonConversion
{
    public static void Declare(FunctionTable t)
    {
        t.Bound("to_jsonb(any) jsonb", call => Converter(call, isBinary: true));
        t.Bound("to_json(any) json; row_to_json(any) json; array_to_json(any) json", call => Converter(call, isBinary: false));
        t.Bound("jsonb_build_array(variadic any) jsonb", call => Throwing(new Builder(call, true).Array), isStrict: false);
        t.Bound("json_build_array(variadic any) json", call => Throwing(new Builder(call, false).Array), isStrict: false);
        t.Bound("jsonb_build_object(variadic any) jsonb", call => Throwing(new Builder(call, true).Object), isStrict: false);
        t.Bound("json_build_object(variadic any) json", call => Throwing(new Builder(call, false).Object), isStrict: false);
        t.Of("jsonb_build_array() jsonb; json_build_array() json", EmptyArray);
        t.Of("jsonb_build_object() jsonb; json_build_object() json", EmptyObject);
        t.Of("jsonb_object(text[]) jsonb; json_object(text[]) json", ObjectOfPairs);
        t.Of("jsonb_object(text[],text[]) jsonb; json_object(text[],text[]) json", ObjectOfKeysAndValues);
    }

    public static ByteSlice EmptyArray(EvaluationContext c) => c.Bytes("[]"u8);

    public static ByteSlice EmptyObject(EvaluationContext c) => c.Bytes("{}"u8);

    public static ByteSlice ObjectOfPairs(ByteSlice pairs, EvaluationContext c)
    {
        var reader = new ArrayReader(PhysicalType.Bytes, pairs.Span);
        if (reader.DimensionCount > 2 || (reader.DimensionCount == 2 && reader.Dimension(1) != 2))
        {
            throw new SqlException(SqlState.ArraySubscriptError, "array must have two columns");
        }

        if (reader.Count % 2 != 0)
        {
            throw new SqlException(SqlState.ArraySubscriptError, "array must have even number of elements");
        }

        using ByteWriter output = ByteWriter.Rent();
        output.Append((byte)'{');
        for (int i = 0; i < reader.Count; i += 2)
        {
            AppendMember(reader, i, reader, i + 1, i > 0, output);
        }

        output.Append((byte)'}');
        return Normalized(output, c);
    }

    public static ByteSlice ObjectOfKeysAndValues(ByteSlice keys, ByteSlice values, EvaluationContext c)
    {
        var keyReader = new ArrayReader(PhysicalType.Bytes, keys.Span);
        var valueReader = new ArrayReader(PhysicalType.Bytes, values.Span);
        if (keyReader.Count != valueReader.Count)
        {
            throw new SqlException(SqlState.ArraySubscriptError, "mismatched array dimensions");
        }

        using ByteWriter output = ByteWriter.Rent();
        output.Append((byte)'{');
        for (int i = 0; i < keyReader.Count; i++)
        {
            AppendMember(keyReader, i, valueReader, i, i > 0, output);
        }

        output.Append((byte)'}');
        return Normalized(output, c);
    }

    /// <summary>JSON text brought into jsonb's normal form.</summary>
    public static ByteSlice Normalized(ByteWriter json, EvaluationContext c)
    {
        using ByteWriter output = ByteWriter.Rent();
        JsonText.Normalize(json.Written, output);
        return c.Bytes(output.Written);
    }

    public static ByteSlice JsonToJsonb(ByteSlice json, EvaluationContext c)
    {
        using ByteWriter output = ByteWriter.Rent();
        JsonText.Normalize(json.Span, output);
        return c.Bytes(output.Written);
    }

    /// <summary>The cast of a jsonb number; "type" is the target's name for the message.</summary>
    public static ScalarImplementation NumberCast(SqlType target)
    {
        var cast = new NumberCaster(target);
        return Throwing(target.Kind switch
        {
            SqlTypeKind.Int16 => cast.ToInt16,
            SqlTypeKind.Int32 => cast.ToInt32,
            SqlTypeKind.Int64 => cast.ToInt64,
            SqlTypeKind.Float32 => cast.ToSingle,
            SqlTypeKind.Float64 => cast.ToDouble,
            SqlTypeKind.Numeric => cast.ToNumeric,
            _ => (Delegate)ToBoolean,
        });
    }

    public static bool ToBoolean(ByteSlice json)
    {
        var reader = new JsonbReader(json.Span);
        return reader.Kind == JsonbKind.Boolean ? reader.IsTrue : throw CannotCast(reader, "boolean");
    }

    private static SqlException CannotCast(JsonbReader reader, string target)
    {
#pragma warning disable CA1308 // Kinds are written in lower case.
        string kind = reader.Kind is JsonbKind.Array or JsonbKind.Object ? $"array or object" : reader.Kind.ToString().ToLowerInvariant();
#pragma warning restore CA1308
        return new SqlException(SqlState.InvalidParameterValue, $"cannot cast jsonb {(kind == "array or object" ? reader.Kind == JsonbKind.Array ? "array" : "object" : kind)} to type {target}");
    }

    private static void AppendMember(ArrayReader keys, int key, ArrayReader values, int value, bool isLater, ByteWriter output)
    {
        if (keys.IsNull(key))
        {
            throw new SqlException(SqlState.NullValueNotAllowed, "null value not allowed for object key");
        }

        if (isLater)
        {
            output.Append((byte)',');
        }

        JsonText.WriteString(keys[key], output);
        output.Append((byte)':');
        if (values.IsNull(value))
        {
            output.Append("null"u8);
        }
        else
        {
            JsonText.WriteString(values[value], output);
        }
    }

    private static ScalarImplementation Converter(CallExpression call, bool isBinary)
    {
        SqlType type = call.Arguments[0].Type;
        return ScalarImplementation.Generic(
            new ValueConverter(type, isBinary), nameof(ValueConverter.Convert), type, FailureMode.Throws);
    }

    private static ScalarImplementation Throwing(Delegate method) => new(method, FailureMode.Throws);

    private static ByteSlice Finish(ByteWriter json, bool isBinary, EvaluationContext c) =>
        isBinary ? Normalized(json, c) : c.Bytes(json.Written);

    private sealed class ValueConverter(SqlType type, bool isBinary)
    {
        public ByteSlice Convert<T>(T value, EvaluationContext c)
            where T : unmanaged
        {
            using ByteWriter output = ByteWriter.Rent();
            JsonWriter.Write(type, RawValue.Bytes(in value), output, c.Format);
            return Finish(output, isBinary, c);
        }
    }

    /// <summary>jsonb_build_array and jsonb_build_object.</summary>
    private sealed class Builder(CallExpression call, bool isBinary)
    {
        private readonly SqlType[] _types = [.. call.Arguments.Select(a => a.Type)];

        public ByteSlice Array(VariadicArguments values, EvaluationContext c)
        {
            using ByteWriter output = ByteWriter.Rent();
            output.Append((byte)'[');
            for (int i = 0; i < values.Count; i++)
            {
                if (i > 0)
                {
                    output.Append(", "u8);
                }

                AppendValue(values, i, output, c);
            }

            output.Append((byte)']');
            return Finish(output, isBinary, c);
        }

        public ByteSlice Object(VariadicArguments values, EvaluationContext c)
        {
            if (values.Count % 2 != 0)
            {
                throw new SqlException(SqlState.InvalidParameterValue, "argument list must have even number of elements")
                {
                    Hint = $"The arguments of {call.Function.Name}() must consist of alternating keys and values.",
                };
            }

            using ByteWriter output = ByteWriter.Rent();
            output.Append((byte)'{');
            for (int i = 0; i < values.Count; i += 2)
            {
                if (values.IsNull(i))
                {
                    throw new SqlException(SqlState.InvalidParameterValue, $"argument {i + 1}: key must not be null");
                }

                if (i > 0)
                {
                    output.Append(", "u8);
                }

                using ByteWriter key = ByteWriter.Rent();
                TextCodec.Write(_types[i], values.Bytes(i, _types[i].Physical), key, c.Format);
                JsonText.WriteString(key.Written, output);
                output.Append(isBinary ? ": "u8 : " : "u8);
                AppendValue(values, i + 1, output, c);
            }

            output.Append((byte)'}');
            return Finish(output, isBinary, c);
        }

        private void AppendValue(VariadicArguments values, int index, ByteWriter output, EvaluationContext c)
        {
            if (values.IsNull(index))
            {
                output.Append("null"u8);
            }
            else
            {
                JsonWriter.Write(_types[index], values.Bytes(index, _types[index].Physical), output, c.Format);
            }
        }
    }

    private sealed class NumberCaster(SqlType target)
    {
        public short ToInt16(ByteSlice json, EvaluationContext c) => NumberCasts.NumericToInt16(ToNumeric(json), c);

        public int ToInt32(ByteSlice json, EvaluationContext c) => NumberCasts.NumericToInt32(ToNumeric(json), c);

        public long ToInt64(ByteSlice json, EvaluationContext c) => NumberCasts.NumericToInt64(ToNumeric(json), c);

        public float ToSingle(ByteSlice json) => NumberCasts.NumericToSingle(ToNumeric(json));

        public double ToDouble(ByteSlice json) => NumberCasts.NumericToDouble(ToNumeric(json));

        public Numeric ToNumeric(ByteSlice json)
        {
            var reader = new JsonbReader(json.Span);
            return reader.Kind == JsonbKind.Number ? reader.ToNumeric() : throw CannotCast(reader, target.ToString());
        }
    }
}
