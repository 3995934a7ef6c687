using StreamDb.SqlLogicTests.Comparison;
using StreamDb.SqlLogicTests.Parsing;

namespace StreamDb.SqlLogicTests.Profiles;

/// <summary>How expected lines are laid out against the server's rows.</summary>
public enum RowLayout
{
    /// <summary>One row a line, columns split by white space, compared word by word.</summary>
    WordsPerLine,

    /// <summary>Materialize: one value a line in standard mode, one row a line in cockroach mode.</summary>
    ByMode,

    /// <summary>One value a line.</summary>
    ValuePerLine,
}

/// <summary>Everything that differs between the suites: syntax, value formats, comparison, protocol.</summary>
public sealed record Profile(string Name, ScriptDialect Dialect, RowLayout Layout, IValueFormat Format)
{
    /// <summary>Our own suites: results exactly as PostgreSQL gives them.</summary>
    public static readonly Profile StreamDb = new("streamdb", ScriptDialect.RisingWave, RowLayout.WordsPerLine, new ServerTextFormat())
    {
        IsStrict = true,
    };

    public static readonly Profile RisingWave = StreamDb with { Name = "risingwave", IsStrict = false, DefaultDatabase = "dev" };

    /// <summary>RisingLight's files differ from RisingWave's only in <c>true</c> and <c>false</c>.</summary>
    public static readonly Profile RisingLight = RisingWave with
    {
        Name = "risinglight",
        Format = new ServerTextFormat { SpellsBooleans = true },
    };

    public static readonly Profile Materialize = new(
        "materialize", ScriptDialect.Materialize, RowLayout.ByMode, new MaterializeFormat())
    {
        UsesExtendedProtocol = true,
        ChecksColumnCount = true,
        DefaultDatabase = "materialize",
    };

    public static readonly Profile Sqlite = new("sqlite", ScriptDialect.Sqlite, RowLayout.ValuePerLine, new SqliteFormat())
    {
        ChecksColumnCount = true,
    };

    private static readonly Profile[] _all = [StreamDb, RisingWave, RisingLight, Materialize, Sqlite];

    public string DefaultDatabase { get; init; } = "dev";

    /// <summary>No leniency at all, whatever the command line says.</summary>
    public bool IsStrict { get; init; }

    public bool UsesExtendedProtocol { get; init; }

    public bool ChecksColumnCount { get; init; }

    public static Profile? Find(string name) => Array.Find(_all, p => p.Name == name);
}
