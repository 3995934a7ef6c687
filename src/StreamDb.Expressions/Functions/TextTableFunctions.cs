using System.Text.RegularExpressions;
using StreamDb.Core.Codecs;
using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>regexp_matches, regexp_split_to_table and the set-returning functions over jsonb.</summary>
internal static class TextTableFunctions
{
    public static void Declare(List<TableFunctionDeclaration> all)
    {
        all.Add(TableFunctions.Of("regexp_matches", "text,text", [("regexp_matches", "text[]")], Guard(Matches)));
        all.Add(TableFunctions.Of("regexp_matches", "text,text,text", [("regexp_matches", "text[]")], Guard(Matches)));
        all.Add(TableFunctions.Of("regexp_split_to_table", "text,text", [("regexp_split_to_table", "text")], Guard(Split)));
        all.Add(TableFunctions.Of("regexp_split_to_table", "text,text,text", [("regexp_split_to_table", "text")], Guard(Split)));
        foreach ((string type, string prefix) in ((string, string)[])[("jsonb", "jsonb"), ("json", "json")])
        {
            all.Add(TableFunctions.Of($"{prefix}_array_elements", type, [("value", type)], Guard(Elements)));
            all.Add(TableFunctions.Of($"{prefix}_array_elements_text", type, [("value", "text")], Guard(ElementTexts)));
            all.Add(TableFunctions.Of($"{prefix}_each", type, [("key", "text"), ("value", type)], Guard(Each)));
            all.Add(TableFunctions.Of($"{prefix}_each_text", type, [("key", "text"), ("value", "text")], Guard(EachText)));
            all.Add(TableFunctions.Of($"{prefix}_object_keys", type, [($"{prefix}_object_keys", "text")], Guard(Keys)));
        }
    }

    /// <summary>The body with its exceptions reported as row errors; the rows of a failed call must not count, so it checks first.</summary>
    private static TableFunctionBody Guard(TableFunctionBody body) => (arguments, row, output, errors) =>
    {
        try
        {
            return body(arguments, row, output, errors);
        }
        catch (SqlException e)
        {
            if (errors is ThrowingErrorSink)
            {
                throw;
            }

            errors.Report(e.State, e.Message, 1);
            return 0;
        }
        catch (RegexMatchTimeoutException)
        {
            SqlException e = SqlRegex.TimedOut();
            errors.Report(e.State, e.Message, 1);
            return 0;
        }
    };

    private static int Matches(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        string flags = arguments.Length > 2 ? arguments[2].GetString(row) : "";
        bool isGlobal = flags.Contains('g', StringComparison.Ordinal);
        Regex regex = SqlRegex.Get(arguments[1].GetString(row), flags);
        List<Match> found = [];
        for (Match match = regex.Match(arguments[0].GetString(row)); match.Success; match = match.NextMatch())
        {
            found.Add(match);
            if (!isGlobal)
            {
                break;
            }
        }

        using var context = new Compilation.EvaluationContext(errors);
        foreach (Match match in found)
        {
            context.Array.Begin(SqlType.Text);
            RegexArrays.AppendGroups(match, context);
            context.Array.Finish(output[0]);
        }

        return found.Count;
    }

    private static int Split(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        Regex regex = SqlRegex.Get(arguments[1].GetString(row), arguments.Length > 2 ? arguments[2].GetString(row) : "");
        IReadOnlyList<string> parts = RegexArrays.Parts(arguments[0].GetString(row), regex);
        foreach (string part in parts)
        {
            output[0].AppendString(part);
        }

        return parts.Count;
    }

    private static int Elements(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        using ByteWriter json = Normalized(arguments[0], row);
        int count = 0;
        foreach (JsonbItem item in Container(json, JsonbKind.Array))
        {
            output[0].AppendBytes(item.Value.Value);
            count++;
        }

        return count;
    }

    private static int ElementTexts(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        using ByteWriter json = Normalized(arguments[0], row);
        int count = 0;
        foreach (JsonbItem item in Container(json, JsonbKind.Array))
        {
            AppendText(item.Value, output[0]);
            count++;
        }

        return count;
    }

    private static int Each(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        using ByteWriter json = Normalized(arguments[0], row);
        int count = 0;
        foreach (JsonbItem item in Container(json, JsonbKind.Object))
        {
            AppendKey(item, output[0]);
            output[1].AppendBytes(item.Value.Value);
            count++;
        }

        return count;
    }

    private static int EachText(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        using ByteWriter json = Normalized(arguments[0], row);
        int count = 0;
        foreach (JsonbItem item in Container(json, JsonbKind.Object))
        {
            AppendKey(item, output[0]);
            AppendText(item.Value, output[1]);
            count++;
        }

        return count;
    }

    private static int Keys(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        using ByteWriter json = Normalized(arguments[0], row);
        int count = 0;
        foreach (JsonbItem item in Container(json, JsonbKind.Object))
        {
            AppendKey(item, output[0]);
            count++;
        }

        return count;
    }

    /// <summary>The argument in jsonb's normal form, which json need not have.</summary>
    private static ByteWriter Normalized(Column column, int row)
    {
        ByteWriter output = ByteWriter.Rent();
        JsonText.Normalize(column.GetBytes(row).Span, output);
        return output;
    }

    private static JsonbReader Container(ByteWriter json, JsonbKind kind)
    {
        var reader = new JsonbReader(json.Written);
        if (reader.Kind == kind)
        {
            return reader;
        }

        string message = kind == JsonbKind.Object ? "cannot call this function on a non-object"
            : reader.Kind == JsonbKind.Object ? "cannot extract elements from an object"
            : "cannot extract elements from a scalar";
        throw new SqlException(SqlState.InvalidParameterValue, message);
    }

    private static void AppendKey(JsonbItem item, ColumnBuilder output)
    {
        using ByteWriter key = ByteWriter.Rent();
        item.WriteKey(key);
        output.AppendBytes(key.Written);
    }

    private static void AppendText(JsonbReader value, ColumnBuilder output)
    {
        if (value.Kind == JsonbKind.Null)
        {
            output.AppendNull();
            return;
        }

        using ByteWriter text = ByteWriter.Rent();
        value.WriteText(text);
        output.AppendBytes(text.Written);
    }
}
