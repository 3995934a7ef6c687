namespace StreamDb.PgWire.Authentication;

/// <summary>One password for every role.</summary>
public sealed class SinglePasswordRoleStore(string password) : IRoleStore
{
    private readonly ScramVerifier _verifier = ScramVerifier.FromPassword(password);

    public ScramVerifier? VerifierOf(string role) => _verifier;
}
