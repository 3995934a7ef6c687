using System.Collections.Immutable;
using System.Globalization;
using System.Runtime.CompilerServices;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Casts;
using StreamDb.Expressions.Functions;
using StreamDb.Expressions.Trees;
using StreamDb.Planning.Catalog;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>Binds expressions over the row of one scope: syntax → typed expression with explicit casts.</summary>
/// <remarks>
/// Aggregates, window calls and set-returning functions become placeholders and are collected for the SELECT that owns the
/// binder; without a collector they are refused in the words of the clause.
/// </remarks>
/// <param name="clause">As messages call the place: "WHERE", "JOIN conditions", "DEFAULT expressions".</param>
internal sealed partial class ExpressionBinder(
    BinderState state, Scope scope, CommonTableScope? tables, string clause, SelectCollector? collector = null)
{
    /// <summary>Set while inside an aggregate's or window function's arguments.</summary>
    private string? _enclosingCall;

    public ScalarExpression Bind(ExpressionSyntax syntax)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        try
        {
            return state.DecideArguments(BindCore(syntax));
        }
        catch (SqlException e) when (e.Position == 0 && !state.IsInView)
        {
            throw e.At(syntax.Position + 1);
        }
    }

    /// <summary>Binds and requires boolean: WHERE, ON, HAVING, FILTER, WHEN, AND.</summary>
    public ScalarExpression BindCondition(ExpressionSyntax syntax, string construct)
    {
        ScalarExpression bound = Bind(syntax);
        return ToBoolean(bound, construct, syntax.Position);
    }

    /// <summary>Binds and converts as an assignment or an explicit cast would.</summary>
    public ScalarExpression Cast(ScalarExpression operand, SqlType target, CastContext context, int position)
    {
        operand = state.Decide(operand, target);
        return operand.Type == target ? operand : state.DecideArguments(Coercion.Cast(operand, target, context, position));
    }

    public ScalarExpression Call(string name, int position, params IReadOnlyList<ScalarExpression> arguments) =>
        state.DecideArguments(FunctionRegistry.Call(name, arguments, position));

    public ScalarExpression Operator(string symbol, int position, params IReadOnlyList<ScalarExpression> operands) =>
        state.DecideArguments(FunctionRegistry.Operator(symbol, operands, position));

    /// <summary>An operator over what <paramref name="operands"/> stand for; an unreadable literal among them is pointed at, as PostgreSQL does.</summary>
    private ScalarExpression Operator(string symbol, int position, IReadOnlyList<ScalarExpression> bound, params IReadOnlyList<ExpressionSyntax> operands)
    {
        try
        {
            return Operator(symbol, position, bound);
        }
        catch (SqlException e) when (IsUnreadableLiteral(e, position) && OnlyLiteral(operands) is { } literal)
        {
            throw e.MovedBy(literal.Position - position);
        }
    }

    private ScalarExpression Call(string name, int position, IReadOnlyList<ScalarExpression> bound, IReadOnlyList<ExpressionSyntax> arguments)
    {
        try
        {
            return Call(name, position, bound);
        }
        catch (SqlException e) when (IsUnreadableLiteral(e, position) && OnlyLiteral(arguments) is { } literal)
        {
            throw e.MovedBy(literal.Position - position);
        }
    }

    /// <summary>A data exception (class 22) at the call itself: some literal argument does not have the form of its parameter's type.</summary>
    private static bool IsUnreadableLiteral(SqlException exception, int position) =>
        exception.State.StartsWith("22", StringComparison.Ordinal) && exception.Position == position + 1;

    private static LiteralSyntax? OnlyLiteral(IReadOnlyList<ExpressionSyntax> operands)
    {
        LiteralSyntax[] literals = [.. operands.OfType<LiteralSyntax>().Where(l => l.Kind == LiteralKind.String)];
        return literals.Length == 1 ? literals[0] : null;
    }

    /// <summary>All expressions converted to their common type; errors point at the item that does not fit.</summary>
    private ImmutableArray<ScalarExpression> Unify(IReadOnlyList<ScalarExpression> expressions, IReadOnlyList<ExpressionSyntax> items, string construct)
    {
        SqlType type = Coercion.CommonType(expressions, construct, items[MismatchIndex(expressions)].Position);
        return [.. expressions.Select((e, i) => Cast(e, type, CastContext.Implicit, items[i].Position))];
    }

    /// <summary>The first expression of another type than the first one that has a type.</summary>
    private static int MismatchIndex(IReadOnlyList<ScalarExpression> expressions)
    {
        SqlType? first = null;
        for (int i = 0; i < expressions.Count; i++)
        {
            if (expressions[i].Type.Kind != SqlTypeKind.Unknown)
            {
                first ??= expressions[i].Type;
                if (!expressions[i].Type.SameAs(first))
                {
                    return i;
                }
            }
        }

        return 0;
    }

    /// <summary>All expressions converted to their common type.</summary>
    public ImmutableArray<ScalarExpression> Unify(IReadOnlyList<ScalarExpression> expressions, string construct, int position)
    {
        SqlType type = Coercion.CommonType(expressions, construct, position);
        return [.. expressions.Select(e => Cast(e, type, CastContext.Implicit, position))];
    }

    private ScalarExpression BindCore(ExpressionSyntax syntax) => syntax switch
    {
        LiteralSyntax literal => Literal(literal, negative: false),
        ColumnReferenceSyntax column => NameResolution.Resolve(state, scope, column.Name, column.Position, WholeRow),
        ParameterSyntax parameter => state.Parameter(parameter),
        TypedLiteralSyntax literal => BindCast(new LiteralSyntax(LiteralKind.String, literal.Text) { Position = literal.Position }, literal.Type, literal.Position),
        CastSyntax cast => BindCast(cast.Operand, cast.Type, cast.Position),
        BinarySyntax binary => BindBinary(binary),
        UnarySyntax unary => BindUnary(unary),
        AndSyntax and => LogicalExpression.And(and.Operands.Select(o => BindCondition(o, "AND")).ToArray()),
        OrSyntax or => LogicalExpression.Or(or.Operands.Select(o => BindCondition(o, "OR")).ToArray()),
        NotSyntax not => new NotExpression(BindCondition(not.Operand, "NOT")),
        IsNullSyntax isNull => BindIsNull(isNull),
        IsTruthSyntax truth => BindTruth(truth),
        IsDistinctSyntax distinct => BindDistinct(distinct),
        LikeSyntax like => BindLike(like),
        BetweenSyntax between => BindBetween(between),
        InListSyntax list => BindInList(list),
        CaseSyntax @case => BindCase(@case),
        CoalesceSyntax coalesce => BindCoalesce(coalesce),
        NullIfSyntax nullIf => BindNullIf(nullIf),
        GreatestSyntax greatest => Call("greatest", syntax.Position, [.. greatest.Arguments.Select(Bind)]),
        LeastSyntax least => Call("least", syntax.Position, [.. least.Arguments.Select(Bind)]),
        AtTimeZoneSyntax zone => Call("timezone", zone.Position, Bind(zone.Zone), Bind(zone.Operand)),
        CollateSyntax collate => BindCollate(collate),
        FunctionCallSyntax call => BindCall(call),
        KeywordFunctionSyntax keyword => BindKeyword(keyword),
        ArraySyntax array => BindArray(array, null),
        RowSyntax row => BindRow(row),
        SubscriptSyntax subscript => BindSubscript(subscript),
        SliceSyntax slice => BindSlice(slice),
        FieldSelectionSyntax field => BindField(field),
        MapSyntax map => BindMap(map),
        OverlapsSyntax overlaps => BindOverlaps(overlaps),
        ScalarSubquerySyntax subquery => BindScalarSubquery(subquery),
        ExistsSyntax exists => BindExists(exists),
        InSubquerySyntax @in => BindInSubquery(@in),
        QuantifiedSubquerySyntax quantified => BindQuantified(quantified),
        QuantifiedArraySyntax quantified => BindQuantifiedArray(quantified),
        CollectionSubquerySyntax collection => BindCollectionSubquery(collection),
        DefaultSyntax => throw BindError.At(SqlState.SyntaxError, syntax.Position, "DEFAULT is not allowed in this context"),
        WildcardSyntax { Qualifier: not null } whole => NameResolution.Resolve(state, scope, whole.Qualifier, whole.Position, WholeRow),
        WildcardSyntax => throw BindError.At(SqlState.SyntaxError, syntax.Position, "row expansion via \"*\" is not supported here"),
        FieldWildcardSyntax => throw BindError.At(SqlState.FeatureNotSupported, syntax.Position, "row expansion via \"*\" is not supported here"),
        IsJsonSyntax => throw BindError.NotSupported("IS JSON", syntax.Position),
        ListSyntax => throw BindError.NotSupported("LIST", syntax.Position),
        LambdaSyntax => throw BindError.NotSupported("a lambda expression", syntax.Position),
        _ => throw BindError.NotSupported($"this expression ({syntax.GetType().Name})", syntax.Position),
    };

    private ScalarExpression ToBoolean(ScalarExpression bound, string construct, int position)
    {
        if (bound.Type.Kind == SqlTypeKind.Unknown)
        {
            return Cast(bound, SqlType.Boolean, CastContext.Implicit, position);
        }

        return bound.Type.Kind == SqlTypeKind.Boolean
            ? bound
            : throw BindError.At(SqlState.DatatypeMismatch, position, $"argument of {construct} must be type boolean, not type {bound.Type}");
    }

    private static LiteralExpression Literal(LiteralSyntax literal, bool negative)
    {
        string digits = negative ? "-" + literal.Text : literal.Text;
        switch (literal.Kind)
        {
            case LiteralKind.Null:
                return LiteralExpression.Null(SqlType.Unknown);
            case LiteralKind.Boolean:
                return literal.Text == "true" ? LiteralExpression.True : LiteralExpression.False;
            case LiteralKind.String:
                return new LiteralExpression(Datum.Text(literal.Text), SqlType.Unknown);
            case LiteralKind.Integer when int.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int small):
                return new LiteralExpression(new Datum(small), SqlType.Int32);
            case LiteralKind.Integer when long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long large):
                return new LiteralExpression(new Datum(large), SqlType.Int64);
            case LiteralKind.Integer or LiteralKind.Number:
                return Number(digits, literal.Position);
            default:
                throw BindError.NotSupported("a bit string", literal.Position);
        }
    }

    /// <summary>
    /// A numeric; or a double precision, where a numeric of 28 digits would be out of range or, for a number written with an
    /// exponent, lose digits: 1e300 and 1.2345e-27 keep their values.
    /// </summary>
    private static LiteralExpression Number(string digits, int position)
    {
        if (decimal.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out decimal value)
            && (value != 0 || !HasDigits(digits)) && (!digits.Contains('e', StringComparison.OrdinalIgnoreCase) || IsExact(digits)))
        {
            return new LiteralExpression(new Datum(Numeric.From(value)), SqlType.Numeric);
        }

        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double wide) && double.IsFinite(wide) && wide != 0
            ? new LiteralExpression(new Datum(wide), SqlType.Float64)
            : throw BindError.At(SqlState.NumericValueOutOfRange, position, "value overflows numeric format");

        static bool HasDigits(string number) => number.TakeWhile(c => c is not ('e' or 'E')).Any(c => c is >= '1' and <= '9');

        static bool IsExact(string number)
        {
            int e = number.IndexOfAny(['e', 'E']);
            int point = number.IndexOf('.', StringComparison.Ordinal);
            string mantissa = number[..e].Replace(".", "", StringComparison.Ordinal).TrimStart('-', '0');
            string significant = mantissa.TrimEnd('0');
            long scale = (point < 0 ? 0 : e - point - 1) - (mantissa.Length - significant.Length)
                - long.Parse(number.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            return significant.Length <= 28 && scale <= 28;
        }
    }

    private ScalarExpression BindCast(ExpressionSyntax operandSyntax, TypeNameSyntax typeName, int position)
    {
        SqlType type = TypeBinder.Bind(typeName);
        if (operandSyntax is ArraySyntax array && type.IsArray)
        {
            return Cast(BindArray(array, type.Element), type, CastContext.Explicit, position);
        }

        ScalarExpression operand = Bind(operandSyntax);
        return operand is LiteralExpression { Value.IsNull: false, Type.Kind: SqlTypeKind.Unknown } literal
            && RegistryNames.TryResolve(state, type, literal.Value.AsString(), position) is { } oid
            ? oid
            : Cast(operand, type, CastContext.Explicit, operandSyntax is LiteralSyntax ? operandSyntax.Position : position);
    }

    private ScalarExpression BindCollate(CollateSyntax collate)
    {
        ScalarExpression operand = Bind(collate.Operand);
        if (operand.Type.Kind is not (SqlTypeKind.Unknown or SqlTypeKind.Text or SqlTypeKind.Varchar or SqlTypeKind.Bpchar or SqlTypeKind.Name))
        {
            throw BindError.At(SqlState.DatatypeMismatch, collate.Position, $"collations are not supported by type {operand.Type.WithoutModifier()}");
        }

        return collate.Collation.Name is "C" or "POSIX" or "default" or "ucs_basic" or "C.UTF-8"
            ? operand
            : throw BindError.At(
                SqlState.UndefinedObject, collate.Position, $"collation \"{collate.Collation.Name}\" for encoding \"UTF8\" does not exist");
    }

    private ScalarExpression BindKeyword(KeywordFunctionSyntax keyword)
    {
        int position = keyword.Position;
        ScalarExpression Now() => Call("now", position);
        ScalarExpression value = keyword.Name switch
        {
            "current_timestamp" => Now(),
            "current_date" => Cast(Now(), SqlType.Date, CastContext.Explicit, position),
            "localtimestamp" => Cast(Now(), SqlType.Timestamp, CastContext.Explicit, position),
            "localtime" => Cast(Now(), SqlType.Time, CastContext.Explicit, position),
            "current_time" => throw BindError.NotSupported("type time with time zone", position),
            "current_user" or "session_user" or "user" or "current_role" => Call(keyword.Name == "session_user" ? "session_user" : "current_user", position),
            "current_catalog" => Call("current_database", position),
            _ => Call(keyword.Name, position),
        };
        return keyword.Precision is { } precision
            ? Cast(value, value.Type.WithModifier(precision), CastContext.Explicit, position)
            : value;
    }

    private ScalarExpression WholeRow(FromItem item) => RecordOf(
        [.. item.Columns.Select(c => c.Expression)], [.. item.Columns.Select(c => c.Name)], -1);
}
