using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Compilation;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>Functions over maps. Their types come from the map, so calls are built here rather than resolved.</summary>
internal static class MapFunctions
{
    private static readonly Dictionary<string, FunctionOverload> _overloads = new[]
    {
        Overload("map_from_key_values", 2), Overload("map_access", 2), Overload("map_keys", 1), Overload("map_values", 1),
        Overload("map_length", 1), Overload("map_contains", 2), Overload("map_cat", 2), Overload("map_insert", 3), Overload("map_delete", 2),
    }.ToDictionary(o => o.Name);

    public static IReadOnlyCollection<FunctionOverload> All => _overloads.Values;

    public static bool Exists(string name) => _overloads.ContainsKey(name);

    /// <summary>The call, or null when the arguments do not fit.</summary>
    public static CallExpression? Build(string name, IReadOnlyList<ScalarExpression> arguments, int position)
    {
        FunctionOverload overload = _overloads[name];
        if (arguments.Count != overload.ArgumentTypes.Length)
        {
            return null;
        }

        if (name == "map_from_key_values")
        {
            return arguments[0].Type.IsArray && arguments[1].Type.IsArray
                ? new CallExpression(overload, [.. arguments], SqlType.Map(arguments[0].Type.Element!, arguments[1].Type.Element!))
                : null;
        }

        SqlType map = arguments[0].Type;
        if (map.Kind != SqlTypeKind.Map)
        {
            return null;
        }

        SqlType[] targets = name switch
        {
            "map_access" or "map_contains" or "map_delete" => [map, map.Key!],
            "map_insert" => [map, map.Key!, map.Element!],
            "map_cat" => [map, map],
            _ => [map],
        };
        SqlType result = name switch
        {
            "map_access" => map.Element!,
            "map_keys" => SqlType.ArrayOf(map.Key!),
            "map_values" => SqlType.ArrayOf(map.Element!),
            "map_length" => SqlType.Int32,
            "map_contains" => SqlType.Boolean,
            _ => map,
        };
        return new CallExpression(
            overload, [.. arguments.Select((a, i) => Coercion.Cast(a, targets[i], CastContext.Implicit, position))], result);
    }

    private static FunctionOverload Overload(string name, int arguments) => new()
    {
        Name = name,
        ArgumentTypes = [.. Enumerable.Repeat(SqlType.Any, arguments)],
        ReturnType = SqlType.Any,
        ReturnsNull = true,
        Implementation = (ScalarBinder)Bind,
    };

    private static ScalarImplementation Bind(CallExpression call)
    {
        SqlType map = call.Function.Name == "map_from_key_values" ? call.Type : call.Arguments[0].Type;
        var operations = new Operations(map);
        return call.Function.Name switch
        {
            "map_from_key_values" => Throwing(operations.FromKeysAndValues),
            "map_access" => Generic(nameof(Operations.Access), map.Key!, map.Element!),
            "map_contains" => Generic(nameof(Operations.Contains), map.Key!),
            "map_delete" => Generic(nameof(Operations.Delete), map.Key!),
            "map_insert" => Generic(nameof(Operations.Insert), map.Key!, map.Element!),
            "map_cat" => Throwing(operations.Concatenate),
            "map_keys" => Throwing(operations.Keys),
            "map_values" => Throwing(operations.Values),
            _ => Throwing(operations.Length),
        };

        ScalarImplementation Generic(string method, params SqlType[] types) => new(
            typeof(Operations).GetMethod(method)!.MakeGenericMethod([.. types.Select(t => ClrTypes.Of(t.Physical))]), operations, FailureMode.Throws);
    }

    private static ScalarImplementation Throwing(Delegate method) => new(method, FailureMode.Throws);

    private sealed class Operations(SqlType map)
    {
        public ByteSlice FromKeysAndValues(ByteSlice keys, ByteSlice values, EvaluationContext c)
        {
            var keyReader = new ArrayReader(map.Key!.Physical, keys.Span);
            var valueReader = new ArrayReader(map.Element!.Physical, values.Span);
            if (keyReader.Count != valueReader.Count)
            {
                throw new SqlException(SqlState.InvalidParameterValue, "map keys and values have different length");
            }

            MapWriter writer = new MapWriter().Begin(map);
            for (int i = 0; i < keyReader.Count; i++)
            {
                if (keyReader.IsNull(i))
                {
                    throw new SqlException(SqlState.NullValueNotAllowed, "map keys must not be NULL");
                }

                writer.AppendKey(keyReader[i]);
                AppendValue(writer, valueReader, i);
            }

            return writer.HasDuplicateKeys()
                ? throw new SqlException(SqlState.InvalidParameterValue, "map keys must be unique")
                : Finish(writer, c);
        }

        public TValue? Access<TKey, TValue>(ByteSlice value, TKey key)
            where TKey : unmanaged
            where TValue : unmanaged
        {
            var reader = new MapReader(map, value.Span);
            int index = reader.Find(RawValue.Bytes(in key));
            return index < 0 || reader.Values.IsNull(index) ? null : RawValue.Read<TValue>(reader.Values[index]);
        }

        public bool Contains<TKey>(ByteSlice value, TKey key)
            where TKey : unmanaged => new MapReader(map, value.Span).Find(RawValue.Bytes(in key)) >= 0;

        public ByteSlice Delete<TKey>(ByteSlice value, TKey key, EvaluationContext c)
            where TKey : unmanaged
        {
            var reader = new MapReader(map, value.Span);
            int removed = reader.Find(RawValue.Bytes(in key));
            MapWriter writer = new MapWriter().Begin(map);
            AppendAll(writer, reader, removed);
            return Finish(writer, c);
        }

        public ByteSlice Insert<TKey, TValue>(ByteSlice value, TKey key, TValue? item, EvaluationContext c)
            where TKey : unmanaged
            where TValue : unmanaged
        {
            var reader = new MapReader(map, value.Span);
            MapWriter writer = new MapWriter().Begin(map);
            AppendAll(writer, reader, reader.Find(RawValue.Bytes(in key)));
            writer.AppendKey(RawValue.Bytes(in key));
            if (item is { } present)
            {
                writer.AppendValue(RawValue.Bytes(in present));
            }
            else
            {
                writer.AppendNullValue();
            }

            return Finish(writer, c);
        }

        public ByteSlice Concatenate(ByteSlice left, ByteSlice right, EvaluationContext c)
        {
            var first = new MapReader(map, left.Span);
            var second = new MapReader(map, right.Span);
            MapWriter writer = new MapWriter().Begin(map);
            for (int i = 0; i < first.Count; i++)
            {
                if (second.Find(first.Keys[i]) < 0)
                {
                    writer.AppendKey(first.Keys[i]);
                    AppendValue(writer, first.Values, i);
                }
            }

            AppendAll(writer, second, -1);
            return Finish(writer, c);
        }

        public ByteSlice Keys(ByteSlice value, EvaluationContext c) => c.Bytes(new MapReader(map, value.Span).KeyArray);

        public ByteSlice Values(ByteSlice value, EvaluationContext c) => c.Bytes(new MapReader(map, value.Span).ValueArray);

        public int Length(ByteSlice value) => new MapReader(map, value.Span).Count;

        private static void AppendAll(MapWriter writer, MapReader reader, int except)
        {
            for (int i = 0; i < reader.Count; i++)
            {
                if (i != except)
                {
                    writer.AppendKey(reader.Keys[i]);
                    AppendValue(writer, reader.Values, i);
                }
            }
        }

        private static void AppendValue(MapWriter writer, ArrayReader values, int index)
        {
            if (values.IsNull(index))
            {
                writer.AppendNullValue();
            }
            else
            {
                writer.AppendValue(values[index]);
            }
        }

        private static ByteSlice Finish(MapWriter writer, EvaluationContext c)
        {
            using ByteWriter output = ByteWriter.Rent();
            writer.Finish(output);
            return c.Bytes(output.Written);
        }
    }
}
