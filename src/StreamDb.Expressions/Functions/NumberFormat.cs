using System.Globalization;
using System.Text;
using StreamDb.Core.Errors;
using StreamDb.Core.Types;

namespace StreamDb.Expressions.Functions;

/// <summary>to_char and to_number: PostgreSQL's numeric template patterns 9 0 . D , G S MI PL SG PR L V TH RN EEEE FM.</summary>
internal sealed class NumberFormat
{
    private readonly List<string> _tokens = [];
    private readonly bool _isFill;
    private readonly int _integerDigits;
    private readonly int _fractionDigits;
    private readonly int _shift;
    private readonly bool _hasPoint;
    private readonly bool _isScientific;
    private readonly int _firstZero = int.MaxValue;

    public NumberFormat(string template)
    {
        for (int i = 0; i < template.Length;)
        {
            string token = TokenAt(template, i, out int length);
            i += length;
            switch (token)
            {
                case "FM":
                    _isFill = true;
                    continue;
                case "V":
                    _hasPoint = true;
                    break;
                case "D":
                    _hasPoint = true;
                    break;
                case "EEEE":
                    _isScientific = true;
                    break;
                case "9" or "0" when !_hasPoint:
                    if (token == "0")
                    {
                        _firstZero = Math.Min(_firstZero, _integerDigits);
                    }

                    _integerDigits++;
                    break;
                case "9" or "0" when _tokens.Contains("V"):
                    _shift++;
                    break;
                case "9" or "0":
                    _fractionDigits++;
                    break;
            }

            _tokens.Add(token);
        }
    }

    public string Format(Numeric value)
    {
        if (_tokens.Contains("RN") || _tokens.Contains("rn"))
        {
            return Roman(value);
        }

        if (!value.IsFinite)
        {
            return new string('#', _integerDigits + _fractionDigits + 2);
        }

        if (_isScientific)
        {
            return Scientific(value.Value);
        }

        decimal number = value.Value;
        for (int i = 0; i < _shift; i++)
        {
            number *= 10;
        }

        number = NumericMath.WithScale(number, _fractionDigits);
        string[] parts = Math.Abs(number).ToString("F" + _fractionDigits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).Split('.');
        int width = _integerDigits + _shift;
        if (parts[0].Length > width && parts[0] != "0")
        {
            return Layout(new string('#', width), new string('#', _fractionDigits), number < 0);
        }

        // A zero before the point is shown only where the template has a 0 or nothing follows the point.
        string digits = parts[0] == "0" && _fractionDigits > 0 ? "" : parts[0];
        if (_firstZero < width)
        {
            digits = digits.PadLeft(width - _firstZero, '0');
        }

        return Layout(digits.PadLeft(width), parts.Length > 1 ? parts[1] : "", number < 0);
    }

    public static Numeric Parse(ByteSlice text, ByteSlice template)
    {
        string input = Utf8Text.Decode(text);
        var digits = new StringBuilder();
        bool isNegative = input.Contains('-', StringComparison.Ordinal) || input.TrimStart().StartsWith('<');
        bool hasPoint = new NumberFormat(Utf8Text.Decode(template))._hasPoint;
        bool sawPoint = false;
        foreach (char ch in input)
        {
            if (char.IsAsciiDigit(ch))
            {
                digits.Append(ch);
            }
            else if (ch == '.' && !sawPoint)
            {
                if (!hasPoint)
                {
                    break;
                }

                sawPoint = true;
                digits.Append('.');
            }
        }

        return decimal.TryParse(digits.ToString().TrimEnd('.'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value)
            ? isNegative ? NumericMath.Clean(-value) : value
            : throw new SqlException(SqlState.InvalidTextRepresentation, $"invalid input syntax for type numeric: \"{input}\"");
    }

    private static string TokenAt(string template, int at, out int length)
    {
        foreach (string pattern in (string[])["EEEE", "FM", "MI", "PL", "SG", "PR", "RN", "TH", "D", "G", "L", "S", "V"])
        {
            if (string.Compare(template, at, pattern, 0, pattern.Length, StringComparison.OrdinalIgnoreCase) == 0)
            {
                length = pattern.Length;
                return pattern is "RN" or "TH" ? template.Substring(at, 2) : pattern;
            }
        }

        if (template[at] == '"')
        {
            int end = template.IndexOf('"', at + 1);
            end = end < 0 ? template.Length : end;
            length = Math.Min(end + 1, template.Length) - at;
            return "\"" + template[(at + 1)..end];
        }

        length = 1;
        return template[at] switch { '.' => "D", ',' => "G", '9' => "9", '0' => "0", char other => "\"" + other };
    }

    private string Layout(string integer, string fraction, bool isNegative)
    {
        bool hasSign = _tokens.Exists(t => t is "S" or "MI" or "PL" or "SG" or "PR");
        bool isSignLeading = _tokens.IndexOf("S") is int s && s >= 0 && s < _tokens.FindIndex(t => t is "9" or "0");
        string plain = isNegative ? "-" : " ";
        string floating = hasSign ? isSignLeading ? isNegative ? "-" : "+" : _tokens.Contains("PR") ? isNegative ? "<" : " " : "" : plain;
        var output = new StringBuilder();
        int next = 0;
        int nextFraction = 0;
        bool isStarted = false;
        int kept = fraction.Length;
        if (_isFill)
        {
            // FM drops the zeros at the end that come from a 9.
            kept = KeptFraction(fraction);
        }

        foreach (string token in _tokens)
        {
            switch (token)
            {
                case "9" or "0" when next < integer.Length:
                    Digit(integer[next++]);
                    break;
                case "9" or "0":
                    Start();
                    if (nextFraction < kept)
                    {
                        output.Append(fraction[nextFraction]);
                    }

                    nextFraction++;
                    break;
                case "G":
                    output.Append(isStarted ? "," : _isFill ? "" : " ");
                    break;
                case "D":
                    Start();
                    output.Append('.');
                    break;
                case "S" when !isSignLeading:
                    output.Append(isNegative ? '-' : '+');
                    break;
                case "MI":
                    output.Append(isNegative ? "-" : _isFill ? "" : " ");
                    break;
                case "PL":
                    output.Append(isNegative ? _isFill ? "" : " " : "+");
                    break;
                case "SG":
                    output.Append(isNegative ? '-' : '+');
                    break;
                case "PR":
                    output.Append(isNegative ? ">" : _isFill ? "" : " ");
                    break;
                case "L":
                    output.Append(_isFill ? "" : " ");
                    break;
                case "TH" or "th" when !isNegative:
                    string suffix = DateTimeWords.OrdinalSuffix(integer.Trim().Length == 0 || !long.TryParse(integer, CultureInfo.InvariantCulture, out long ordinal) ? 0 : ordinal);
                    output.Append(token == "TH" ? suffix.ToUpperInvariant() : suffix);
                    break;
                case ['"', ..]:
                    output.Append(token, 1, token.Length - 1);
                    break;
            }
        }

        return output.ToString();

        void Digit(char digit)
        {
            if (digit == ' ')
            {
                output.Append(_isFill ? "" : " ");
                return;
            }

            Start();
            output.Append(digit);
        }

        // The sign stands right before the first digit or the point.
        void Start()
        {
            if (!isStarted)
            {
                isStarted = true;
                output.Append(_isFill && floating == " " ? "" : floating);
            }
        }
    }

    private int KeptFraction(string fraction)
    {
        int lastZero = -1;
        int index = 0;
        bool isFraction = false;
        foreach (string token in _tokens)
        {
            isFraction |= token == "D";
            if (isFraction && token is "9" or "0")
            {
                lastZero = isFraction && token == "0" ? index : lastZero;
                index += isFraction ? 1 : 0;
            }
        }

        int kept = fraction.Length;
        while (kept > lastZero + 1 && kept > 0 && fraction[kept - 1] == '0')
        {
            kept--;
        }

        return kept;
    }

    private string Scientific(decimal value)
    {
        string text = ((double)value).ToString("E" + _fractionDigits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        int at = text.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(text[(at + 1)..], CultureInfo.InvariantCulture);
        string sign = value < 0 ? "" : _isFill ? "" : " ";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{text[..at]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
    }

    private string Roman(Numeric value)
    {
        int number = value.IsFinite && value.Value is > -1 and < 4000 ? (int)Math.Round(value.Value, MidpointRounding.AwayFromZero) : 0;
        if (number is < 1 or > 3999)
        {
            return new string('#', 15);
        }

        var output = new StringBuilder();
        foreach ((int unit, string numeral) in ((int, string)[])[
            (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
            (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")])
        {
            while (number >= unit)
            {
                output.Append(numeral);
                number -= unit;
            }
        }

#pragma warning disable CA1308 // rn asks for lower case.
        string roman = _tokens.Contains("rn") ? output.ToString().ToLowerInvariant() : output.ToString();
#pragma warning restore CA1308
        return _isFill ? roman : roman.PadLeft(15);
    }
}
