using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Trees;

namespace StreamDb.Expressions.Functions;

/// <summary>Calls that are not plain functions: their arguments meet in a common type, or they stand for another expression.</summary>
internal static class SpecialForms
{
    public static bool Exists(string name) => name is "coalesce" or "nullif" || MapFunctions.Exists(name);

    /// <summary>The operands of an operator, after what text || anything asks for: the other side as text.</summary>
    public static IReadOnlyList<ScalarExpression> OperandsOf(string symbol, IReadOnlyList<ScalarExpression> operands, int position)
    {
        if (symbol != "||" || operands.Count != 2)
        {
            return operands;
        }

        return operands[0].Type.IsString && IsTextable(operands[1].Type) ? [operands[0], Coercion.Cast(operands[1], SqlType.Text, CastContext.Explicit, position)]
            : operands[1].Type.IsString && IsTextable(operands[0].Type) ? [Coercion.Cast(operands[0], SqlType.Text, CastContext.Explicit, position), operands[1]]
            : operands;
    }

    public static bool TryBuild(
        string name, IReadOnlyList<ScalarExpression> arguments, int position, [NotNullWhen(true)] out ScalarExpression? expression)
    {
        expression = name switch
        {
            "coalesce" when arguments.Count > 0 => Coalesce(arguments, position),
            "nullif" when arguments.Count == 2 => NullIf(arguments, position),
            "concat" or "concat_ws" or "format" when arguments.Any(a => !a.Type.IsString) => FunctionRegistry.Call(name, AsText(arguments), position),
            "pg_typeof" when arguments is [LiteralExpression { Type.Kind: SqlTypeKind.Unknown }] =>
                new LiteralExpression(Core.Rows.Datum.Text("unknown"), SqlType.Text),
            "row" => FunctionRegistry.Typed(
                name, arguments, SqlType.Record([.. arguments.Select((a, i) => new RecordField($"f{i + 1}", a.Type))])),
            "record_field" => FunctionRegistry.Typed(name, arguments, arguments[0].Type.Fields[RecordFunctions.FieldIndex(arguments)].Type),
            _ when MapFunctions.Exists(name) => MapFunctions.Build(name, arguments, position),
            _ => null,
        };
        return expression is not null;
    }

    /// <summary>The type whose name may be called like a function to cast.</summary>
    public static SqlType? TypeNamed(string name) => name switch
    {
        "bool" => SqlType.Boolean,
        "int2" => SqlType.Int16,
        "int4" => SqlType.Int32,
        "int8" => SqlType.Int64,
        "float4" => SqlType.Float32,
        "float8" => SqlType.Float64,
        "numeric" => SqlType.Numeric,
        "date" => SqlType.Date,
        "time" => SqlType.Time,
        "timestamp" => SqlType.Timestamp,
        "timestamptz" => SqlType.TimestampTz,
        "interval" => SqlType.Interval,
        "uuid" => SqlType.Uuid,
        "text" => SqlType.Text,
        "varchar" => SqlType.Varchar,
        "bpchar" => SqlType.Bpchar,
        "bytea" => SqlType.Bytea,
        "json" => SqlType.Json,
        "jsonb" => SqlType.Jsonb,
        "oid" => SqlType.Oid,
        "regclass" => SqlType.RegClass,
        "regtype" => SqlType.RegType,
        _ => null,
    };

    private static bool IsTextable(SqlType type) => !type.IsString
        && type.Kind is not (SqlTypeKind.Array or SqlTypeKind.Jsonb or SqlTypeKind.Bytea or SqlTypeKind.Int2Vector or SqlTypeKind.OidVector);

    /// <summary>The arguments as their types' output functions write them: a boolean is t or f here.</summary>
    private static ScalarExpression[] AsText(IReadOnlyList<ScalarExpression> arguments) => [.. arguments.Select(a => a.Type.Kind switch
    {
        SqlTypeKind.Unknown or SqlTypeKind.Text => a,
        SqlTypeKind.Boolean => new CaseExpression(
            [
                new CaseBranch(a, new LiteralExpression(Core.Rows.Datum.Text("t"), SqlType.Text)),
                new CaseBranch(new NotExpression(a), new LiteralExpression(Core.Rows.Datum.Text("f"), SqlType.Text)),
            ],
            LiteralExpression.Null(SqlType.Text),
            SqlType.Text),
        _ => Coercion.Cast(a, SqlType.Text, CastContext.Explicit, -1),
    })];

    private static ScalarExpression Coalesce(IReadOnlyList<ScalarExpression> arguments, int position)
    {
        ImmutableArray<ScalarExpression> operands = Unify(arguments, "COALESCE", position, out SqlType type);
        return operands.Length == 1 ? operands[0] : new CoalesceExpression(operands, type);
    }

    private static CaseExpression NullIf(IReadOnlyList<ScalarExpression> arguments, int position)
    {
        var equal = (CallExpression)FunctionRegistry.Operator("=", arguments, position);
        // The result has the first argument's type, or, when that is a literal, the type it was compared as.
        ScalarExpression value = arguments[0].Type.Kind == SqlTypeKind.Unknown ? equal.Arguments[0] : arguments[0];
        return new CaseExpression([new CaseBranch(equal, LiteralExpression.Null(value.Type))], value, value.Type);
    }

    /// <summary>The arguments cast to their common type.</summary>
    private static ImmutableArray<ScalarExpression> Unify(
        IReadOnlyList<ScalarExpression> arguments, string construct, int position, out SqlType type)
    {
        SqlType common = Coercion.CommonType(arguments, construct, position);
        type = common;
        return [.. arguments.Select(a => Coercion.Cast(a, common, CastContext.Implicit, position))];
    }
}
