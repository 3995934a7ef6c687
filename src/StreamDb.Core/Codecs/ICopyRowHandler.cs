namespace StreamDb.Core.Codecs;

/// <summary>Receives the rows of a COPY as they are complete.</summary>
public interface ICopyRowHandler
{
    /// <summary>One row; the fields are valid for the call. Throwing ends the copy.</summary>
    void OnRow(CopyRow row);
}
