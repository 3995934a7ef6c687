using Antlr4.Runtime;
using StreamDb.Sql.Syntax;
using static StreamDb.Sql.Generated.StreamDbParser;

namespace StreamDb.Sql.Parsing;

// DROP, ALTER, GRANT and what we know by its first words only.
internal sealed partial class TreeBuilder
{
    private static ItemKind Kind(ItemKindContext context) => FirstType(context) switch
    {
        TABLE => ItemKind.Table,
        VIEW => ItemKind.View,
        MATERIALIZED => ItemKind.MaterializedView,
        INDEX => ItemKind.Index,
        SOURCE => ItemKind.Source,
        SINK => ItemKind.Sink,
        SCHEMA => ItemKind.Schema,
        DATABASE => ItemKind.Database,
        TYPE => ItemKind.Type,
        FUNCTION => ItemKind.Function,
        AGGREGATE => ItemKind.Aggregate,
        PROCEDURE => ItemKind.Procedure,
        SUBSCRIPTION => ItemKind.Subscription,
        CONNECTION => ItemKind.Connection,
        SECRET => ItemKind.Secret,
        USER => ItemKind.User,
        ROLE => ItemKind.Role,
        CLUSTER => context.REPLICA() is null ? ItemKind.Cluster : ItemKind.ClusterReplica,
        SEQUENCE => ItemKind.Sequence,
        DOMAIN => ItemKind.Domain,
        EXTENSION => ItemKind.Extension,
        COLUMN => ItemKind.Column,
        CONSTRAINT => ItemKind.Constraint,
        _ => ItemKind.NetworkPolicy,
    };

    private static ItemKind Kind(ItemKindPluralContext context) => FirstType(context) switch
    {
        VIEWS => ItemKind.View,
        MATERIALIZED => ItemKind.MaterializedView,
        SOURCES => ItemKind.Source,
        SINKS => ItemKind.Sink,
        FUNCTIONS => ItemKind.Function,
        TYPES => ItemKind.Type,
        SECRETS => ItemKind.Secret,
        CONNECTIONS => ItemKind.Connection,
        SUBSCRIPTIONS => ItemKind.Subscription,
        INDEXES => ItemKind.Index,
        SCHEMAS => ItemKind.Schema,
        SEQUENCES => ItemKind.Sequence,
        DATABASES => ItemKind.Database,
        ROLES => ItemKind.Role,
        USERS => ItemKind.User,
        CLUSTERS => ItemKind.Cluster,
        _ => ItemKind.Table,
    };

    private DropSyntax Drop(DropStatementContext context)
    {
        DropTargetContext[] targets = context.dropTarget();
        bool hasArguments = targets.Any(target => target.OPEN_PAREN() is not null);
        return new DropSyntax(
            Kind(context.itemKind()),
            List(targets, target => OptionalName(target.qualifiedName()) ?? SimpleName(target)),
            context.ifExists() is not null,
            context.CASCADE() is not null)
        {
            Position = At(context),
            ArgumentTypes = hasArguments
                ? List(targets, target => List(target.functionParameter(), parameter => Type(parameter.typeName())))
                : default,
        };
    }

    private StatementSyntax Alter(AlterStatementContext context)
    {
        int position = At(context);
        if (context.itemKind() is not { } kind)
        {
            string parameter = context.optionLabel() is { } label ? DottedLabel(label) : "all";
            return context.SET() is null
                ? new ResetSyntax(parameter, IsSystem: true) { Position = position }
                : new SetSyntax(SetScope.System, parameter, SetValues(context.setValues())) { Position = position };
        }

        QualifiedNameSyntax name = OptionalName(context.qualifiedName()) ?? SimpleName(context.identifierOrUser());
        return new AlterSyntax(Kind(kind), name, context.ifExists() is not null, List(context.alterAction(), AlterAction)) { Position = position };
    }

    private AlterActionSyntax AlterAction(AlterActionContext context)
    {
        AlterActionSyntax action = context switch
        {
            AddConstraintActionContext add => new AddConstraintSyntax(TableConstraint(add.tableConstraint())),
            AddColumnActionContext add when add.tableElement() is { } element && element.WATERMARK() is null
                && (element.identifier() is not null || element.USER() is not null) =>
                new AddColumnSyntax(Column(add.tableElement()), add.ifNotExists() is not null),
            AddColumnActionContext add => throw ErrorAt(add.tableElement().Start),
            DropConstraintActionContext drop => new DropConstraintSyntax(
                Identifier(drop.identifier()),
                drop.ifExists() is not null,
                drop.CASCADE() is not null),
            DropColumnActionContext drop => new DropColumnSyntax(
                Identifier(drop.identifier()),
                drop.ifExists() is not null,
                drop.CASCADE() is not null),
            ColumnTypeActionContext type => new AlterColumnTypeSyntax(
                Identifier(type.identifier()),
                Type(type.typeName()),
                type.expression() is { } conversion ? Expression(conversion) : null),
            ColumnDefaultActionContext @default => new AlterColumnDefaultSyntax(
                Identifier(@default.identifier()),
                @default.expression() is { } value ? Expression(value) : null),
            ColumnNullActionContext isNull => new AlterColumnNullSyntax(Identifier(isNull.identifier()), isNull.SET() is not null),
            RenameColumnActionContext rename => new RenameColumnSyntax(Identifier(rename.identifier(0)), Identifier(rename.identifier(1))),
            RenameActionContext rename => new RenameSyntax(Name(rename.qualifiedName())),
            SchemaActionContext schema => new SetSchemaSyntax(Identifier(schema.identifier())),
            OwnerActionContext owner => new OwnerSyntax(Identifier(owner.identifierOrUser())),
            SwapActionContext swap => new SwapSyntax(Name(swap.qualifiedName())),
            SetOptionsActionContext set => new SetOptionsSyntax(Options(set.optionGroup())),
            ResetOptionsActionContext reset => new ResetOptionsSyntax(List(reset.optionName(), OptionName)),
            SetParameterActionContext set => new SetParameterActionSyntax(DottedLabel(set.optionLabel()), SetValues(set.setValues()))
            {
                IsDeferred = set.DEFERRED() is not null,
            },
            ResetParameterActionContext reset => new SetParameterActionSyntax(reset.optionLabel() is { } label ? DottedLabel(label) : "all", default)
            {
                IsReset = true,
                IsDeferred = reset.DEFERRED() is not null,
            },
            _ => new OtherActionSyntax(TokenText(context)),
        };
        return action with { Position = At(context) };
    }

    private GrantSyntax Grant(GrantStatementContext context)
    {
        bool isRevoke = context.REVOKE() is not null;
        ItemKind? kind = context.itemKindPlural() is { } plural ? Kind(plural)
            : context.itemKind() is { } single ? Kind(single)
            : context.ON() is not null ? ItemKind.Table
            : null;
        return new GrantSyntax(
            isRevoke,
            List(context.privilege(), Privilege),
            kind,
            List(context.grantTarget(), target => OptionalName(target.qualifiedName()) ?? SimpleName(target)),
            List(context.grantee(), grantee => Identifier(grantee.identifierOrUser())))
        {
            Position = At(context),
            AllInSchema = context.itemKindPlural() is not null,
            WithGrantOption = context.WITH() is not null,
            GrantOptionFor = isRevoke && context.FOR() is not null,
            GrantedBy = OptionalIdentifier(context.identifierOrUser()),
            IsCascade = context.CASCADE() is not null,
        };
    }

    private static string Privilege(PrivilegeContext context) =>
        FirstType(context) == ALL ? "all" : context.label() is { } role ? Identifier(role) : context.Start.Text.ToLowerInvariant();

    private static OtherStatementSyntax Other(OtherStatementContext context)
    {
        string second = context.otherItem() is { } item ? " " + Words(item).ToUpperInvariant() : "";
        return new OtherStatementSyntax(context.Start.Text.ToUpperInvariant() + second, TokenText(context)) { Position = At(context) };
    }

    private static string DottedLabel(OptionLabelContext context) => string.Join('.', context.label().Select(Identifier));

    private SyntaxList<ExpressionSyntax> SetValues(SetValuesContext context) => SetValues(context.setValue());

    private SyntaxList<ExpressionSyntax> SetValues(params SetValueContext[] values) =>
        values is [{ Start.Type: DEFAULT }] ? default : List(values, SetValue);

    private ExpressionSyntax SetValue(SetValueContext context) =>
        context.expression() is { } expression ? Expression(expression) : Word(context);
}
