using System.Collections.Immutable;
using System.Globalization;
using StreamDb.Core.Codecs;
using StreamDb.Core.Errors;

namespace StreamDb.Coordinator.Sessions;

/// <summary>A session's parameters. Immutable: SET makes a new one, and ROLLBACK goes back to the old one.</summary>
internal sealed record SessionSettings
{
    public const string ServerVersion = "15.4 (StreamDb 0.1)";

    /// <summary>Parameters and their defaults; names as SHOW prints them.</summary>
    private static readonly ImmutableDictionary<string, string> _defaults = new Dictionary<string, string>
    {
        ["application_name"] = "",
        ["bytea_output"] = "hex",
        ["check_function_bodies"] = "on",
        ["client_encoding"] = "UTF8",
        ["client_min_messages"] = "notice",
        ["DateStyle"] = "ISO, MDY",
        ["default_table_access_method"] = "heap",
        ["default_tablespace"] = "",
        ["default_transaction_deferrable"] = "off",
        ["default_transaction_isolation"] = "repeatable read",
        ["default_transaction_read_only"] = "off",
        ["extra_float_digits"] = "1",
        ["idle_in_transaction_session_timeout"] = "0",
        ["idle_session_timeout"] = "0",
        ["in_hot_standby"] = "off",
        ["integer_datetimes"] = "on",
        ["IntervalStyle"] = "postgres",
        ["is_superuser"] = "on",
        ["jit"] = "off",
        ["lock_timeout"] = "0",
        ["log_statement"] = "none",
        ["max_identifier_length"] = "63",
        ["max_index_keys"] = "32",
        ["password_encryption"] = "scram-sha-256",
        ["role"] = "none",
        ["row_security"] = "on",
        ["search_path"] = "\"$user\", public",
        ["server_encoding"] = "UTF8",
        ["server_version"] = ServerVersion,
        ["server_version_num"] = "150004",
        ["session_authorization"] = "root",
        ["standard_conforming_strings"] = "on",
        ["statement_timeout"] = "0",
        ["synchronize_seqscans"] = "on",
        ["synchronous_commit"] = "on",
        ["TimeZone"] = "UTC",
        ["transaction_deferrable"] = "off",
        ["transaction_isolation"] = "repeatable read",
        ["transaction_read_only"] = "off",
        ["work_mem"] = "4MB",
        ["xmloption"] = "content",
        ["default_with_oids"] = "off",
        ["escape_string_warning"] = "on",
        ["enable_seqscan"] = "on",
        ["enable_indexscan"] = "on",
        ["enable_hashjoin"] = "on",
        ["enable_mergejoin"] = "on",
        ["enable_nestloop"] = "on",
        ["geqo"] = "on",
        ["max_connections"] = "1000",
        ["max_parallel_workers_per_gather"] = "0",
        ["random_page_cost"] = "4",
        ["lc_collate"] = "C",
        ["lc_ctype"] = "C",
        ["lc_messages"] = "C",
        ["lc_monetary"] = "C",
        ["lc_numeric"] = "C",
        ["lc_time"] = "C",
        ["backslash_quote"] = "safe_encoding",
        ["block_size"] = "8192",
        ["data_checksums"] = "on",
    }.ToImmutableDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> _readOnly = new(StringComparer.OrdinalIgnoreCase)
    {
        "server_version", "server_version_num", "server_encoding", "integer_datetimes", "is_superuser", "in_hot_standby",
        "max_index_keys", "max_identifier_length", "block_size", "data_checksums", "lc_collate", "lc_ctype",
    };

    /// <summary>Sent with ParameterStatus.</summary>
    public static ImmutableArray<string> Reported { get; } =
    [
        "application_name", "client_encoding", "DateStyle", "default_transaction_read_only", "in_hot_standby", "integer_datetimes",
        "IntervalStyle", "is_superuser", "server_encoding", "server_version", "session_authorization", "standard_conforming_strings", "TimeZone",
    ];

    private ImmutableDictionary<string, string> _values = ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What RESET goes back to: the defaults with the startup packet's values.</summary>
    private ImmutableDictionary<string, string> _startup = ImmutableDictionary.Create<string, string>(StringComparer.OrdinalIgnoreCase);

    public TextFormat Format { get; private init; } = TextFormat.Default;

    /// <summary>Schemas to search, without pg_catalog unless named.</summary>
    public ImmutableArray<string> SearchPath { get; private init; } = ["public"];

    /// <summary>Milliseconds a statement may take; 0 is no limit.</summary>
    public int StatementTimeoutMs { get; private init; }

    public IEnumerable<(string Name, string Value)> All => _defaults.Keys.Order(StringComparer.OrdinalIgnoreCase).Select(n => (n, Get(n)));

    /// <summary>Values from the startup packet.</summary>
    public SessionSettings WithStartup(IReadOnlyDictionary<string, string> values, string user)
    {
        SessionSettings result = this;
        foreach ((string name, string value) in values)
        {
            result = result.With(name, value);
        }

        ImmutableDictionary<string, string> startup = result._values.SetItem("session_authorization", user);
        return result with { _values = startup, _startup = startup };
    }

    /// <exception cref="SqlException">42704: no such parameter.</exception>
    public string Get(string name) =>
        _values.TryGetValue(name, out string? value) || _defaults.TryGetValue(name, out value)
            ? value
            : throw Unrecognized(name);

    public bool Exists(string name) => _values.ContainsKey(name) || _defaults.ContainsKey(name);

    /// <exception cref="SqlException">42704, 22023, 55P02.</exception>
    public SessionSettings With(string name, string value)
    {
        if (!_defaults.ContainsKey(name) && !name.Contains('.', StringComparison.Ordinal))
        {
            throw Unrecognized(name);
        }

        if (_readOnly.Contains(name))
        {
            throw new SqlException(SqlState.CantChangeRuntimeParameter, $"parameter \"{name}\" cannot be changed");
        }

        string key = _defaults.TryGetKey(name, out string? known) ? known : name;
        switch (key)
        {
            case "TimeZone":
                {
                    TimeZoneInfo zone = TimeZones.Find(value) ?? throw Invalid(key, value);
                    return Store(key, zone.Id) with { Format = Format with { TimeZone = zone } };
                }

            case "IntervalStyle":
                {
                    string style = value.ToUpperInvariant() switch
                    {
                        "POSTGRES" => "postgres",
                        "POSTGRES_VERBOSE" => "postgres_verbose",
                        "SQL_STANDARD" => "sql_standard",
                        "ISO_8601" => "iso_8601",
                        _ => throw Invalid(key, value),
                    };
                    return Store(key, style) with { Format = Format with { IntervalStyle = style } };
                }

            case "extra_float_digits":
                {
                    int digits = Integer(key, value, -15, 3);
                    return Store(key, digits.ToString(CultureInfo.InvariantCulture)) with { Format = Format with { ExtraFloatDigits = digits } };
                }

            case "bytea_output":
                {
                    string style = value.ToUpperInvariant() switch { "HEX" => "hex", "ESCAPE" => "escape", _ => throw Invalid(key, value) };
                    return Store(key, style) with { Format = Format with { IsByteaEscape = style == "escape" } };
                }

            case "DateStyle":
                if (!value.Contains("ISO", StringComparison.OrdinalIgnoreCase)
                    && !value.Split(',').All(p => p.Trim().ToUpperInvariant() is "MDY" or "DMY" or "YMD"))
                {
                    throw new SqlException(SqlState.FeatureNotSupported, $"DateStyle \"{value}\" is not supported")
                    {
                        Hint = "Dates are written in ISO style.",
                    };
                }

                return Store(key, "ISO, MDY");
            case "client_encoding":
                {
                    string plain = string.Concat(value.Where(char.IsLetterOrDigit)).ToUpperInvariant();
                    return plain is "UTF8" or "UNICODE" or "SQLASCII" or "LATIN1"
                        ? plain is "UTF8" or "UNICODE" ? Store(key, "UTF8") : throw new SqlException(SqlState.FeatureNotSupported, $"client encoding \"{value}\" is not supported")
                        : throw Invalid(key, value);
                }

            case "statement_timeout" or "lock_timeout" or "idle_in_transaction_session_timeout" or "idle_session_timeout":
                {
                    int ms = DurationMs(key, value);
                    SessionSettings stored = Store(key, ms == 0 ? "0" : ms % 60000 == 0 ? $"{ms / 60000}min" : ms % 1000 == 0 ? $"{ms / 1000}s" : $"{ms}ms");
                    return key == "statement_timeout" ? stored with { StatementTimeoutMs = ms } : stored;
                }

            case "search_path":
                return Store(key, value) with { SearchPath = [.. SplitPath(value).Where(s => s != "$user")] };
            case "standard_conforming_strings" when !IsTrue(key, value):
                throw new SqlException(SqlState.FeatureNotSupported, "standard_conforming_strings is always on");
            case "default_transaction_read_only" or "transaction_read_only" or "row_security" or "synchronize_seqscans" or "jit"
                or "standard_conforming_strings" or "check_function_bodies":
                return Store(key, IsTrue(key, value) ? "on" : "off");
            case "transaction_isolation" or "default_transaction_isolation":
#pragma warning disable CA1308 // SHOW prints isolation levels in lower case
                return value.ToUpperInvariant() is "READ UNCOMMITTED" or "READ COMMITTED" or "REPEATABLE READ" or "SERIALIZABLE" or "STRICT SERIALIZABLE"
                    ? Store(key, value.ToLowerInvariant())
                    : throw Invalid(key, value);
#pragma warning restore CA1308
            default:
                return Store(key, value);
        }
    }

    /// <summary>RESET: back to what the connection began with.</summary>
    public SessionSettings Reset(string name) =>
        _startup.TryGetValue(name, out string? value) ? (name is "session_authorization" ? this : With(name, value))
        : _defaults.TryGetValue(name, out value) ? (_readOnly.Contains(name) ? this : With(name, value))
        : _values.ContainsKey(name) ? this with { _values = _values.Remove(name) }
        : throw Unrecognized(name);

    public SessionSettings ResetAll() => new SessionSettings { _startup = _startup }.Apply(_startup);

    private SessionSettings Apply(ImmutableDictionary<string, string> values) =>
        values.Aggregate(this, (s, v) => v.Key == "session_authorization" ? s.Store(v.Key, v.Value) : s.With(v.Key, v.Value));

    private SessionSettings Store(string key, string value) => this with { _values = _values.SetItem(key, value) };

    private static IEnumerable<string> SplitPath(string value) => value
        .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
#pragma warning disable CA1308 // identifiers fold to lower case
        .Select(s => s.StartsWith('"') ? s.Trim('"') : s.StartsWith('\'') ? s.Trim('\'') : s.ToLowerInvariant());
#pragma warning restore CA1308

    private static bool IsTrue(string name, string value) => value.ToUpperInvariant() switch
    {
        "ON" or "TRUE" or "T" or "1" or "YES" => true,
        "OFF" or "FALSE" or "F" or "0" or "NO" => false,
        _ => throw new SqlException(SqlState.InvalidParameterValue, $"parameter \"{name}\" requires a Boolean value"),
    };

    private static int Integer(string name, string value, int min, int max)
    {
        if (!int.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
        {
            throw Invalid(name, value);
        }

        return number >= min && number <= max
            ? number
            : throw new SqlException(SqlState.InvalidParameterValue, $"{number} is outside the valid range for parameter \"{name}\" ({min} .. {max})");
    }

    private static int DurationMs(string name, string value)
    {
        int end = 0;
        while (end < value.Length && (char.IsAsciiDigit(value[end]) || value[end] is '.' or '-'))
        {
            end++;
        }

        double factor = value[end..].Trim() switch
        {
            "" or "ms" => 1,
            "s" => 1000,
            "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "us" => 0.001,
            _ => throw Invalid(name, value),
        };
        return double.TryParse(value[..end], NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && number >= 0
            ? (int)Math.Min(number * factor, int.MaxValue)
            : throw Invalid(name, value);
    }

    private static SqlException Unrecognized(string name) =>
        new(SqlState.UndefinedObject, $"unrecognized configuration parameter \"{name}\"");

    private static SqlException Invalid(string name, string value) =>
        new(SqlState.InvalidParameterValue, $"invalid value for parameter \"{name}\": \"{value}\"");
}
