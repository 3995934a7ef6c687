using System.Text;
using StreamDb.Core.Errors;

namespace StreamDb.PgWire.Connections;

/// <summary>What a startup packet asks for.</summary>
internal sealed record StartupSettings(
    string User,
    string Database,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyList<string> UnknownProtocolOptions)
{
    /// <summary>Sorts the packet's parameters. Settings of <c>options</c> give way to those that stand for themselves.</summary>
    /// <exception cref="SqlException">28000: no user; 22023, 42601: bad client_encoding, bad options.</exception>
    public static StartupSettings From(IReadOnlyList<KeyValuePair<string, string>> parameters)
    {
        string user = "";
        string database = "";
        var unknown = new List<string>();
        var settings = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var own = new List<KeyValuePair<string, string>>();
        foreach ((string name, string value) in parameters)
        {
            switch (name)
            {
                case "user":
                    user = value;
                    break;
                case "database":
                    database = value;
                    break;
                case "options":
                    ReadOptions(value, settings);
                    break;
                case "replication":
                    if (value is not ("false" or "off" or "no" or "0" or ""))
                    {
                        throw new SqlException(SqlState.FeatureNotSupported, "replication connections are not supported");
                    }

                    break;
                default:
                    if (name.StartsWith("_pq_.", StringComparison.Ordinal))
                    {
                        unknown.Add(name);
                    }
                    else
                    {
                        own.Add(new(name, value));
                    }

                    break;
            }
        }

        foreach ((string name, string value) in own)
        {
            settings[name] = value;
        }

        if (settings.TryGetValue("client_encoding", out string? encoding))
        {
            settings["client_encoding"] = EncodingName(encoding);
        }

        if (user.Length == 0)
        {
            throw new SqlException(SqlState.InvalidAuthorizationSpecification, "no PostgreSQL user name specified in startup packet");
        }

        return new StartupSettings(user, database.Length == 0 ? user : database, settings, unknown);
    }

    /// <summary>Encoding names are compared by their letters and digits alone, so <c>'utf-8'</c> and <c>UTF8</c> are the same.</summary>
    private static string EncodingName(string value)
    {
        string plain = new([.. value.Where(char.IsAsciiLetterOrDigit).Select(char.ToUpperInvariant)]);
        return plain switch
        {
            "UTF8" or "UNICODE" => "UTF8",
            "SQLASCII" => "SQL_ASCII",
            _ => throw new SqlException(SqlState.InvalidParameterValue, $"invalid value for parameter \"client_encoding\": \"{value}\""),
        };
    }

    /// <summary>The command-line form: <c>-c name=value</c>, <c>-cname=value</c>, <c>--name=value</c>; a backslash keeps the next character.</summary>
    private static void ReadOptions(string text, Dictionary<string, string> settings)
    {
        List<string> words = SplitOptions(text);
        for (int i = 0; i < words.Count; i++)
        {
            string word = words[i];
            string assignment;
            if (word == "-c" && i + 1 < words.Count)
            {
                assignment = words[++i];
            }
            else if (word.Length > 2 && (word.StartsWith("-c", StringComparison.Ordinal) || word.StartsWith("--", StringComparison.Ordinal)))
            {
                assignment = word[2..];
            }
            else
            {
                throw new SqlException(SqlState.SyntaxError, $"invalid command-line argument for server process: {word}");
            }

            int equals = assignment.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new SqlException(SqlState.SyntaxError, $"-c {assignment} requires a value");
            }

            settings[assignment[..equals].Replace('-', '_')] = assignment[(equals + 1)..];
        }
    }

    private static List<string> SplitOptions(string text)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool inWord = false;
        for (int i = 0; i < text.Length; i++)
        {
            if (char.IsWhiteSpace(text[i]))
            {
                if (inWord)
                {
                    words.Add(word.ToString());
                    word.Clear();
                    inWord = false;
                }

                continue;
            }

            inWord = true;
            if (text[i] == '\\' && i + 1 < text.Length)
            {
                i++;
            }

            word.Append(text[i]);
        }

        if (inWord)
        {
            words.Add(word.ToString());
        }

        return words;
    }
}
