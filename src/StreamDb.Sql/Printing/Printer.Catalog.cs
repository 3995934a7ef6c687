using StreamDb.Sql.Syntax;

namespace StreamDb.Sql.Printing;

// DROP, ALTER, GRANT, COMMENT.
internal sealed partial class Printer
{
    private static string Kind(ItemKind kind) => kind switch
    {
        ItemKind.MaterializedView => "MATERIALIZED VIEW",
        ItemKind.ClusterReplica => "CLUSTER REPLICA",
        ItemKind.NetworkPolicy => "NETWORK POLICY",
        _ => kind.ToString().ToUpperInvariant(),
    };

    private static string Plural(ItemKind kind) => kind == ItemKind.Index ? "INDEXES" : Kind(kind) + "S";

    private bool CatalogStatement(StatementSyntax statement)
    {
        switch (statement)
        {
            case DropSyntax drop:
                Drop(drop);
                return true;
            case AlterSyntax alter:
                Write($"ALTER {Kind(alter.Kind)} ");
                Write(alter.IfExists, "IF EXISTS ");
                Name(alter.Name);
                Write(" ");
                Separated(alter.Actions, AlterAction);
                return true;
            case GrantSyntax grant:
                Grant(grant);
                return true;
            case CommentSyntax comment:
                Write($"COMMENT ON {Kind(comment.Kind)} ");
                Name(comment.Name);
                Write(" IS ");
                Write(comment.Text is null ? "NULL" : Names.QuoteString(comment.Text));
                return true;
            default:
                return false;
        }
    }

    private void Drop(DropSyntax drop)
    {
        Write($"DROP {Kind(drop.Kind)} ");
        Write(drop.IfExists, "IF EXISTS ");
        for (int index = 0; index < drop.Names.Count; index++)
        {
            Write(index > 0, ", ");
            Name(drop.Names[index]);
            if (!drop.ArgumentTypes.IsEmpty)
            {
                InParentheses(drop.ArgumentTypes[index], Type);
            }
        }

        Write(drop.IsCascade, " CASCADE");
    }

    private void AlterAction(AlterActionSyntax action)
    {
        switch (action)
        {
            case AddColumnSyntax add:
                Write("ADD COLUMN ");
                Write(add.IfNotExists, "IF NOT EXISTS ");
                Column(add.Column);
                break;
            case AddConstraintSyntax add:
                Write("ADD ");
                TableConstraint(add.Constraint);
                break;
            case DropColumnSyntax drop:
                Write("DROP COLUMN ");
                Write(drop.IfExists, "IF EXISTS ");
                Identifier(drop.Column);
                Write(drop.IsCascade, " CASCADE");
                break;
            case DropConstraintSyntax drop:
                Write("DROP CONSTRAINT ");
                Write(drop.IfExists, "IF EXISTS ");
                Identifier(drop.Constraint);
                Write(drop.IsCascade, " CASCADE");
                break;
            case RenameColumnSyntax rename:
                WordAndName("RENAME COLUMN ", rename.Column);
                WordAndName(" TO ", rename.NewName);
                break;
            case RenameSyntax rename:
                Write("RENAME TO ");
                Name(rename.NewName);
                break;
            case SetSchemaSyntax schema:
                WordAndName("SET SCHEMA ", schema.Schema);
                break;
            case OwnerSyntax owner:
                WordAndName("OWNER TO ", owner.Owner);
                break;
            case SwapSyntax swap:
                Write("SWAP WITH ");
                Name(swap.Other);
                break;
            default:
                AlterDetail(action);
                break;
        }
    }

    private void AlterDetail(AlterActionSyntax action)
    {
        switch (action)
        {
            case AlterColumnTypeSyntax type:
                WordAndName("ALTER COLUMN ", type.Column);
                Write(" TYPE ");
                Type(type.Type);
                if (type.Using is not null)
                {
                    Write(" USING ");
                    Expression(type.Using);
                }

                break;
            case AlterColumnDefaultSyntax @default:
                WordAndName("ALTER COLUMN ", @default.Column);
                Write(@default.Value is null ? " DROP DEFAULT" : " SET DEFAULT ");
                if (@default.Value is not null)
                {
                    Expression(@default.Value);
                }

                break;
            case AlterColumnNullSyntax isNull:
                WordAndName("ALTER COLUMN ", isNull.Column);
                Write(isNull.IsNotNull ? " SET NOT NULL" : " DROP NOT NULL");
                break;
            case SetOptionsSyntax set:
                Write("SET ");
                InParentheses(set.Options, Option);
                break;
            case ResetOptionsSyntax reset:
                Write("RESET ");
                InParentheses(reset.Names, name => OptionName(name, hasValue: false));
                break;
            case SetParameterActionSyntax { IsReset: true } reset:
                Write("RESET ");
                ParameterName(reset.Name);
                Write(reset.IsDeferred, " DEFERRED");
                break;
            case SetParameterActionSyntax set:
                Write("SET ");
                Values(set.Name, set.Values);
                Write(set.IsDeferred, " DEFERRED");
                break;
            case OtherActionSyntax other:
                Write(other.Text);
                break;
            default:
                throw Unknown(action);
        }
    }

    private void Grant(GrantSyntax grant)
    {
        Write(grant.IsRevoke ? "REVOKE " : "GRANT ");
        Write(grant.GrantOptionFor, "GRANT OPTION FOR ");
        Separated(grant.Privileges, Label);
        if (grant.Kind is { } kind)
        {
            Write(grant.AllInSchema ? $" ON ALL {Plural(kind)} IN SCHEMA " : $" ON {Kind(kind)} ");
            Separated(grant.Names, Name);
        }

        Write(grant.IsRevoke ? " FROM " : " TO ");
        Separated(grant.Grantees, Identifier);
        Write(grant.WithGrantOption, " WITH GRANT OPTION");
        WordAndName(" GRANTED BY ", grant.GrantedBy);
        Write(grant.IsCascade, " CASCADE");
    }
}
