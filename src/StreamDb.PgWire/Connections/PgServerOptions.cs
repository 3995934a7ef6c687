using System.Net;
using System.Security.Cryptography.X509Certificates;
using StreamDb.PgWire.Authentication;

namespace StreamDb.PgWire.Connections;

/// <summary>How the protocol server listens and what it allows.</summary>
public sealed record PgServerOptions
{
    /// <summary>Addresses to listen on; port 0 takes a free one.</summary>
    public IReadOnlyList<IPEndPoint> EndPoints { get; init; } = [new IPEndPoint(IPAddress.Loopback, 4566)];

    /// <summary>Passwords. Null: everybody is trusted.</summary>
    public IRoleStore? Roles { get; init; }

    /// <summary>With its private key. Null: TLS is refused.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Connections beyond this are refused with 53300.</summary>
    public int ConnectionCountMax { get; init; } = 1000;

    /// <summary>The longest message a client may send; a longer one ends its connection.</summary>
    public int MessageBytesMax { get; init; } = 256 << 20;

    /// <summary>From accepting a connection to the end of authentication.</summary>
    public TimeSpan StartupTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often it is checked that the clients of running statements are still there.</summary>
    public TimeSpan ClientCheckInterval { get; init; } = TimeSpan.FromMilliseconds(250);
}
