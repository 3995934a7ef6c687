using StreamDb.Sql.Syntax;

namespace StreamDb.Sql.Printing;

// CREATE.
internal sealed partial class Printer
{
    private bool Definition(StatementSyntax statement)
    {
        switch (statement)
        {
            case CreateTableSyntax table:
                CreateTable(table);
                return true;
            case CreateSourceSyntax source:
                Create(source.OrReplace, source.IsTemporary, "SOURCE", source.IfNotExists, source.Name);
                Elements(source.Elements);
                Connector(source.Include, source.Options, source.Format);
                return true;
            case CreateViewSyntax view:
                Create(view.OrReplace, view.IsTemporary, "VIEW", view.IfNotExists, view.Name);
                ColumnNames(view.Columns);
                As(view.Query);
                return true;
            case CreateMaterializedViewSyntax view:
                Create(view.OrReplace, false, "MATERIALIZED VIEW", view.IfNotExists, view.Name);
                ColumnNames(view.Columns);
                WordAndName(" IN CLUSTER ", view.Cluster);
                WithOptions(view.Options);
                As(view.Query);
                Write(view.EmitOnWindowClose, " EMIT ON WINDOW CLOSE");
                return true;
            case CreateIndexSyntax index:
                CreateIndex(index);
                return true;
            case CreateSinkSyntax sink:
                CreateSink(sink);
                return true;
            case CreateSubscriptionSyntax subscription:
                Create(false, false, "SUBSCRIPTION", subscription.IfNotExists, subscription.Name);
                Write(" FROM ");
                Name(subscription.Relation);
                WithOptions(subscription.Options);
                return true;
            case CreateSchemaSyntax schema:
                Create(false, false, "SCHEMA", schema.IfNotExists, schema.Name);
                WordAndName(" AUTHORIZATION ", schema.Owner);
                return true;
            case CreateDatabaseSyntax database:
                Create(false, false, "DATABASE", database.IfNotExists, QualifiedNameSyntax.Of(database.Name));
                Write(!database.Options.IsEmpty, " WITH ");
                Separated(database.Options, Option, " ");
                return true;
            case CreateTypeSyntax type:
                CreateType(type);
                return true;
            case CreateFunctionSyntax function:
                CreateFunction(function);
                return true;
            case CreateConnectionSyntax connection:
                Create(false, false, Kind(connection.Kind), connection.IfNotExists, connection.Name);
                WithOptions(connection.Options);
                if (connection.Value is not null)
                {
                    Write(" AS ");
                    Expression(connection.Value);
                }

                return true;
            case CreateRoleSyntax role:
                Create(false, false, Kind(role.Kind), role.IfNotExists, QualifiedNameSyntax.Of(role.Name));
                Separated(role.Options, RoleOption, "");
                return true;
            default:
                return false;
        }
    }

    private void Create(bool orReplace, bool isTemporary, string kind, bool ifNotExists, QualifiedNameSyntax name)
    {
        Write("CREATE ");
        Write(orReplace, "OR REPLACE ");
        Write(isTemporary, "TEMPORARY ");
        Write(kind);
        Write(ifNotExists, " IF NOT EXISTS");
        Write(" ");
        Name(name);
    }

    private void As(QuerySyntax? query)
    {
        if (query is not null)
        {
            Write(" AS ");
            Query(query);
        }
    }

    private void CreateTable(CreateTableSyntax table)
    {
        Create(table.OrReplace, table.IsTemporary, "TABLE", table.IfNotExists, table.Name);
        Elements(table.Elements);
        Write(table.IsAppendOnly, " APPEND ONLY");
        if (table.OnConflict is { } conflict)
        {
            Write(conflict.Action switch
            {
                ConflictAction.Overwrite => " ON CONFLICT OVERWRITE",
                ConflictAction.Nothing => " ON CONFLICT DO NOTHING",
                _ => " ON CONFLICT DO UPDATE IF NOT NULL",
            });
            if (!conflict.VersionColumns.IsEmpty)
            {
                Write(" WITH VERSION COLUMN");
                ColumnNames(conflict.VersionColumns);
            }
        }

        Connector(table.Include, table.Options, table.Format);
        if (table.FromSource is { } source)
        {
            Write(" FROM ");
            Name(source.Source);
            Write(" TABLE ");
            String(source.Table);
        }

        WordAndName(" ENGINE = ", table.Engine);
        As(table.Query);
        Write(table.WithNoData, " WITH NO DATA");
    }

    private void Connector(SyntaxList<IncludeSyntax> includes, SyntaxList<OptionSyntax> options, FormatSyntax? format)
    {
        foreach (IncludeSyntax include in includes)
        {
            Write(" INCLUDE ");
            Label(include.Kind);
            Write(include.Inner is not null, " " + Names.QuoteString(include.Inner ?? ""));
            if (include.Type is not null)
            {
                Write(" ");
                Type(include.Type);
            }

            WordAndName(" AS ", include.Alias);
        }

        WithOptions(options);
        if (format is not null)
        {
            Write(" ");
            Format(format);
        }
    }

    private void Format(FormatSyntax format)
    {
        Write("FORMAT ");
        Label(format.Format);
        Group(format.FormatOptions);
        if (format.Encode is not null)
        {
            Write(" ENCODE ");
            Label(format.Encode);
            Group(format.Options);
        }

        if (format.KeyEncode is not null)
        {
            Write(" KEY ENCODE ");
            Label(format.KeyEncode);
            Group(format.KeyOptions);
        }
    }

    private void Group(SyntaxList<OptionSyntax> options)
    {
        if (!options.IsEmpty)
        {
            Write(" ");
            InParentheses(options, Option);
        }
    }

    private void Elements(SyntaxList<TableElementSyntax> elements)
    {
        if (!elements.IsEmpty)
        {
            Write(" ");
            InParentheses(elements, Element);
        }
    }

    private void Element(TableElementSyntax element)
    {
        switch (element)
        {
            case ColumnDefinitionSyntax column:
                Column(column);
                break;
            case WatermarkSyntax watermark:
                Write("WATERMARK FOR ");
                Identifier(watermark.Column);
                Write(" AS ");
                Expression(watermark.Value);
                Write(watermark.WithTtl, " WITH TTL");
                break;
            case AllColumnsSyntax:
                Write("*");
                break;
            case LikeTableSyntax like:
                Write("LIKE ");
                Name(like.Table);
                foreach (string option in like.Options)
                {
                    Write($" {option.ToUpperInvariant()}");
                }

                break;
            case TableConstraintSyntax constraint:
                TableConstraint(constraint);
                break;
            default:
                throw Unknown(element);
        }
    }

    private void Column(ColumnDefinitionSyntax column)
    {
        Identifier(column.Name);
        if (column.Type is not null)
        {
            Write(" ");
            Type(column.Type);
        }

        if (column.Collation is not null)
        {
            Write(" COLLATE ");
            Name(column.Collation);
        }

        foreach (ColumnConstraintSyntax constraint in column.Constraints)
        {
            Write(" ");
            ColumnConstraint(constraint);
        }
    }

    private void ConstraintName(string? name)
    {
        if (name is not null)
        {
            WordAndName("CONSTRAINT ", name);
            Write(" ");
        }
    }

    private void TableConstraint(TableConstraintSyntax constraint)
    {
        ConstraintName(constraint.Name);
        switch (constraint)
        {
            case PrimaryKeyTableSyntax key:
                Write("PRIMARY KEY");
                ColumnNames(key.Columns);
                break;
            case UniqueTableSyntax unique:
                Write("UNIQUE");
                ColumnNames(unique.Columns);
                break;
            case CheckTableSyntax check:
                Write("CHECK ");
                InParentheses([check.Condition], Expression);
                break;
            case ForeignKeyTableSyntax key:
                Write("FOREIGN KEY");
                ColumnNames(key.Columns);
                Write(" ");
                References(key.Target, key.TargetColumns, key.Actions);
                break;
            default:
                throw Unknown(constraint);
        }
    }

    private void References(QualifiedNameSyntax target, SyntaxList<string> columns, SyntaxList<string> actions)
    {
        Write("REFERENCES ");
        Name(target);
        ColumnNames(columns);
        foreach (string action in actions)
        {
            Write($" {action.ToUpperInvariant()}");
        }
    }

    private void ColumnConstraint(ColumnConstraintSyntax constraint)
    {
        ConstraintName(constraint.Name);
        switch (constraint)
        {
            case NotNullConstraintSyntax:
                Write("NOT NULL");
                break;
            case NullConstraintSyntax:
                Write("NULL");
                break;
            case PrimaryKeyColumnSyntax:
                Write("PRIMARY KEY");
                break;
            case UniqueColumnSyntax:
                Write("UNIQUE");
                break;
            case DefaultConstraintSyntax @default:
                // As an operand, so that what follows is not taken for a part of it.
                Write("DEFAULT ");
                Value(@default.Value);
                break;
            case CheckConstraintSyntax check:
                Write("CHECK ");
                InParentheses([check.Condition], Expression);
                break;
            case GeneratedConstraintSyntax generated:
                Write("AS ");
                Value(generated.Value);
                break;
            case IdentityConstraintSyntax identity:
                Write(identity.IsAlways ? "GENERATED ALWAYS AS IDENTITY" : "GENERATED BY DEFAULT AS IDENTITY");
                break;
            case ReferencesConstraintSyntax references:
                References(references.Target, references.TargetColumns, references.Actions);
                break;
            default:
                throw Unknown(constraint);
        }
    }

    private void CreateIndex(CreateIndexSyntax index)
    {
        Write(index.IsUnique ? "CREATE UNIQUE INDEX" : index.Keys.IsEmpty ? "CREATE DEFAULT INDEX" : "CREATE INDEX");
        Write(index.IfNotExists, " IF NOT EXISTS");
        if (index.Name is not null)
        {
            WordAndName(" ", index.Schema);
            Write(index.Schema is null ? " " : ".");
            Identifier(index.Name);
        }

        WordAndName(" IN CLUSTER ", index.Cluster);
        Write(" ON ");
        Name(index.Relation);
        WordAndName(" USING ", index.Method);
        if (!index.Keys.IsEmpty)
        {
            Write(" ");
            InParentheses(index.Keys, OrderItem);
        }

        Expressions(" INCLUDE ", index.Include);
        Expressions(" DISTRIBUTED BY ", index.DistributedBy);
        WithOptions(index.Options);
        Where(index.Where);
    }

    private void Expressions(string word, SyntaxList<ExpressionSyntax> expressions)
    {
        if (!expressions.IsEmpty)
        {
            Write(word);
            InParentheses(expressions, Expression);
        }
    }

    private void CreateSink(CreateSinkSyntax sink)
    {
        Create(sink.OrReplace, false, "SINK", sink.IfNotExists, sink.Name);
        if (sink.Into is not null)
        {
            Write(" INTO ");
            Name(sink.Into);
            ColumnNames(sink.IntoColumns);
        }

        if (sink.Relation is not null)
        {
            Write(" FROM ");
            Name(sink.Relation);
        }

        As(sink.Query);
        Write(sink.EmitOnWindowClose, " EMIT ON WINDOW CLOSE");
        Connector(default, sink.Options, sink.Format);
    }

    private void CreateType(CreateTypeSyntax type)
    {
        Write("CREATE TYPE ");
        Name(type.Name);
        Write(" AS ");
        if (type.IsEnum)
        {
            Write("ENUM ");
            InParentheses(type.Labels, String);
        }
        else if (type.Collection is { } kind)
        {
            // The values are types, kept as text.
            Write(kind.ToString().ToUpperInvariant() + " ");
            InParentheses(type.Options, option =>
                Write($"{option.Name.ToUpperInvariant()} = {((LiteralSyntax)option.Value!).Text}"));
        }
        else
        {
            InParentheses(type.Fields, NameAndType);
        }
    }

    private void CreateFunction(CreateFunctionSyntax function)
    {
        Create(function.OrReplace, function.IsTemporary, Kind(function.Kind), function.IfNotExists, function.Name);
        InParentheses(function.Parameters, Parameter);
        if (function.Returns is not null)
        {
            Write(" RETURNS ");
            Write(function.ReturnsSet, "SETOF ");
            Type(function.Returns);
        }
        else if (!function.ReturnsTable.IsEmpty)
        {
            Write(" RETURNS TABLE ");
            InParentheses(function.ReturnsTable, NameAndType);
        }

        Separated(function.Clauses, FunctionClause, "");
        if (function.Return is not null)
        {
            Write(" RETURN ");
            Expression(function.Return);
        }

        WithOptions(function.Options);
    }

    private void Parameter(FunctionParameterSyntax parameter)
    {
        Write(parameter.IsVariadic, "VARIADIC ");
        if (parameter.Name is not null)
        {
            Identifier(parameter.Name);
            Write(" ");
        }

        Type(parameter.Type);
        if (parameter.Default is not null)
        {
            Write(" DEFAULT ");
            Expression(parameter.Default);
        }
    }

    private void FunctionClause(OptionSyntax clause)
    {
        Write(" ");
        if (clause.Name == "volatility")
        {
            Write(((ColumnReferenceSyntax)clause.Value!).Name.Name.ToUpperInvariant());
            return;
        }

        Write(clause.Name.ToUpperInvariant());
        if (clause.Value is not null)
        {
            Write(clause.Name.StartsWith("set ", StringComparison.Ordinal) ? " = " : " ");
            Expression(clause.Value);
        }
    }

    private void RoleOption(OptionSyntax option)
    {
        Write(" ");
        Write(option.Name is "password" or "valid until" or "connection limit" ? option.Name.ToUpperInvariant() : Names.QuoteLabel(option.Name));
        if (option.Value is LiteralSyntax { Kind: LiteralKind.String } text && option.Name is not ("password" or "valid until"))
        {
            // Groups of options are kept as text.
            Write($" {text.Text}");
        }
        else if (option.Value is not null)
        {
            Write(" ");
            Expression(option.Value);
        }
    }
}
