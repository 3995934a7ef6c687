using StreamDb.Core.Columns;
using StreamDb.Core.Errors;
using StreamDb.Core.Rows;
using StreamDb.Core.Types;
using StreamDb.Expressions.Compilation;

namespace StreamDb.Expressions.Functions;

/// <summary>generate_series over numbers and times: from start to stop, both included; range over numbers leaves stop out.</summary>
/// <remarks>A call may produce <see cref="RowsMax"/> rows, so that a typing error cannot fill memory; more is 54000.</remarks>
internal static class SeriesFunctions
{
    public const int RowsMax = 100_000_000;

    private const string Name = "generate_series";

    public static void Declare(List<TableFunctionDeclaration> all, string type)
    {
        DeclareNamed(all, Name, type, includesStop: true);
        DeclareNamed(all, "range", type, includesStop: false);
    }

    private static void DeclareNamed(List<TableFunctionDeclaration> all, string name, string type, bool includesStop)
    {
        TableFunctionBody body = type switch
        {
            "int4" => (arguments, row, output, errors) => Int32Series(arguments, row, output, errors, includesStop),
            "int8" => (arguments, row, output, errors) => Int64Series(arguments, row, output, errors, includesStop),
            _ => (arguments, row, output, errors) => NumericSeries(arguments, row, output, errors, includesStop),
        };
        all.Add(TableFunctions.Of(name, $"{type},{type}", [(name, type)], body));
        all.Add(TableFunctions.Of(name, $"{type},{type},{type}", [(name, type)], body));
    }

    public static void DeclareTimes(List<TableFunctionDeclaration> all)
    {
        all.Add(TableFunctions.Of(Name, "timestamp,timestamp,interval", [(Name, "timestamp")], TimestampSeries));
        all.Add(TableFunctions.Of(Name, "timestamptz,timestamptz,interval", [(Name, "timestamptz")], TimestampSeries));
    }

    private static int Int32Series(
        ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors, bool includesStop)
    {
        long step = arguments.Length > 2 ? arguments[2].Get<int>(row) : 1;
        long stop = arguments[1].Get<int>(row);
        if (!IsStep(step == 0, errors))
        {
            return 0;
        }

        int count = 0;
        stop += includesStop ? 0 : -Math.Sign(step);
        for (long value = arguments[0].Get<int>(row); step > 0 ? value <= stop : value >= stop; value += step)
        {
            output[0].Append((int)value);
            count = Counted(count);
        }

        return count;
    }

    private static int Int64Series(
        ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors, bool includesStop)
    {
        long step = arguments.Length > 2 ? arguments[2].Get<long>(row) : 1;
        Int128 stop = arguments[1].Get<long>(row);
        if (!IsStep(step == 0, errors))
        {
            return 0;
        }

        int count = 0;
        stop += includesStop ? 0 : -Math.Sign(step);
        for (Int128 value = arguments[0].Get<long>(row); step > 0 ? value <= stop : value >= stop; value += step)
        {
            output[0].Append((long)value);
            count = Counted(count);
        }

        return count;
    }

    private static int NumericSeries(
        ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors, bool includesStop)
    {
        Numeric step = arguments.Length > 2 ? arguments[2].Get<Numeric>(row) : 1m;
        Numeric start = arguments[0].Get<Numeric>(row);
        Numeric stop = arguments[1].Get<Numeric>(row);
        foreach ((string what, Numeric value) in ((string, Numeric)[])[("start", start), ("stop", stop), ("step size", step)])
        {
            if (!value.IsFinite)
            {
                errors.Report(SqlState.InvalidParameterValue, $"{what} value cannot be {(value.IsNaN ? "NaN" : "infinity")}", 1);
                return 0;
            }
        }

        if (!IsStep(step.Value == 0, errors))
        {
            return 0;
        }

        int count = 0;
        for (decimal value = start.Value; step.Value > 0 ? value <= stop.Value : value >= stop.Value; value += step.Value)
        {
            if (!includesStop && value == stop.Value)
            {
                break;
            }

            output[0].Append(Numeric.From(value));
            count = Counted(count);
        }

        return count;
    }

    private static int TimestampSeries(ReadOnlySpan<Column> arguments, int row, ReadOnlySpan<ColumnBuilder> output, IErrorSink errors)
    {
        long value = arguments[0].Get<long>(row);
        long stop = arguments[1].Get<long>(row);
        Interval step = arguments[2].Get<Interval>(row);
        int direction = step.CompareTo(default);
        if (!IsStep(direction == 0, errors))
        {
            return 0;
        }

        using var context = new EvaluationContext(errors);
        int count = 0;
        while (direction > 0 ? value <= stop : value >= stop)
        {
            output[0].Append(value);
            count = Counted(count);
            value = TimestampMath.AddInterval(value, step, context);
            if (context.HasFailed)
            {
                context.ReportFailure(-1);
                break;
            }
        }

        return count;
    }

    private static bool IsStep(bool isZero, IErrorSink errors)
    {
        if (isZero)
        {
            errors.Report(SqlState.InvalidParameterValue, "step size cannot equal zero", 1);
        }

        return !isZero;
    }

    private static int Counted(int count) => count < RowsMax
        ? count + 1
        : throw new SqlException(SqlState.ProgramLimitExceeded, $"generate_series returns more than {RowsMax} rows");
}
