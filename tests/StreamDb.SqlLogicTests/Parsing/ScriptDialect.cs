namespace StreamDb.SqlLogicTests.Parsing;

/// <summary>The three families of script syntax. They agree on directives and differ in where a record ends.</summary>
public enum ScriptDialect
{
    /// <summary>sqllogictest-rs, also used by our own suites: SQL and results end at a blank line.</summary>
    RisingWave,

    /// <summary>A query's SQL may hold blank lines before its <c>----</c>; options follow the types.</summary>
    Materialize,

    /// <summary>Lines that start with <c>#</c> vanish, even inside SQL.</summary>
    Sqlite,
}
