namespace StreamDb.Server.Commands;

/// <summary>How the program ended. An internal error ends it by an unhandled exception, which the runtime reports as 134.</summary>
internal static class ExitCodes
{
    public const int Success = 0;

    /// <summary>The command line is wrong.</summary>
    public const int Usage = 1;

    /// <summary>An address is in use, the data directory is locked or damaged, a certificate cannot be read.</summary>
    public const int CannotStart = 2;

    /// <summary>A check found damage.</summary>
    public const int Damaged = 3;
}
