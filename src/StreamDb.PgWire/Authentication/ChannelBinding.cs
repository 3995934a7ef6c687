using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace StreamDb.PgWire.Authentication;

/// <summary>tls-server-end-point (RFC 5929): the hash of the server's certificate, with the hash function of its signature.</summary>
internal static class ChannelBinding
{
    public static byte[] Of(X509Certificate2 certificate)
    {
        // SHA-512 and SHA-384 by the signature's OID; everything else, MD5 and SHA-1 too, is hashed with SHA-256.
        string? signature = certificate.SignatureAlgorithm.Value;
        return signature switch
        {
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => SHA512.HashData(certificate.RawData),
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => SHA384.HashData(certificate.RawData),
            _ => SHA256.HashData(certificate.RawData),
        };
    }
}
