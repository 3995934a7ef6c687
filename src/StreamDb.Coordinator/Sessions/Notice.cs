namespace StreamDb.Coordinator.Sessions;

/// <summary>A NoticeResponse.</summary>
/// <param name="Severity">NOTICE, WARNING, INFO, LOG or DEBUG.</param>
public sealed record Notice(string Severity, string State, string Message, string? Detail = null, string? Hint = null);
