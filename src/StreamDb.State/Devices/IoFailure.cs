using StreamDb.Core.Errors;

namespace StreamDb.State.Devices;

/// <summary>Turns trouble with files into the errors a client sees.</summary>
public static class IoFailure
{
    /// <summary>No space left on device.</summary>
    public const int NoSpace = 28;

    /// <summary>Disk quota exceeded.</summary>
    public const int QuotaExceeded = 122;

    /// <summary>No such file or directory.</summary>
    public const int NoSuchFile = 2;

    /// <summary>A file or directory of a running database is no longer there: somebody removed it or took its disk away.</summary>
    public static IOException Vanished(string path) => new($"\"{path}\" has vanished", NoSuchFile);

    /// <summary>53100 for a full disk or quota, 58030 for everything else.</summary>
    public static SqlException ToSqlException(Exception exception) =>
        exception is SqlException already
            ? new SqlException(already.State, already.Message, already) { Detail = already.Detail, Hint = already.Hint }
            : exception.HResult is NoSpace or QuotaExceeded
            ? new SqlException(SqlState.DiskFull, $"could not write durable state: {exception.Message}", exception)
            {
                Hint = "Free disk space; the server resumes by itself when writing works again.",
            }
            : new SqlException(SqlState.IoError, $"could not access durable state: {exception.Message}", exception);

    /// <summary>Damage found on disk, named by file and offset so that someone can look.</summary>
    public static SqlException Damage(string path, long offset, string reason) =>
        new(SqlState.DataCorrupted, $"data is damaged in file \"{path}\" at offset {offset}: {reason}")
        {
            Hint = "Nothing was repaired or removed; restore the data directory from a backup.",
        };
}
