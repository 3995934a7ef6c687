using StreamDb.Core.Errors;
using StreamDb.Sql.Syntax;

namespace StreamDb.Planning.Binding;

/// <summary>COPY.</summary>
internal sealed class CopyBinder(BinderState state)
{
    public CopyPlan Bind(CopySyntax copy)
    {
        if (copy.Path is not null)
        {
            throw BindError.NotSupported("COPY with a file on the server", copy.Position, "Use STDIN or STDOUT, or psql's \\copy.");
        }

        if (copy.Where is not null)
        {
            throw BindError.NotSupported("COPY … WHERE", copy.Where.Position);
        }

        CopyOptions options = Options(copy.Options);
        if (copy.Direction == CopyDirection.To)
        {
            return new CopyPlan(null, [], [], Query(copy), false, options);
        }

        if (copy.Relation is null)
        {
            throw BindError.At(SqlState.SyntaxError, copy.Position, "cannot copy to a query");
        }

        InsertTarget target = InsertTarget.Bind(state, copy.Relation, [.. copy.Columns], copy.Relation.Position);
        foreach (int column in target.Columns)
        {
            if (target.Table.Columns[column].GeneratedText is not null)
            {
                throw BindError.At(
                    SqlState.InvalidColumnReference, copy.Relation.Position, $"column \"{target.Table.Columns[column].Name}\" is a generated column",
                    detail: "Generated columns cannot be used in COPY.");
            }
        }

        return new CopyPlan(target.Table, target.Columns, target.Defaults, null, true, options);
    }

    private QueryPlan Query(CopySyntax copy)
    {
        if (copy.Query is not null)
        {
            return new QueryBinder(state).Bind(copy.Query, QueryEnvironment.Empty).ToPlan();
        }

        TableReferenceSyntax relation = new(copy.Relation!, null, null) { Position = copy.Relation!.Position };
        SyntaxList<SelectItemSyntax> items = copy.Columns.IsEmpty
            ? [new SelectItemSyntax(new WildcardSyntax(null, []), null)]
            : [.. copy.Columns.Select(c => new SelectItemSyntax(
                new ColumnReferenceSyntax(QualifiedNameSyntax.Of(c)) { Position = copy.Relation.Position }, null))];
        return new QueryBinder(state).Bind(new QuerySyntax(new SelectBodySyntax(items) { From = [relation] }), QueryEnvironment.Empty).ToPlan();
    }

    private static CopyOptions Options(SyntaxList<OptionSyntax> options)
    {
        CopyFormat format = CopyFormat.Text;
        Dictionary<string, OptionSyntax> given = [];
        foreach (OptionSyntax option in options)
        {
            if (!given.TryAdd(option.Name, option))
            {
                throw BindError.At(SqlState.SyntaxError, option.Position, "conflicting or redundant options");
            }
        }

        foreach ((string name, OptionSyntax option) in given)
        {
            switch (name)
            {
                case "format":
                    format = OptionValues.Text(option) switch
                    {
                        "text" => CopyFormat.Text,
                        "csv" => CopyFormat.Csv,
                        "binary" => CopyFormat.Binary,
                        string other => throw BindError.At(SqlState.InvalidParameterValue, option.Position, $"COPY format \"{other}\" not recognized"),
                    };
                    break;
                case "delimiter" or "null" or "header" or "quote" or "escape" or "freeze":
                    break;
                case "encoding":
                    if (OptionValues.Text(option).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant() is not ("UTF8" or "UNICODE"))
                    {
                        throw BindError.NotSupported("COPY with another encoding than UTF8", option.Position);
                    }

                    break;
                case "force_quote" or "force_not_null" or "force_null":
                    throw BindError.NotSupported($"COPY option {name}", option.Position);
                default:
                    throw BindError.At(SqlState.SyntaxError, option.Position, $"option \"{name}\" not recognized");
            }
        }

        bool isCsv = format == CopyFormat.Csv;
        RefuseOutside("quote", isCsv, "COPY quote available only in CSV mode");
        RefuseOutside("escape", isCsv, "COPY escape available only in CSV mode");
        RefuseOutside("delimiter", format != CopyFormat.Binary, "cannot specify DELIMITER in BINARY mode");
        RefuseOutside("null", format != CopyFormat.Binary, "cannot specify NULL in BINARY mode");
        char quote = Character("quote", '"');
        return new CopyOptions(
            format,
            Character("delimiter", isCsv ? ',' : '\t'),
            given.TryGetValue("null", out OptionSyntax? nullText) ? OptionValues.Text(nullText) : isCsv ? "" : "\\N",
            given.TryGetValue("header", out OptionSyntax? header) && (OptionValues.Text(header) == "match" || OptionValues.Boolean(header)),
            quote,
            Character("escape", isCsv ? quote : '\\'));

        void RefuseOutside(string name, bool allowed, string message)
        {
            if (!allowed && given.TryGetValue(name, out OptionSyntax? option))
            {
                throw BindError.At(SqlState.FeatureNotSupported, option.Position, message);
            }
        }

        char Character(string name, char fallback) => !given.TryGetValue(name, out OptionSyntax? option)
            ? fallback
            : OptionValues.Text(option) is { Length: 1 } text && text[0] is not ('\r' or '\n')
                ? text[0]
                : throw BindError.At(SqlState.FeatureNotSupported, option.Position, $"COPY {name} must be a single one-byte character");
    }
}
