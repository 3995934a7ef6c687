namespace StreamDb.PgWire.Authentication;

/// <summary>Who may connect, and with what password.</summary>
public interface IRoleStore
{
    /// <summary>The role's password verifier, or null when there is no such role or it has no password: then nobody enters as it.</summary>
    ScramVerifier? VerifierOf(string role);
}
