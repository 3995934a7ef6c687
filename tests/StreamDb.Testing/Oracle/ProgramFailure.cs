namespace StreamDb.Testing.Oracle;

/// <summary>What went wrong in a program.</summary>
/// <param name="Kind">What a smaller program must show too: <see cref="Mismatch"/>, <see cref="Crash"/>, <see cref="Hang"/>, or a SQLSTATE.</param>
/// <param name="StepIndex">The statement after or at which it did.</param>
internal sealed record ProgramFailure(string Kind, int StepIndex, string Message)
{
    public const string Mismatch = "mismatch";

    /// <summary>An exception that is not an answer to the client.</summary>
    public const string Crash = "crash";

    public const string Hang = "hang";
}
