using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using StreamDb.Core.Errors;

namespace StreamDb.PgWire.Authentication;

/// <summary>The server's side of one SCRAM-SHA-256 conversation (RFC 5802), with or without channel binding.</summary>
/// <remarks>
/// client-first → server-first → client-final → server-final. The client proves that it knows the password by a proof
/// over all that was said; we prove by the signature that we hold its verifier. User names in the messages are ignored:
/// the startup packet's counts, as in PostgreSQL.
/// </remarks>
/// <param name="verifier">What the role's password is checked against.</param>
/// <param name="channelBinding">tls-server-end-point data of the connection's certificate; null without TLS.</param>
/// <param name="serverNonce">Our part of the nonce, for tests; random when null.</param>
internal sealed class ScramExchange(ScramVerifier verifier, byte[]? channelBinding, string? serverNonce = null)
{
    public const string Plain = "SCRAM-SHA-256";
    public const string Plus = "SCRAM-SHA-256-PLUS";

    private readonly string _serverNonce = serverNonce ?? Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
    private string _gs2Header = "";
    private string _clientFirstBare = "";
    private string _serverFirst = "";
    private string _nonce = "";
    private bool _usesBinding;

    /// <summary>Takes client-first and answers server-first.</summary>
    /// <exception cref="SqlException">08P01: not a SCRAM message; 28000: channel binding was negotiated down.</exception>
    public string Start(string mechanism, string clientFirst)
    {
        _usesBinding = mechanism == Plus;
        if (mechanism != Plain && (mechanism != Plus || channelBinding is null))
        {
            throw Malformed("client selected an invalid SASL authentication mechanism");
        }

        string[] parts = clientFirst.Split(',', 3);
        if (parts.Length != 3 || parts[0].Length == 0)
        {
            throw Malformed("malformed SCRAM message");
        }

        CheckBindingFlag(parts[0]);
        if (parts[1].Length != 0)
        {
            throw new SqlException(SqlState.FeatureNotSupported, "client uses authorization identity, but it is not supported");
        }

        _gs2Header = $"{parts[0]},,";
        _clientFirstBare = parts[2];
        string[] attributes = _clientFirstBare.Split(',');
        if (attributes.Length < 2 || !attributes[0].StartsWith("n=", StringComparison.Ordinal))
        {
            throw Malformed("malformed SCRAM message");
        }

        _nonce = Attribute(attributes[1], 'r') + _serverNonce;
        _serverFirst = string.Create(
            CultureInfo.InvariantCulture, $"r={_nonce},s={Convert.ToBase64String(verifier.Salt)},i={verifier.IterationCount}");
        return _serverFirst;
    }

    /// <summary>Takes client-final and answers server-final, or null when the proof is wrong.</summary>
    /// <exception cref="SqlException">08P01: not a SCRAM message, or a different nonce or channel binding.</exception>
    public string? Finish(string clientFinal)
    {
        int proofStart = clientFinal.LastIndexOf(",p=", StringComparison.Ordinal);
        if (proofStart < 0)
        {
            throw Malformed("malformed SCRAM message");
        }

        string withoutProof = clientFinal[..proofStart];
        string[] attributes = withoutProof.Split(',');
        if (attributes.Length < 2)
        {
            throw Malformed("malformed SCRAM message");
        }

        byte[] expectedBinding = [.. Encoding.ASCII.GetBytes(_gs2Header), .. _usesBinding ? channelBinding! : []];
        if (Attribute(attributes[0], 'c') != Convert.ToBase64String(expectedBinding))
        {
            throw new SqlException(SqlState.InvalidAuthorizationSpecification, "SCRAM channel binding check failed");
        }

        if (Attribute(attributes[1], 'r') != _nonce)
        {
            throw Malformed("invalid SCRAM response: nonce does not match");
        }

        Span<byte> proof = stackalloc byte[SHA256.HashSizeInBytes];
        if (!Convert.TryFromBase64String(clientFinal[(proofStart + 3)..], proof, out int written) || written != proof.Length)
        {
            throw Malformed("malformed SCRAM message");
        }

        byte[] message = Encoding.UTF8.GetBytes($"{_clientFirstBare},{_serverFirst},{withoutProof}");
        if (!IsProof(proof, message))
        {
            return null;
        }

        return "v=" + Convert.ToBase64String(HMACSHA256.HashData(verifier.ServerKey, message));
    }

    private bool IsProof(ReadOnlySpan<byte> proof, byte[] message)
    {
        // ClientProof = ClientKey xor HMAC(StoredKey, message), and StoredKey = H(ClientKey).
        Span<byte> clientKey = stackalloc byte[SHA256.HashSizeInBytes];
        HMACSHA256.HashData(verifier.StoredKey, message, clientKey);
        for (int i = 0; i < clientKey.Length; i++)
        {
            clientKey[i] ^= proof[i];
        }

        Span<byte> storedKey = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(clientKey, storedKey);
        return CryptographicOperations.FixedTimeEquals(storedKey, verifier.StoredKey);
    }

    private void CheckBindingFlag(string flag)
    {
        switch (flag)
        {
            case "n" when !_usesBinding:
                return;
            case "y" when !_usesBinding && channelBinding is null:
                return;
            case "y" when !_usesBinding:
                // The client believes that we offered no binding: somebody in the middle took the offer out.
                throw new SqlException(SqlState.InvalidAuthorizationSpecification, "SCRAM channel binding negotiation error")
                {
                    Detail = "The client supports SCRAM channel binding but thinks the server does not. However, this server does support channel binding.",
                };
            case "p=tls-server-end-point" when _usesBinding:
                return;
            default:
                throw Malformed("unexpected SCRAM channel-binding flag");
        }
    }

    private static string Attribute(string attribute, char name) =>
        attribute.Length > 2 && attribute[0] == name && attribute[1] == '='
            ? attribute[2..]
            : throw Malformed("malformed SCRAM message");

    private static SqlException Malformed(string message) => new(SqlState.ProtocolViolation, message);
}
