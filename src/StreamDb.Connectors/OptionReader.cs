using System.Globalization;
using StreamDb.Core.Errors;

namespace StreamDb.Connectors;

/// <summary>Takes options out of a WITH or ENCODE list one by one; what is left at the end is unknown, and an error.</summary>
internal sealed class OptionReader(IReadOnlyDictionary<string, string> options)
{
    private readonly HashSet<string> _taken = [];

    public string? Text(string name)
    {
        _taken.Add(name);
        return options.TryGetValue(name, out string? value) ? value : null;
    }

    /// <summary>An option that must be there.</summary>
    public string Required(string name) =>
        Text(name) ?? throw new SqlException(SqlState.InvalidParameterValue, $"missing option \"{name}\"");

    public bool Boolean(string name, bool absent) => Text(name)?.Trim().ToLowerInvariant() switch
    {
        null => absent,
        "true" or "t" or "on" or "yes" or "1" => true,
        "false" or "f" or "off" or "no" or "0" => false,
        _ => throw Invalid(name, "must be true or false"),
    };

    public long Integer(string name, long absent, long min, long max)
    {
        if (Text(name) is not { } text)
        {
            return absent;
        }

        return long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value)
            && value >= min && value <= max
            ? value
            : throw Invalid(name, $"must be an integer from {min} to {max}");
    }

    /// <summary>A comma-separated list that is not empty.</summary>
    public string[] List(string name, string absent)
    {
        string[] parts = (Text(name) ?? absent).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 0 ? parts : throw Invalid(name, "must name at least one value");
    }

    /// <exception cref="SqlException">22023 when an option was given that nobody asked for.</exception>
    public void CheckAllTaken(string connector)
    {
        foreach (string name in options.Keys.Order(StringComparer.Ordinal))
        {
            if (!_taken.Contains(name))
            {
                throw new SqlException(
                    SqlState.InvalidParameterValue, $"unrecognized option \"{name}\" for connector \"{connector}\"");
            }
        }
    }

    public SqlException Invalid(string name, string rule) =>
        new(SqlState.InvalidParameterValue, $"invalid value for option \"{name}\": \"{options[name]}\"")
        {
            Detail = $"The value {rule}.",
        };
}
