using System.Collections.Immutable;
using System.Globalization;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Type names → types.</summary>
public static class TypeBinder
{
    private const int VarcharLengthMax = 10_485_760;
    private const int NumericPrecisionMax = 1000;

    private static readonly Dictionary<string, SqlType> _types = new()
    {
        ["bool"] = SqlType.Boolean,
        ["boolean"] = SqlType.Boolean,
        ["int2"] = SqlType.Int16,
        ["smallint"] = SqlType.Int16,
        ["int"] = SqlType.Int32,
        ["int4"] = SqlType.Int32,
        ["integer"] = SqlType.Int32,
        ["int8"] = SqlType.Int64,
        ["bigint"] = SqlType.Int64,
        ["float4"] = SqlType.Float32,
        ["real"] = SqlType.Float32,
        ["float8"] = SqlType.Float64,
        ["float"] = SqlType.Float64,
        ["double"] = SqlType.Float64,
        ["numeric"] = SqlType.Numeric,
        ["decimal"] = SqlType.Numeric,
        ["dec"] = SqlType.Numeric,
        ["date"] = SqlType.Date,
        ["time"] = SqlType.Time,
        ["timestamp"] = SqlType.Timestamp,
        ["timestamptz"] = SqlType.TimestampTz,
        ["interval"] = SqlType.Interval,
        ["uuid"] = SqlType.Uuid,
        ["text"] = SqlType.Text,
        ["string"] = SqlType.Text,
        ["varchar"] = SqlType.Varchar,
        ["bpchar"] = SqlType.Bpchar,
        ["character"] = SqlType.Bpchar,
        ["char"] = SqlType.SingleChar,
        ["name"] = SqlType.Name,
        ["bytea"] = SqlType.Bytea,
        ["bytes"] = SqlType.Bytea,
        ["json"] = SqlType.Json,
        ["jsonb"] = SqlType.Jsonb,
        ["oid"] = SqlType.Oid,
        ["regclass"] = SqlType.RegClass,
        ["regtype"] = SqlType.RegType,
        ["regproc"] = SqlType.RegProc,
        ["regnamespace"] = SqlType.RegNamespace,
        ["regrole"] = SqlType.RegRole,
        ["xid"] = SqlType.Xid,
        ["int2vector"] = SqlType.Int2Vector,
        ["oidvector"] = SqlType.OidVector,
        ["pg_node_tree"] = SqlType.PgNodeTree,
        ["aclitem"] = SqlType.AclItem,
        ["void"] = SqlType.Void,
        ["unknown"] = SqlType.Unknown,
    };

    /// <summary>The type without modifier that is called <paramref name="name"/>, or null.</summary>
    public static SqlType? TryFind(string name) => _types.TryGetValue(name, out SqlType? type) ? type
        : name.StartsWith('_') && _types.TryGetValue(name[1..], out SqlType? element) ? SqlType.ArrayOf(element)
        : null;

    /// <summary>The type a type name means; 42704, 22023.</summary>
    public static SqlType Bind(TypeNameSyntax syntax) => syntax switch
    {
        NamedTypeSyntax named => Named(named),
        ArrayTypeSyntax array => SqlType.ArrayOf(Bind(array.Element)),
        StructTypeSyntax record => SqlType.Record([.. record.Fields.Select(f => new RecordField(f.Name, Bind(f.Type)))]),
        MapTypeSyntax map => SqlType.Map(Bind(map.Key), Bind(map.Value)),
        ListTypeSyntax => throw BindError.NotSupported("type LIST", syntax.Position),
        _ => throw BindError.NotSupported("this type", syntax.Position),
    };

    /// <summary>pg_type.typname: what PostgreSQL calls a result column that is only a cast.</summary>
    public static string InternalName(SqlType type) => type.Kind switch
    {
        SqlTypeKind.Boolean => "bool",
        SqlTypeKind.Int16 => "int2",
        SqlTypeKind.Int32 => "int4",
        SqlTypeKind.Int64 => "int8",
        SqlTypeKind.Float32 => "float4",
        SqlTypeKind.Float64 => "float8",
        SqlTypeKind.SingleChar => "char",
        SqlTypeKind.Array => InternalName(type.Element!),
        SqlTypeKind.Record => "row",
        SqlTypeKind.Map => "map",
#pragma warning disable CA1308 // PostgreSQL's type names are lower case
        _ => type.Kind.ToString().ToLowerInvariant(),
#pragma warning restore CA1308
    };

    private static SqlType Named(NamedTypeSyntax syntax)
    {
        string name = syntax.Name.Name;
        if (name is "serial" or "bigserial" or "smallserial" or "serial4" or "serial8" or "serial2")
        {
            throw BindError.NotSupported($"type {name}", syntax.Position);
        }

        SqlType? found = syntax.Name.IsSimple || syntax.Name.Qualifier == "pg_catalog" ? TryFind(name) : null;
        if (found is null)
        {
            throw BindError.At(SqlState.UndefinedObject, syntax.Position, $"type \"{string.Join(".", syntax.Name.Parts)}\" does not exist");
        }

        int[] modifiers = [.. syntax.Modifiers.Select(Modifier)];
        return found.Kind switch
        {
            SqlTypeKind.Numeric when modifiers.Length is 1 or 2 => NumericOf(modifiers, syntax.Position),
            SqlTypeKind.Varchar when modifiers.Length == 1 => SqlType.Varchar.WithModifier(Length("varchar", modifiers[0], syntax.Position) + 4),
            SqlTypeKind.Bpchar when modifiers.Length == 1 => SqlType.Bpchar.WithModifier(Length("char", modifiers[0], syntax.Position) + 4),
            SqlTypeKind.Bpchar when name != "bpchar" && modifiers.Length == 0 => SqlType.Bpchar.WithModifier(5),
            SqlTypeKind.Time or SqlTypeKind.Timestamp or SqlTypeKind.TimestampTz when modifiers.Length == 1 =>
                found.WithModifier(Math.Clamp(modifiers[0], 0, 6)),
            SqlTypeKind.Float64 when name == "float" && modifiers.Length == 1 => Float(modifiers[0], syntax.Position),
            SqlTypeKind.Interval when syntax.IntervalFields is not null || modifiers.Length == 1 =>
                found.WithModifier(IntervalFields.Modifier(syntax.IntervalFields, modifiers.Length == 1 ? Math.Clamp(modifiers[0], 0, 6) : -1)),
            _ when modifiers.Length == 0 => found,
            _ => throw BindError.At(SqlState.SyntaxError, syntax.Position, $"type modifier is not allowed for type \"{name}\""),
        };
    }

    private static int Modifier(ExpressionSyntax syntax) => syntax switch
    {
        LiteralSyntax { Kind: LiteralKind.Integer } literal
            when int.TryParse(literal.Text, CultureInfo.InvariantCulture, out int value) => value,
        UnarySyntax { Operator.Symbol: "-", Operand: LiteralSyntax { Kind: LiteralKind.Integer } literal }
            when int.TryParse(literal.Text, CultureInfo.InvariantCulture, out int value) => -value,
        _ => throw BindError.At(SqlState.SyntaxError, syntax.Position, "type modifiers must be simple constants or identifiers"),
    };

    private static SqlType NumericOf(int[] modifiers, int position)
    {
        int precision = modifiers[0];
        int scale = modifiers.Length == 2 ? modifiers[1] : 0;
        if (precision is < 1 or > NumericPrecisionMax)
        {
            throw BindError.At(
                SqlState.InvalidParameterValue, position, $"NUMERIC precision {precision} must be between 1 and {NumericPrecisionMax}");
        }

        return scale is < -NumericPrecisionMax or > NumericPrecisionMax
            ? throw BindError.At(
                SqlState.InvalidParameterValue, position,
                $"NUMERIC scale {scale} must be between -{NumericPrecisionMax} and {NumericPrecisionMax}")
            : SqlType.NumericOf(precision, scale);
    }

    private static int Length(string type, int length, int position) => length switch
    {
        < 1 => throw BindError.At(SqlState.InvalidParameterValue, position, $"length for type {type} must be at least 1"),
        > VarcharLengthMax => throw BindError.At(
            SqlState.InvalidParameterValue, position, $"length for type {type} cannot exceed {VarcharLengthMax}"),
        _ => length,
    };

    private static SqlType Float(int bits, int position) => bits switch
    {
        < 1 => throw BindError.At(SqlState.InvalidParameterValue, position, "precision for type float must be at least 1 bit"),
        > 53 => throw BindError.At(SqlState.InvalidParameterValue, position, "precision for type float must be less than 54 bits"),
        <= 24 => SqlType.Float32,
        _ => SqlType.Float64,
    };
}
