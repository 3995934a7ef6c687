using StreamDb.SqlLogicTests.Parsing;
using StreamDb.SqlLogicTests.Profiles;

namespace StreamDb.SqlLogicTests.Running;

/// <summary>Names a record for expected-failures lists: <c>path:line</c>, with its driver before and its pass behind.</summary>
public static class RecordKey
{
    public static string Of(TestScript script, SltRecord record, Pass pass)
    {
        string driver = record.Location.Path == script.Name ? "" : $"{script.Name}>";
        string suffix = pass switch
        {
            Pass.ViewAfter => "#view",
            Pass.ViewBefore => "#before",
            _ => "",
        };
        return $"{driver}{record.Location}{suffix}";
    }

    /// <summary>The script that a key belongs to.</summary>
    public static string ScriptOf(string key)
    {
        int driver = key.IndexOf('>', StringComparison.Ordinal);
        return driver >= 0 ? key[..driver] : key[..key.LastIndexOf(':')];
    }
}
