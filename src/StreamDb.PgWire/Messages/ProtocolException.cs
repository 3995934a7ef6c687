namespace StreamDb.PgWire.Messages;

/// <summary>The client's bytes are no protocol message: the stream cannot be trusted any more and the connection ends with 08P01.</summary>
/// <remarks>
/// A well-formed message that asks for something impossible (an unknown statement, too few parameters) is a
/// <see cref="Core.Errors.SqlException"/> instead, and the connection goes on.
/// </remarks>
internal sealed class ProtocolException(string message) : Exception(message);
