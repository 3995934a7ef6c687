using System.Security.Cryptography;
using System.Text;

namespace StreamDb.PgWire.Authentication;

/// <summary>What a server keeps of a password for SCRAM-SHA-256 (RFC 5802, RFC 7677): enough to check it, not to know it.</summary>
/// <remarks>Passwords are taken as UTF-8 without SASLprep, which changes nothing for ASCII.</remarks>
public sealed class ScramVerifier
{
    /// <summary>PostgreSQL 15's number; more costs every new connection more.</summary>
    private const int DefaultIterationCount = 4096;

    private ScramVerifier(int iterationCount, byte[] salt, byte[] storedKey, byte[] serverKey)
    {
        IterationCount = iterationCount;
        Salt = salt;
        StoredKey = storedKey;
        ServerKey = serverKey;
    }

    internal int IterationCount { get; }

    internal byte[] Salt { get; }

    internal byte[] StoredKey { get; }

    internal byte[] ServerKey { get; }

    public static ScramVerifier FromPassword(string password)
    {
        byte[] salt = RandomNumberGenerator.GetBytes(16);
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password), salt, DefaultIterationCount, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        byte[] storedKey = SHA256.HashData(HMACSHA256.HashData(salted, "Client Key"u8));
        return new ScramVerifier(DefaultIterationCount, salt, storedKey, HMACSHA256.HashData(salted, "Server Key"u8));
    }

    /// <summary>A verifier that no password satisfies. Its salt depends on the role alone, so that asking twice does not tell that the role is unknown.</summary>
    internal static ScramVerifier Unsatisfiable(string role, byte[] secret)
    {
        byte[] salt = HMACSHA256.HashData(secret, Encoding.UTF8.GetBytes(role))[..16];
        return new ScramVerifier(
            DefaultIterationCount, salt, RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes), RandomNumberGenerator.GetBytes(SHA256.HashSizeInBytes));
    }
}
