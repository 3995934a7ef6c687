using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using StreamDb.PgWire.Authentication;
using StreamDb.PgWire.Connections;
using Xunit;

namespace StreamDb.IntegrationTests.Protocol;

public sealed class PsqlTests
{
    [PsqlFact]
    public async Task Rows_errors_and_transactions_are_shown()
    {
        await using var server = new FakeServer();
        string output = await Psql.RunAsync(server.EndPoint, "select mixed;\nselect 1 \\; insert \\; series 3;\nbegin;\noops;\nrollback;\nselect 1;\n");
        Assert.Contains("1|-2|one\n-9223372036854775808||\n|32767|\n", output, StringComparison.Ordinal);
        Assert.Contains("1\n2\n3\n", output, StringComparison.Ordinal);
        Assert.Contains("ERROR:  42P01: relation \"oops\" does not exist\nLINE 1: oops;\n          ^\nDETAIL:  D.\nHINT:  H.\n", output, StringComparison.Ordinal);
    }

    [PsqlFact]
    public async Task Copy_works_both_ways()
    {
        await using var server = new FakeServer();
        string output = await Psql.RunAsync(server.EndPoint, "\\set QUIET off\ncopy t from stdin;\n1\ta\n2\tb\n\\.\ncopy t to stdout;\nselect 1;\n");
        Assert.Contains("COPY 2\n1\ta\n2\tb\n3\tc\n", output, StringComparison.Ordinal);
    }

    [PsqlFact]
    public async Task A_statement_is_described_by_gdesc_without_running()
    {
        await using var server = new FakeServer();
        string output = await Psql.RunAsync(server.EndPoint, "oops \\gdesc\nselect 1;\n");
        Assert.Contains("42P01", output, StringComparison.Ordinal);
        Assert.EndsWith("1\n", output.Split("ERROR")[0], StringComparison.Ordinal);
    }

    [PsqlFact]
    public async Task The_password_is_asked_for_and_checked()
    {
        await using var server = new FakeServer(new PgServerOptions { Roles = new SinglePasswordRoleStore("secret") });
        Assert.Equal("1\n", await Psql.RunAsync(server.EndPoint, "select 1;\n", password: "secret"));
        Assert.Contains(
            "FATAL:  password authentication failed for user \"root\"",
            await Psql.RunAsync(server.EndPoint, "select 1;\n", password: "wrong"),
            StringComparison.Ordinal);
    }

    [PsqlFact]
    public async Task Tls_and_channel_binding_are_offered_with_a_certificate()
    {
        using X509Certificate2 certificate = SelfSigned();
        await using var server = new FakeServer(new PgServerOptions { Roles = new SinglePasswordRoleStore("secret"), Certificate = certificate });
        Assert.Equal("1\n", await Psql.RunAsync(server.EndPoint, "select 1;\n", "sslmode=require channel_binding=require", "secret"));
        Assert.Equal("1\n", await Psql.RunAsync(server.EndPoint, "select 1;\n", "sslmode=require channel_binding=disable", "secret"));
        Assert.Equal("1\n", await Psql.RunAsync(server.EndPoint, "select 1;\n", "sslmode=disable", "secret"));
        Assert.Contains(
            "password authentication failed",
            await Psql.RunAsync(server.EndPoint, "select 1;\n", "sslmode=require", "wrong"),
            StringComparison.Ordinal);
    }

    private static X509Certificate2 SelfSigned()
    {
        using RSA key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }
}
