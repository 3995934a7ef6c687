using System.Security.Cryptography;
using System.Text;
using StreamDb.Core.Errors;
using StreamDb.PgWire.Authentication;
using Xunit;

namespace StreamDb.Tests.PgWire.Authentication;

public sealed class ScramExchangeTests
{
    private static readonly ScramVerifier _verifier = ScramVerifier.FromPassword("pencil");

    [Theory]
    [InlineData("pencil", true)]
    [InlineData("pencils", false)]
    [InlineData("", false)]
    public void Only_the_password_opens(string password, bool opens)
    {
        var exchange = new ScramExchange(_verifier, channelBinding: null);
        string clientFinal = ClientFinal(exchange, password, out string expected);
        Assert.Equal(opens ? expected : null, exchange.Finish(clientFinal));
    }

    [Fact]
    public void The_nonce_must_be_the_one_agreed_on()
    {
        var exchange = new ScramExchange(_verifier, channelBinding: null);
        string clientFinal = ClientFinal(exchange, "pencil", out _).Replace("r=client", "r=klient", StringComparison.Ordinal);
        Assert.Equal(SqlState.ProtocolViolation, Assert.Throws<SqlException>(() => exchange.Finish(clientFinal)).State);
    }

    [Theory]
    [InlineData("SCRAM-SHA-1", "n,,n=,r=client")]
    [InlineData("SCRAM-SHA-256-PLUS", "p=tls-server-end-point,,n=,r=client")]
    [InlineData("SCRAM-SHA-256", "p=tls-server-end-point,,n=,r=client")]
    [InlineData("SCRAM-SHA-256", "x,,n=,r=client")]
    [InlineData("SCRAM-SHA-256", "n,,n=")]
    [InlineData("SCRAM-SHA-256", "n,,r=client,n=")]
    [InlineData("SCRAM-SHA-256", "")]
    public void What_is_no_scram_message_is_refused(string mechanism, string clientFirst)
    {
        var exchange = new ScramExchange(_verifier, channelBinding: null);
        Assert.Equal(SqlState.ProtocolViolation, Assert.Throws<SqlException>(() => exchange.Start(mechanism, clientFirst)).State);
    }

    [Fact]
    public void A_client_that_was_not_told_of_channel_binding_is_warned()
    {
        var exchange = new ScramExchange(_verifier, channelBinding: [1, 2, 3]);
        SqlException error = Assert.Throws<SqlException>(() => exchange.Start("SCRAM-SHA-256", "y,,n=,r=client"));
        Assert.Equal(SqlState.InvalidAuthorizationSpecification, error.State);
    }

    [Fact]
    public void An_unknown_role_is_asked_as_usual_with_the_same_salt_each_time()
    {
        byte[] secret = [1, 2, 3];
        string first = new ScramExchange(ScramVerifier.Unsatisfiable("nobody", secret), null, "server").Start("SCRAM-SHA-256", "n,,n=,r=client");
        string second = new ScramExchange(ScramVerifier.Unsatisfiable("nobody", secret), null, "server").Start("SCRAM-SHA-256", "n,,n=,r=client");
        Assert.Equal(first, second);
        var exchange = new ScramExchange(ScramVerifier.Unsatisfiable("nobody", secret), null);
        Assert.Null(exchange.Finish(ClientFinal(exchange, "pencil", out _)));
    }

    /// <summary>The client's side, written from RFC 5802 on its own.</summary>
    private static string ClientFinal(ScramExchange exchange, string password, out string serverFinal)
    {
        const string ClientFirstBare = "n=,r=client";
        string serverFirst = exchange.Start("SCRAM-SHA-256", "n,," + ClientFirstBare);
        string[] parts = serverFirst.Split(',');
        byte[] salt = Convert.FromBase64String(parts[1][2..]);
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(password, salt, int.Parse(parts[2][2..]), HashAlgorithmName.SHA256, 32);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        string withoutProof = $"c=biws,{parts[0]}";
        byte[] message = Encoding.UTF8.GetBytes($"{ClientFirstBare},{serverFirst},{withoutProof}");
        byte[] signature = HMACSHA256.HashData(SHA256.HashData(clientKey), message);
        byte[] proof = [.. clientKey.Zip(signature, (key, mask) => (byte)(key ^ mask))];
        serverFinal = "v=" + Convert.ToBase64String(HMACSHA256.HashData(HMACSHA256.HashData(salted, "Server Key"u8), message));
        return $"{withoutProof},p={Convert.ToBase64String(proof)}";
    }
}
