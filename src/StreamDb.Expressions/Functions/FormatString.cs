using System.Text;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>format(): %s, %I and %L with positions, widths and the left-justify flag. Its arguments arrive as text.</summary>
internal static class FormatString
{
    public static ByteSlice? Format(VariadicArguments values, EvaluationContext c)
    {
        if (values.IsNull(0))
        {
            return null;
        }

        string format = Utf8Text.Decode(values.Get<ByteSlice>(0));
        var output = new StringBuilder();
        int argument = 0;
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                output.Append(format[i]);
                continue;
            }

            if (++i == format.Length)
            {
                throw Unterminated();
            }

            if (format[i] == '%')
            {
                output.Append('%');
                continue;
            }

            i = Specifier(format, i, values, ref argument, output);
        }

        return c.Text(output.ToString());
    }

    /// <summary>Expands the specifier whose first character after % is at <paramref name="i"/>; returns where it ends.</summary>
    private static int Specifier(string format, int i, VariadicArguments values, ref int argument, StringBuilder output)
    {
        int width = 0;
        bool isLeft = false;
        int start = i;
        int position = ReadNumber(format, ref i);
        if (i > start && i < format.Length && format[i] == '$')
        {
            i++;
            if (position == 0)
            {
                throw new SqlException(SqlState.InvalidParameterValue, "format specifies argument 0, but arguments are numbered from 1");
            }

            argument = position - 1;
        }
        else
        {
            i = start;
        }

        while (i < format.Length && format[i] == '-')
        {
            isLeft = true;
            i++;
        }

        if (i < format.Length && format[i] == '*')
        {
            i++;
            string text = Argument(values, argument++) ?? "0";
            width = int.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
        }
        else
        {
            width = ReadNumber(format, ref i);
        }

        if (i >= format.Length)
        {
            throw Unterminated();
        }

        string? value = Argument(values, argument++);
        string shown = format[i] switch
        {
            's' => value ?? "",
            'I' => value is null
                ? throw new SqlException(SqlState.NullValueNotAllowed, "null values cannot be formatted as an SQL identifier")
                : Quoting.Identifier(value),
            'L' => value is null ? "NULL" : Quoting.Literal(value),
            char unknown => throw new SqlException(SqlState.InvalidParameterValue, $"unrecognized format() type specifier \"{unknown}\"")
            {
                Hint = "For a single \"%\" use \"%%\".",
            },
        };
        if (width < 0)
        {
            (isLeft, width) = (true, -width);
        }

        output.Append(isLeft ? shown.PadRight(width) : shown.PadLeft(width));
        return i;
    }

    private static int ReadNumber(string format, ref int i)
    {
        int number = 0;
        while (i < format.Length && char.IsAsciiDigit(format[i]))
        {
            number = Math.Min((number * 10) + format[i++] - '0', 1_000_000);
        }

        return number;
    }

    private static string? Argument(VariadicArguments values, int index)
    {
        if (index + 1 >= values.Count)
        {
            throw new SqlException(SqlState.InvalidParameterValue, "too few arguments for format()");
        }

        return values.IsNull(index + 1) ? null : Utf8Text.Decode(values.Get<ByteSlice>(index + 1));
    }

    private static SqlException Unterminated() =>
        new(SqlState.InvalidParameterValue, "unterminated format() type specifier") { Hint = "For a single \"%\" use \"%%\"." };
}
