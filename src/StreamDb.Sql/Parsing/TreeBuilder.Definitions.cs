using Antlr4.Runtime;
using StreamDb.Sql.Syntax;
using static StreamDb.Sql.Generated.StreamDbParser;

namespace StreamDb.Sql.Parsing;

// CREATE.
internal sealed partial class TreeBuilder
{
    private StatementSyntax Create(CreateStatementContext context)
    {
        StatementSyntax statement = context switch
        {
            CreateTableContext table => CreateTable(table),
            CreateSourceContext definition => CreateSource(definition),
            CreateViewContext view => CreateView(view),
            CreateMaterializedViewContext view => CreateMaterializedView(view),
            CreateIndexContext index => CreateIndex(index),
            CreateDefaultIndexContext index => CreateDefaultIndex(index),
            CreateSinkContext sink => CreateSink(sink),
            CreateSubscriptionContext subscription => new CreateSubscriptionSyntax(
                Name(subscription.qualifiedName(0)),
                Name(subscription.qualifiedName(1)),
                Options(subscription.optionList()))
            { IfNotExists = subscription.ifNotExists() is not null },
            CreateSchemaContext schema => CreateSchema(schema),
            CreateDatabaseContext database => new CreateDatabaseSyntax(Identifier(database.identifier()), database.ifNotExists() is not null)
            {
                Options = List(database.databaseOption(), DatabaseOption),
            },
            CreateTypeContext type => CreateType(type),
            CreateFunctionContext function => CreateFunction(function),
            CreateConnectionContext connection => new CreateConnectionSyntax(
                connection.SECRET() is null ? ItemKind.Connection : ItemKind.Secret,
                Name(connection.qualifiedName()),
                connection.ifNotExists() is not null,
                Options(connection.optionList()),
                connection.expression() is { } value ? Expression(value) : null),
            CreateRoleContext role => new CreateRoleSyntax(
                role.ROLE() is null ? ItemKind.User : ItemKind.Role,
                Identifier(role.identifierOrUser()),
                List(role.roleOption(), RoleOption))
            { IfNotExists = role.ifNotExists() is not null },
            _ => throw new InvalidOperationException(context.GetType().Name),
        };
        return statement with { Position = At(context) };
    }

    private CreateTableSyntax CreateTable(CreateTableContext context)
    {
        CreateTableSyntax table = new(Name(context.qualifiedName()), Elements(context.tableElements()))
        {
            OrReplace = context.orReplace() is not null,
            IsTemporary = Has(context, TEMP) || Has(context, TEMPORARY),
            IfNotExists = context.ifNotExists() is not null,
            Query = context.query() is { } query ? Query(query) : null,
            WithNoData = context.NO() is not null,
        };
        SyntaxList<string> versionColumns = default;
        foreach (TableClauseContext clause in context.tableClause())
        {
            table = clause switch
            {
                AppendOnlyClauseContext => table with { IsAppendOnly = true },
                TableConflictClauseContext conflict => table with { OnConflict = TableConflict(conflict) },
                VersionClauseContext version => WithVersion(table, version, ref versionColumns),
                OptionsClauseContext options => table with { Options = [.. table.Options, .. Options(options.optionList())] },
                IncludeClauseContext include => table with { Include = [.. table.Include, Include(include)] },
                SourceTableClauseContext from => table with { FromSource = SourceTable(from) },
                EngineClauseContext engine => table with { Engine = Identifier(engine.identifier()) },
                TableFormatClauseContext format => table with { Format = Format(format.formatClause()) },
                _ => throw ErrorAt(clause.Start),
            };
        }

        if (!versionColumns.IsEmpty)
        {
            TableConflictSyntax conflict = table.OnConflict ?? new TableConflictSyntax(ConflictAction.Overwrite, default);
            table = table with { OnConflict = conflict with { VersionColumns = versionColumns } };
        }

        return table;
    }

    private static CreateTableSyntax WithVersion(CreateTableSyntax table, VersionClauseContext context, ref SyntaxList<string> columns)
    {
        columns = Identifiers(context.identifierList());
        return table;
    }

    private CreateSourceSyntax CreateSource(CreateSourceContext context)
    {
        CreateSourceSyntax result = new(Name(context.qualifiedName()), Elements(context.tableElements()))
        {
            OrReplace = context.orReplace() is not null,
            IsTemporary = Has(context, TEMP) || Has(context, TEMPORARY),
            IfNotExists = context.ifNotExists() is not null,
        };
        foreach (TableClauseContext clause in context.tableClause())
        {
            result = clause switch
            {
                OptionsClauseContext options => result with { Options = [.. result.Options, .. Options(options.optionList())] },
                IncludeClauseContext include => result with { Include = [.. result.Include, Include(include)] },
                TableFormatClauseContext format => result with { Format = Format(format.formatClause()) },
                _ => throw ErrorAt(clause.Start),
            };
        }

        return result;
    }

    private SyntaxList<TableElementSyntax> Elements(TableElementsContext? context) =>
        context is null ? default : List(context.tableElement(), Element);

    private TableElementSyntax Element(TableElementContext context)
    {
        int position = At(context);
        if (context.WATERMARK() is not null)
        {
            return new WatermarkSyntax(Identifier(context.identifier()), Expression(context.expression()), context.TTL() is not null)
            {
                Position = position,
            };
        }

        if (context.tableConstraint() is { } constraint)
        {
            return TableConstraint(constraint);
        }

        if (context.LIKE() is not null)
        {
            SyntaxList<string> options = context.ChildCount == 2 ? default : [string.Join(' ', Tokens(context).Skip(1 + Tokens(context.qualifiedName()).Count()).Select(token => token.Text.ToLowerInvariant()))];
            return new LikeTableSyntax(Name(context.qualifiedName()), options) { Position = position };
        }

        return context.STAR() is not null ? new AllColumnsSyntax { Position = position } : Column(context);
    }

    private ColumnDefinitionSyntax Column(TableElementContext context) => new(
        Identifier((ParserRuleContext?)context.identifier() ?? context),
        context.typeName() is { } type ? Type(type) : null,
        OptionalName(context.COLLATE() is null ? null : context.qualifiedName()),
        List(context.columnConstraint(), ColumnConstraint))
    { Position = At(context) };

    private TableConstraintSyntax TableConstraint(TableConstraintContext context)
    {
        TableConstraintSyntax constraint = context switch
        {
            _ when context.PRIMARY() is not null => new PrimaryKeyTableSyntax(Identifiers(context.identifierList())),
            _ when context.UNIQUE() is not null => new UniqueTableSyntax(Identifiers(context.identifierList())),
            _ when context.CHECK() is not null => new CheckTableSyntax(Expression(context.expression())),
            _ => new ForeignKeyTableSyntax(
                Identifiers(context.identifierList()),
                Name(context.qualifiedName()),
                Identifiers(context.columnNames()),
                List(context.referenceAction(), Words)),
        };
        return constraint with { Name = OptionalIdentifier(context.identifier()), Position = At(context) };
    }

    private ColumnConstraintSyntax ColumnConstraint(ColumnConstraintContext context)
    {
        ExpressionSyntax? value = context.expression() is { } expression ? Expression(expression) : null;
        ColumnConstraintSyntax constraint = context switch
        {
            _ when context.NOT() is not null => new NotNullConstraintSyntax(),
            _ when context.NULL() is not null => new NullConstraintSyntax(),
            _ when context.PRIMARY() is not null => new PrimaryKeyColumnSyntax(),
            _ when context.UNIQUE() is not null => new UniqueColumnSyntax(),
            _ when context.IDENTITY() is not null => new IdentityConstraintSyntax(context.ALWAYS() is not null),
            _ when context.CHECK() is not null => new CheckConstraintSyntax(value!),
            _ when context.AS() is not null => new GeneratedConstraintSyntax(value!),
            _ when context.DEFAULT() is not null => new DefaultConstraintSyntax(value!),
            _ => new ReferencesConstraintSyntax(
                Name(context.qualifiedName()),
                Identifiers(context.columnNames()),
                List(context.referenceAction(), Words)),
        };
        return constraint with { Name = OptionalIdentifier(context.identifier()), Position = At(context) };
    }

    private static TableConflictSyntax TableConflict(TableConflictClauseContext context)
    {
        ConflictAction action = context.NULL() is not null ? ConflictAction.UpdateIfNotNull
            : context.NOTHING() is not null || context.IGNORE() is not null ? ConflictAction.Nothing
            : ConflictAction.Overwrite;
        return new TableConflictSyntax(action, default) { Position = At(context) };
    }

    private IncludeSyntax Include(IncludeClauseContext context)
    {
        LabelContext[] words = context.label();
        string? inner = context.stringLiteral() is { } text ? String(text) : words.Length > 1 ? Identifier(words[1]) : null;
        TypeNameSyntax? type = context.typeName() is { } name ? Type(name) : null;
        return new IncludeSyntax(Identifier(words[0]), inner, type, OptionalIdentifier(context.identifier())) { Position = At(context) };
    }

    private static SourceTableSyntax SourceTable(SourceTableClauseContext context) =>
        new(Name(context.qualifiedName()), String(context.stringLiteral())) { Position = At(context) };

    private FormatSyntax Format(FormatClauseContext context)
    {
        // FORMAT f (…) ENCODE e (…) KEY ENCODE k (…): each group belongs to the label before it.
        string format = "";
        string? encode = null;
        string? keyEncode = null;
        SyntaxList<OptionSyntax>[] groups = new SyntaxList<OptionSyntax>[3];
        int current = -1;
        for (int index = 0; index < context.ChildCount; index++)
        {
            switch (context.GetChild(index))
            {
                case LabelContext label when ++current == 0:
                    format = Identifier(label);
                    break;
                case LabelContext label when context.GetChild(index - 2) is Antlr4.Runtime.Tree.ITerminalNode { Symbol.Type: KEY }:
                    keyEncode = Identifier(label);
                    current = 2;
                    break;
                case LabelContext label:
                    encode = Identifier(label);
                    break;
                case OptionGroupContext group:
                    groups[current] = Options(group);
                    break;
                default:
                    break;
            }
        }

        return new FormatSyntax(format, groups[0], encode, groups[1], keyEncode, groups[2]) { Position = At(context) };
    }

    private CreateViewSyntax CreateView(CreateViewContext context) =>
        new(Name(context.qualifiedName()), Identifiers(context.columnNames()), Query(context.query()))
        {
            OrReplace = context.orReplace() is not null,
            IsTemporary = Has(context, TEMP) || Has(context, TEMPORARY),
            IfNotExists = context.ifNotExists() is not null,
        };

    private CreateMaterializedViewSyntax CreateMaterializedView(CreateMaterializedViewContext context) =>
        new(Name(context.qualifiedName()), Identifiers(context.columnNames()), Query(context.query()))
        {
            OrReplace = context.orReplace() is not null,
            IfNotExists = context.ifNotExists() is not null,
            Cluster = OptionalIdentifier(context.inCluster()?.identifier()),
            Options = Options(context.optionList()),
            EmitOnWindowClose = context.emitClause() is not null,
        };

    private CreateIndexSyntax CreateIndex(CreateIndexContext context)
    {
        QualifiedNameContext[] names = context.qualifiedName();
        QualifiedNameSyntax? name = names.Length == 2 ? Name(names[0]) : null;
        CreateIndexSyntax index = new(name?.Name, Name(names[^1]), List(context.orderItem(), OrderItem))
        {
            IsUnique = context.UNIQUE() is not null,
            IfNotExists = context.ifNotExists() is not null,
            Schema = name?.Qualifier,
            Cluster = OptionalIdentifier(context.inCluster()?.identifier()),
            Method = OptionalIdentifier(context.identifier()),
        };
        return WithClauses(index, context.indexClause());
    }

    private CreateIndexSyntax CreateDefaultIndex(CreateDefaultIndexContext context)
    {
        CreateIndexSyntax index = new(null, Name(context.qualifiedName()), default)
        {
            Cluster = OptionalIdentifier(context.inCluster()?.identifier()),
        };
        return WithClauses(index, context.indexClause());
    }

    private CreateIndexSyntax WithClauses(CreateIndexSyntax index, IndexClauseContext[] clauses)
    {
        foreach (IndexClauseContext clause in clauses)
        {
            index = FirstType(clause) switch
            {
                INCLUDE => index with { Include = Expressions(clause.expressionGroup()) },
                DISTRIBUTED => index with { DistributedBy = Expressions(clause.expressionGroup()) },
                WHERE => index with { Where = Expression(clause.expression()) },
                _ => index with { Options = Options(clause.optionList()) },
            };
        }

        return index;
    }

    private CreateSinkSyntax CreateSink(CreateSinkContext context)
    {
        QualifiedNameContext[] names = context.qualifiedName();
        bool hasTarget = context.INTO() is not null;
        return new CreateSinkSyntax(Name(names[0]))
        {
            OrReplace = context.orReplace() is not null,
            IfNotExists = context.ifNotExists() is not null,
            Into = hasTarget ? Name(names[1]) : null,
            IntoColumns = Identifiers(context.columnNames()),
            Relation = context.FROM() is null ? null : Name(names[^1]),
            Query = context.query() is { } query ? Query(query) : null,
            EmitOnWindowClose = context.emitClause() is not null,
            Options = Options(context.optionList()),
            Format = context.formatClause() is { } format ? Format(format) : null,
        };
    }

    private static CreateSchemaSyntax CreateSchema(CreateSchemaContext context)
    {
        string? owner = OptionalIdentifier(context.identifierOrUser());
        QualifiedNameSyntax name = OptionalName(context.qualifiedName()) ?? QualifiedNameSyntax.Of(owner!) with { Position = At(context) };
        return new CreateSchemaSyntax(name, context.ifNotExists() is not null) { Owner = owner };
    }

    private OptionSyntax DatabaseOption(DatabaseOptionContext context)
    {
        LabelContext[] labels = context.label();
        ExpressionSyntax value = context.literal() is { } literal ? Literal(literal) : Word(labels[1]);
        return new OptionSyntax(Identifier(labels[0]), value) { Position = At(context) };
    }

    private CreateTypeSyntax CreateType(CreateTypeContext context)
    {
        TypeDefinitionContext definition = context.typeDefinition();
        return new CreateTypeSyntax(Name(context.qualifiedName()))
        {
            Fields = List(definition.nameAndType(), NameAndType),
            Labels = List(definition.stringLiteral(), String),
            IsEnum = definition.ENUM() is not null,
            Collection = definition.LIST() is not null ? CollectionKind.List : definition.MAP() is not null ? CollectionKind.Map : null,
            Options = List(definition.typeOption(), TypeOption),
        };
    }

    private static OptionSyntax TypeOption(TypeOptionContext context) => new(
        string.Join(' ', context.label().Select(Identifier)),
        new LiteralSyntax(LiteralKind.String, TokenText(context.typeName())) { Position = At(context.typeName()) })
    { Position = At(context) };

    private CreateFunctionSyntax CreateFunction(CreateFunctionContext context)
    {
        ReturnsClauseContext? returns = context.returnsClause();
        ExpressionContext? body = context.functionClause().FirstOrDefault(clause => clause.RETURN() is not null)?.expression();
        return new CreateFunctionSyntax(
            context.AGGREGATE() is null ? ItemKind.Function : ItemKind.Aggregate,
            Name(context.qualifiedName()),
            List(context.functionParameter(), Parameter))
        {
            OrReplace = context.orReplace() is not null,
            IsTemporary = Has(context, TEMP) || Has(context, TEMPORARY),
            IfNotExists = context.ifNotExists() is not null,
            Returns = returns?.typeName() is { } type ? Type(type) : null,
            ReturnsSet = returns?.typeName()?.SETOF() is not null,
            ReturnsTable = returns is null ? default : List(returns.nameAndType(), NameAndType),
            Clauses = List(context.functionClause().Where(clause => clause.RETURN() is null).ToArray(), FunctionClause),
            Return = body is null ? null : Expression(body),
            Options = Options(context.optionList()),
        };
    }

    private FunctionParameterSyntax Parameter(FunctionParameterContext context) => new(
        OptionalIdentifier(context.identifier()),
        Type(context.typeName()),
        context.expression() is { } value ? Expression(value) : null)
    {
        Position = At(context),
        IsVariadic = context.VARIADIC() is not null,
    };

    private OptionSyntax FunctionClause(FunctionClauseContext context)
    {
        int position = At(context);
        ExpressionSyntax? text = context.stringLiteral() is [var literal, ..] ? new LiteralSyntax(LiteralKind.String, String(literal)) { Position = At(literal) } : null;
        return FirstType(context) switch
        {
            LANGUAGE => new OptionSyntax("language", text ?? Word(context.identifier())) { Position = position },
            AS => new OptionSyntax("as", text) { Position = position },
            USING => new OptionSyntax("using " + Identifier(context.label(0)), text ?? Word(context.identifier())) { Position = position },
            IMMUTABLE or STABLE or VOLATILE => new OptionSyntax("volatility", Word(context)) { Position = position },
            STRICT or RETURNS => new OptionSyntax("strict", null) { Position = position },
            CALLED => new OptionSyntax("called on null input", null) { Position = position },
            SET => new OptionSyntax("set " + Identifier(context.identifier()), Expression(context.expression())) { Position = position },
            _ => new OptionSyntax(
                context.Start.Text.ToLowerInvariant(),
                context.literal() is { } value ? Literal(value) : Word(context.label()[^1]))
            { Position = position },
        };
    }

    private OptionSyntax RoleOption(RoleOptionContext context)
    {
        int position = At(context);
        if (context.PASSWORD() is not null)
        {
            ExpressionSyntax password = context.stringLiteral() is { } secret
                ? new LiteralSyntax(LiteralKind.String, String(secret)) { Position = At(secret) }
                : new LiteralSyntax(LiteralKind.Null, "null") { Position = context.Stop.StartIndex };
            return new OptionSyntax("password", password) { Position = position };
        }

        if (context.VALID() is not null)
        {
            return new OptionSyntax("valid until", new LiteralSyntax(LiteralKind.String, String(context.stringLiteral()))) { Position = position };
        }

        if (context.INTEGER() is { } count)
        {
            ExpressionSyntax limit = new LiteralSyntax(LiteralKind.Integer, count.GetText()) { Position = At(count) };
            return new OptionSyntax("connection limit", context.MINUS() is null ? limit : new UnarySyntax(new OperatorSyntax(null, "-"), limit))
            {
                Position = position,
            };
        }

        ExpressionSyntax? options = context.optionGroup() is { } group ? new LiteralSyntax(LiteralKind.String, TokenText(group)) : null;
        return new OptionSyntax(Identifier(context.label()), options) { Position = position };
    }
}
