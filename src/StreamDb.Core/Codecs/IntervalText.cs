using System.Buffers.Text;
using StreamDb.Core.Types;

namespace StreamDb.Core.Codecs;

/// <summary>Writes intervals in PostgreSQL's four IntervalStyles.</summary>
internal static class IntervalText
{
    public const int BytesMax = 160;

    public static int Write(Interval value, Span<byte> target, string style)
    {
        var parts = new Parts(value);
        var output = new Output(target);
        switch (style)
        {
            case "sql_standard": WriteSqlStandard(ref output, parts); break;
            case "iso_8601": WriteIso(ref output, parts); break;
            case "postgres_verbose": WriteVerbose(ref output, parts); break;
            default: WritePostgres(ref output, parts); break;
        }

        return output.Length;
    }

    private static void WritePostgres(ref Output output, in Parts parts)
    {
        bool isBefore = false;
        WritePostgresPart(ref output, parts.Years, " year"u8, ref isBefore);
        WritePostgresPart(ref output, parts.Months, " mon"u8, ref isBefore);
        WritePostgresPart(ref output, parts.Days, " day"u8, ref isBefore);
        if (output.Length > 0 && !parts.HasTime)
        {
            return;
        }

        if (output.Length > 0)
        {
            output.Put(' ');
        }

        if (parts.IsTimeNegative)
        {
            output.Put('-');
        }
        else if (isBefore)
        {
            output.Put('+');
        }

        output.PutTime(parts);
    }

    private static void WritePostgresPart(ref Output output, int value, ReadOnlySpan<byte> unit, ref bool isBefore)
    {
        if (value == 0)
        {
            return;
        }

        if (output.Length > 0)
        {
            output.Put(' ');
        }

        // After a negative part a positive one needs its sign.
        if (isBefore && value > 0)
        {
            output.Put('+');
        }

        output.Put(value);
        output.Put(unit);
        if (value != 1)
        {
            output.Put('s');
        }

        isBefore = value < 0;
    }

    private static void WriteVerbose(ref Output output, in Parts parts)
    {
        bool isZero = true;
        bool isBefore = false;
        output.Put('@');
        WriteVerbosePart(ref output, parts.Years, " year"u8, ref isZero, ref isBefore);
        WriteVerbosePart(ref output, parts.Months, " mon"u8, ref isZero, ref isBefore);
        WriteVerbosePart(ref output, parts.Days, " day"u8, ref isZero, ref isBefore);
        WriteVerbosePart(ref output, parts.Hours, " hour"u8, ref isZero, ref isBefore);
        WriteVerbosePart(ref output, parts.Minutes, " min"u8, ref isZero, ref isBefore);
        if (parts.Seconds != 0 || parts.Microseconds != 0)
        {
            output.Put(' ');
            if (parts.IsTimeNegative)
            {
                isBefore |= isZero;
                if (!isBefore)
                {
                    output.Put('-');
                }
            }
            else if (isBefore)
            {
                output.Put('-');
            }

            output.PutSeconds(parts, isPadded: false);
            output.Put(" sec"u8);
            if (Math.Abs(parts.Seconds) != 1 || parts.Microseconds != 0)
            {
                output.Put('s');
            }

            isZero = false;
        }

        if (isZero)
        {
            output.Put(" 0"u8);
        }

        if (isBefore)
        {
            output.Put(" ago"u8);
        }
    }

    private static void WriteVerbosePart(ref Output output, long value, ReadOnlySpan<byte> unit, ref bool isZero, ref bool isBefore)
    {
        if (value == 0)
        {
            return;
        }

        // The first part decides whether the whole is "ago"; later ones carry the sign that is left.
        isBefore = isZero ? value < 0 : isBefore;
        value = isBefore ? -value : value;
        isZero = false;
        output.Put(' ');
        output.Put(value);
        output.Put(unit);
        if (value != 1)
        {
            output.Put('s');
        }
    }

    private static void WriteIso(ref Output output, in Parts parts)
    {
        if (!parts.HasDate && !parts.HasTime)
        {
            output.Put("PT0S"u8);
            return;
        }

        output.Put('P');
        WriteIsoPart(ref output, parts.Years, 'Y');
        WriteIsoPart(ref output, parts.Months, 'M');
        WriteIsoPart(ref output, parts.Days, 'D');
        if (!parts.HasTime)
        {
            return;
        }

        output.Put('T');
        WriteIsoPart(ref output, parts.Hours, 'H');
        WriteIsoPart(ref output, parts.Minutes, 'M');
        if (parts.Seconds != 0 || parts.Microseconds != 0)
        {
            if (parts.IsTimeNegative)
            {
                output.Put('-');
            }

            output.PutSeconds(parts, isPadded: false);
            output.Put('S');
        }
    }

    private static void WriteIsoPart(ref Output output, long value, char unit)
    {
        if (value != 0)
        {
            output.Put(value);
            output.Put(unit);
        }
    }

    private static void WriteSqlStandard(ref Output output, in Parts parts)
    {
        bool hasYearMonth = parts.Years != 0 || parts.Months != 0;
        bool hasDayTime = parts.Days != 0 || parts.HasTime;
        bool hasNegative = parts.Years < 0 || parts.Months < 0 || parts.Days < 0 || parts.IsTimeNegative;
        bool hasPositive = parts.Years > 0 || parts.Months > 0 || parts.Days > 0 || (parts.HasTime && !parts.IsTimeNegative);
        bool isStandard = !(hasNegative && hasPositive) && !(hasYearMonth && hasDayTime);
        if (!hasNegative && !hasPositive)
        {
            output.Put('0');
            return;
        }

        if (!isStandard)
        {
            output.Put(parts.Years < 0 || parts.Months < 0 ? '-' : '+');
            output.PutYearMonth(parts);
            output.Put(' ');
            output.Put(parts.Days < 0 ? '-' : '+');
            output.Put(Math.Abs((long)parts.Days));
            output.Put(' ');
            output.Put(parts.IsTimeNegative ? '-' : '+');
            output.PutTime(parts, isHourPadded: false);
            return;
        }

        if (hasNegative)
        {
            output.Put('-');
        }

        if (hasYearMonth)
        {
            output.PutYearMonth(parts);
            return;
        }

        if (parts.Days != 0)
        {
            output.Put(Math.Abs((long)parts.Days));
            output.Put(' ');
        }

        output.PutTime(parts, isHourPadded: false);
    }

    private readonly ref struct Parts(Interval value)
    {
        public readonly int Years = value.Months / 12;
        public readonly int Months = value.Months % 12;
        public readonly int Days = value.Days;
        public readonly long Hours = value.Microseconds / SqlCalendar.MicrosecondsPerHour;
        public readonly int Minutes = (int)(value.Microseconds / SqlCalendar.MicrosecondsPerMinute % 60);
        public readonly int Seconds = (int)(value.Microseconds / SqlCalendar.MicrosecondsPerSecond % 60);
        public readonly int Microseconds = (int)(value.Microseconds % SqlCalendar.MicrosecondsPerSecond);
        public readonly bool IsTimeNegative = value.Microseconds < 0;
        public readonly bool HasTime = value.Microseconds != 0;

        public bool HasDate => Years != 0 || Months != 0 || Days != 0;
    }

    private ref struct Output(Span<byte> target)
    {
        private readonly Span<byte> _target = target;

        public int Length { get; private set; }

        public void Put(char c) => _target[Length++] = (byte)c;

        public void Put(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_target[Length..]);
            Length += text.Length;
        }

        public void Put(long value)
        {
            Utf8Formatter.TryFormat(value, _target[Length..], out int written);
            Length += written;
        }

        public void PutTwo(int value)
        {
            AsciiText.WriteTwo(value, _target[Length..]);
            Length += 2;
        }

        public void PutYearMonth(in Parts parts)
        {
            Put(Math.Abs(parts.Years));
            Put('-');
            Put(Math.Abs(parts.Months));
        }

        public void PutSeconds(in Parts parts, bool isPadded)
        {
            if (isPadded)
            {
                PutTwo(Math.Abs(parts.Seconds));
            }
            else
            {
                Put(Math.Abs(parts.Seconds));
            }

            Length += AsciiText.WriteFraction(Math.Abs(parts.Microseconds), _target[Length..]);
        }

        public void PutTime(in Parts parts, bool isHourPadded = true)
        {
            long hours = Math.Abs(parts.Hours);
            if (hours < 10 && isHourPadded)
            {
                Put('0');
            }

            Put(hours);
            Put(':');
            PutTwo(Math.Abs(parts.Minutes));
            Put(':');
            PutSeconds(parts, isPadded: true);
        }
    }
}
