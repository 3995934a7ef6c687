using StreamDb.Sql.Syntax;

namespace StreamDb.Sql.Printing;

// Expressions.
internal sealed partial class Printer
{
    private void Expression(ExpressionSyntax expression) => Expression(expression, Precedence.Or);

    /// <summary>The expression, in parentheses if it binds less tightly than <paramref name="atLeast"/>.</summary>
    private void Expression(ExpressionSyntax expression, Precedence atLeast)
    {
        bool needsParentheses = Precedences.Of(expression) < atLeast;
        Write(needsParentheses, "(");
        Bare(expression);
        Write(needsParentheses, ")");
    }

    /// <summary>An operand where the grammar wants a <c>value</c>.</summary>
    private void Value(ExpressionSyntax expression) => Expression(expression, Precedence.Symbol);

    private void Bare(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case LiteralSyntax literal:
                Literal(literal);
                break;
            case TypedLiteralSyntax literal:
                TypedLiteral(literal);
                break;
            case ParameterSyntax parameter:
                Write($"${parameter.Number}");
                break;
            case ColumnReferenceSyntax column:
                Name(column.Name);
                break;
            case WildcardSyntax wildcard:
                Wildcard(wildcard);
                break;
            case DefaultSyntax:
                Write("DEFAULT");
                break;
            case KeywordFunctionSyntax function:
                KeywordFunction(function);
                break;
            case SecretReferenceSyntax secret:
                Write("SECRET ");
                Name(secret.Name);
                Write(secret.IsFile, " AS FILE");
                break;
            case FunctionCallSyntax call:
                Call(call);
                break;
            case BinarySyntax binary:
                Binary(binary);
                break;
            case UnarySyntax unary:
                Unary(unary);
                break;
            case NotSyntax not:
                Write("NOT ");
                Expression(not.Operand, Precedence.Not);
                break;
            case AndSyntax and:
                Separated(and.Operands, operand => Expression(operand, Precedence.Not), " AND ");
                break;
            case OrSyntax or:
                Separated(or.Operands, operand => Expression(operand, Precedence.And), " OR ");
                break;
            case CastSyntax cast:
                Expression(cast.Operand, Precedence.Cast);
                Write("::");
                Type(cast.Type);
                break;
            case CollateSyntax collate:
                Expression(collate.Operand, Precedence.Collate);
                Write(" COLLATE ");
                Name(collate.Collation);
                break;
            case AtTimeZoneSyntax zone:
                Expression(zone.Operand, Precedence.TimeZone);
                Write(" AT TIME ZONE ");
                Expression(zone.Zone, Precedence.Collate);
                break;
            default:
                if (!Test(expression) && !Constructor(expression) && !Subquery(expression) && !Postfix(expression))
                {
                    throw Unknown(expression);
                }

                break;
        }
    }

    private bool Test(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case IsNullSyntax test:
                Is(test.Operand, test.IsNegated, "NULL");
                return true;
            case IsTruthSyntax test:
                Is(test.Operand, test.IsNegated, test.Value.ToString().ToUpperInvariant());
                return true;
            case IsJsonSyntax test:
                Is(test.Operand, test.IsNegated, test.Kind == JsonKind.Value ? "JSON" : $"JSON {test.Kind.ToString().ToUpperInvariant()}");
                return true;
            case IsDistinctSyntax test:
                Is(test.Left, test.IsNegated, "DISTINCT FROM ");
                Value(test.Right);
                return true;
            case LikeSyntax like:
                Like(like);
                return true;
            case BetweenSyntax between:
                Expression(between.Operand, Precedence.Range);
                Write(between.IsNegated ? " NOT BETWEEN " : " BETWEEN ");
                Write(between.IsSymmetric, "SYMMETRIC ");
                Value(between.Lower);
                Write(" AND ");
                Value(between.Upper);
                return true;
            case InListSyntax @in:
                Expression(@in.Operand, Precedence.Range);
                Write(@in.IsNegated ? " NOT IN " : " IN ");
                InParentheses(@in.Items, Expression);
                return true;
            case OverlapsSyntax overlaps:
                Expression(overlaps.Left, Precedence.Range);
                Write(" OVERLAPS ");
                Value(overlaps.Right);
                return true;
            default:
                return false;
        }
    }

    private void Is(ExpressionSyntax operand, bool isNegated, string test)
    {
        Expression(operand, Precedence.Is);
        Write(isNegated ? " IS NOT " : " IS ");
        Write(test);
    }

    private void Like(LikeSyntax like)
    {
        Expression(like.Operand, Precedence.Range);
        Write(like.IsNegated, " NOT");
        Write(like.Kind switch
        {
            LikeKind.Like => " LIKE ",
            LikeKind.ILike => " ILIKE ",
            _ => " SIMILAR TO ",
        });
        Value(like.Pattern);
        if (like.Escape is not null)
        {
            Write(" ESCAPE ");
            Value(like.Escape);
        }
    }

    private bool Constructor(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case CaseSyntax @case:
                Case(@case);
                return true;
            case CoalesceSyntax call:
                Write("COALESCE");
                InParentheses(call.Arguments, Expression);
                return true;
            case GreatestSyntax call:
                Write("GREATEST");
                InParentheses(call.Arguments, Expression);
                return true;
            case LeastSyntax call:
                Write("LEAST");
                InParentheses(call.Arguments, Expression);
                return true;
            case NullIfSyntax call:
                Write("NULLIF");
                InParentheses([call.Left, call.Right], Expression);
                return true;
            case ArraySyntax array:
                Write("ARRAY");
                Elements(array.Elements);
                return true;
            case ListSyntax list:
                Write("LIST");
                Elements(list.Elements);
                return true;
            case MapSyntax map:
                Write("MAP {");
                Separated(map.Entries, Entry);
                Write("}");
                return true;
            case RowSyntax row:
                Write(row.IsExplicit, "ROW");
                InParentheses(row.Fields, Expression);
                return true;
            case LambdaSyntax lambda:
                Write("|");
                Separated(lambda.Parameters, Identifier);
                Write("| ");
                Expression(lambda.Body);
                return true;
            default:
                return false;
        }
    }

    private void Elements(SyntaxList<ExpressionSyntax> elements)
    {
        Write("[");
        Separated(elements, Expression);
        Write("]");
    }

    private bool Subquery(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case ScalarSubquerySyntax subquery:
                Nested(subquery.Query);
                return true;
            case ExistsSyntax exists:
                Write("EXISTS ");
                Nested(exists.Query);
                return true;
            case InSubquerySyntax @in:
                Expression(@in.Operand, Precedence.Range);
                Write(@in.IsNegated ? " NOT IN " : " IN ");
                Nested(@in.Query);
                return true;
            case CollectionSubquerySyntax collection:
                Write(collection.Kind.ToString().ToUpperInvariant());
                Nested(collection.Query);
                return true;
            case QuantifiedSubquerySyntax quantified:
                Quantified(quantified.Left, quantified.Operator, quantified.Quantifier);
                Nested(quantified.Query);
                return true;
            case QuantifiedArraySyntax quantified:
                Quantified(quantified.Left, quantified.Operator, quantified.Quantifier);
                InParentheses([quantified.Array], Expression);
                return true;
            default:
                return false;
        }
    }

    private void Nested(QuerySyntax query)
    {
        Write("(");
        Query(query);
        Write(")");
    }

    private void Quantified(ExpressionSyntax left, OperatorSyntax @operator, Quantifier quantifier)
    {
        Expression(left, LeftOperand(Precedences.OfQuantified(@operator)));
        Write(" ");
        if (Precedences.LikeWord(@operator) is { } word)
        {
            Write(word);
        }
        else
        {
            Operator(@operator);
        }

        Write(quantifier == Quantifier.All ? " ALL " : " ANY ");
    }

    /// <summary>Comparisons do not chain, all else leans left.</summary>
    private static Precedence LeftOperand(Precedence precedence) =>
        precedence == Precedence.Comparison ? Precedence.Range : precedence;

    private bool Postfix(ExpressionSyntax expression)
    {
        switch (expression)
        {
            case SubscriptSyntax subscript:
                Indexed(subscript.Operand);
                Write("[");
                Expression(subscript.Index);
                Write("]");
                return true;
            case SliceSyntax slice:
                Indexed(slice.Operand);
                Write("[");
                if (slice.Lower is not null)
                {
                    Expression(slice.Lower);
                }

                Write(":");
                if (slice.Upper is not null)
                {
                    Value(slice.Upper);
                }

                Write("]");
                return true;
            case FieldSelectionSyntax field:
                Selected(field.Operand);
                Write(".");
                Label(field.Field);
                return true;
            case FieldWildcardSyntax wildcard:
                Selected(wildcard.Operand);
                Write(".*");
                return true;
            default:
                return false;
        }
    }

    private void Indexed(ExpressionSyntax operand) => Enclosed(
        operand,
        operand is not (ColumnReferenceSyntax or ParameterSyntax or SubscriptSyntax or SliceSyntax or FieldSelectionSyntax or ArraySyntax
            or ListSyntax or MapSyntax or ScalarSubquerySyntax));

    private void Selected(ExpressionSyntax operand) => Enclosed(
        operand,
        operand is not (ParameterSyntax or SubscriptSyntax or SliceSyntax or FieldSelectionSyntax or ScalarSubquerySyntax));

    private void Enclosed(ExpressionSyntax operand, bool inParentheses)
    {
        Write(inParentheses, "(");
        Expression(operand);
        Write(inParentheses, ")");
    }

    // A chain may be deeper than the stack: down its left side first, then up again writing.
    private void Binary(BinarySyntax binary)
    {
        Stack<BinarySyntax> spine = new();
        Stack<bool> closing = new();
        ExpressionSyntax left = binary;
        Precedence atLeast = Precedence.Or;
        while (left is BinarySyntax node)
        {
            Precedence precedence = Precedences.Of(node.Operator);
            bool needsParentheses = precedence < atLeast;
            Write(needsParentheses, "(");
            spine.Push(node);
            closing.Push(needsParentheses);
            atLeast = LeftOperand(precedence);
            left = node.Left;
        }

        Expression(left, atLeast);
        while (spine.TryPop(out BinarySyntax? node))
        {
            Write(" ");
            Operator(node.Operator);
            Write(" ");
            Expression(node.Right, Precedences.Of(node.Operator) + 1);
            Write(closing.Pop(), ")");
        }
    }

    private void Operator(OperatorSyntax @operator)
    {
        if (@operator.Schema is null)
        {
            Write(@operator.Symbol);
        }
        else
        {
            Write("OPERATOR(");
            Label(@operator.Schema);
            Write($".{@operator.Symbol})");
        }
    }

    private void Unary(UnarySyntax unary)
    {
        Operator(unary.Operator);
        bool isSign = Precedences.Of(unary) == Precedence.Sign;

        // Two signs in a row would begin a comment.
        Write(!isSign || unary.Operand is UnarySyntax, " ");
        Expression(unary.Operand, isSign ? Precedence.Sign : Precedence.PrefixSymbol);
    }

    private void Literal(LiteralSyntax literal) => Write(literal.Kind switch
    {
        LiteralKind.Null => "NULL",
        LiteralKind.Boolean => literal.Text.ToUpperInvariant(),
        LiteralKind.String => Names.QuoteString(literal.Text),
        LiteralKind.BitString => $"B'{literal.Text}'",
        LiteralKind.HexString => $"X'{literal.Text}'",
        _ => literal.Text,
    });

    private void TypedLiteral(TypedLiteralSyntax literal)
    {
        if (literal.Type is NamedTypeSyntax type && IsInterval(type) && type.IntervalFields is not null)
        {
            // The fields follow the text.
            Write("INTERVAL ");
            String(literal.Text);
            IntervalFields(type);
            if (!type.Modifiers.IsEmpty)
            {
                InParentheses(type.Modifiers, Expression);
            }

            return;
        }

        Type(literal.Type);
        Write(" ");
        String(literal.Text);
    }

    private void Wildcard(WildcardSyntax wildcard)
    {
        if (wildcard.Qualifier is not null)
        {
            Name(wildcard.Qualifier);
            Write(".");
        }

        Write("*");
        if (!wildcard.Except.IsEmpty)
        {
            Write(" EXCEPT ");
            InParentheses(wildcard.Except, Name);
        }
    }

    private void KeywordFunction(KeywordFunctionSyntax function)
    {
        Write(function.Name.ToUpperInvariant());
        if (function.Precision is { } precision)
        {
            Write($"({precision})");
        }
        else
        {
            Write(function.Name == "current_database", "()");
        }
    }

    private void Call(FunctionCallSyntax call)
    {
        Write(call.IsAggregateOfScalar, "aggregate:");
        if (SpecialCall(call))
        {
            return;
        }

        if (call.Name.IsSimple)
        {
            Write(Names.QuoteFunction(call.Name.Name));
        }
        else
        {
            Name(call.Name);
        }

        Write("(");
        Write(call.IsDistinct, "DISTINCT ");
        Write(call.IsStar, "*");
        Separated(call.Arguments, Argument);
        OrderBy(call.OrderBy);
        Write(")");
        if (!call.WithinGroup.IsEmpty)
        {
            Write(" WITHIN GROUP (");
            OrderBy(call.WithinGroup, "ORDER BY ");
            Write(")");
        }

        if (call.Filter is not null)
        {
            Write(" FILTER (WHERE ");
            Expression(call.Filter);
            Write(")");
        }

        Write(call.IgnoresNulls == true, " IGNORE NULLS");
        Write(call.IgnoresNulls == false, " RESPECT NULLS");
        if (call.Over is not null)
        {
            Write(" OVER ");
            Window(call.Over);
        }
    }

    /// <summary>The calls that PostgreSQL spells with words inside the parentheses.</summary>
    private bool SpecialCall(FunctionCallSyntax call)
    {
        if (!call.Name.IsSimple || call != new FunctionCallSyntax(call.Name, call.Arguments) || !IsPlain(call.Arguments))
        {
            return false;
        }

        SyntaxList<FunctionArgumentSyntax> arguments = call.Arguments;
        switch (call.Name.Name)
        {
            case "extract" when arguments is [{ Value: LiteralSyntax { Kind: LiteralKind.String } field }, _]:
                Write("EXTRACT(");
                Write(Names.IsPlain(field.Text) ? field.Text : Names.QuoteString(field.Text));
                Write(" FROM ");
                Expression(arguments[1].Value);
                break;
            case "position" when arguments.Count == 2:
                Write("POSITION(");
                Value(arguments[1].Value);
                Write(" IN ");
                Value(arguments[0].Value);
                break;
            case "overlay" or "substring" when arguments.Count > 1:
                Write(call.Name.Name + "(");
                Value(arguments[0].Value);
                for (int index = 1; index < arguments.Count; index++)
                {
                    Write(", ");
                    Expression(arguments[index].Value);
                }

                break;
            default:
                return false;
        }

        Write(")");
        return true;
    }

    private static bool IsPlain(SyntaxList<FunctionArgumentSyntax> arguments)
    {
        foreach (FunctionArgumentSyntax argument in arguments.AsSpan())
        {
            if (argument.Name is not null || argument.IsVariadic || argument.Value is LambdaSyntax)
            {
                return false;
            }
        }

        return true;
    }

    private void Argument(FunctionArgumentSyntax argument)
    {
        if (argument.Name is not null)
        {
            Label(argument.Name);
            Write(" => ");
        }

        Write(argument.IsVariadic, "VARIADIC ");
        Expression(argument.Value);
    }

    private void Case(CaseSyntax @case)
    {
        Write("CASE ");
        if (@case.Operand is not null)
        {
            Expression(@case.Operand);
            Write(" ");
        }

        Separated(@case.Whens, When, " ");
        if (@case.Else is not null)
        {
            Write(" ELSE ");
            Expression(@case.Else);
        }

        Write(" END");
    }

    private void When(CaseWhenSyntax when)
    {
        Write("WHEN ");
        Expression(when.Condition);
        Write(" THEN ");
        Expression(when.Result);
    }

    private void Entry(MapEntrySyntax entry)
    {
        Expression(entry.Key);
        Write(": ");
        Expression(entry.Value);
    }
}
