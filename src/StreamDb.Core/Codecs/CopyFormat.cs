namespace StreamDb.Core.Codecs;

/// <summary>How COPY writes rows: the options of its text and CSV formats.</summary>
public sealed record CopyFormat
{
    /// <summary>Tab-separated with backslash escapes; NULL is \N.</summary>
    public static CopyFormat Text { get; } = new();

    /// <summary>Comma-separated with double quotes; NULL is an empty field without quotes.</summary>
    public static CopyFormat Csv { get; } = new() { IsCsv = true, Delimiter = (byte)',', NullText = ReadOnlyMemory<byte>.Empty };

    public bool IsCsv { get; init; }

    public byte Delimiter { get; init; } = (byte)'\t';

    /// <summary>What stands for NULL, compared before escapes are resolved.</summary>
    public ReadOnlyMemory<byte> NullText { get; init; } = "\\N"u8.ToArray();

    /// <summary>CSV only.</summary>
    public byte Quote { get; init; } = (byte)'"';

    /// <summary>CSV only: what stands before a quote within quotes.</summary>
    public byte Escape { get; init; } = (byte)'"';

    /// <summary>Whether the first line holds names; a reader skips it.</summary>
    public bool HasHeader { get; init; }

    /// <summary>CSV only, per column: fields that are quoted even where they need not be (FORCE_QUOTE); null for none.</summary>
    public IReadOnlyList<bool>? ForceQuote { get; init; }

    /// <summary>CSV only, per column: fields that are never NULL on input (FORCE_NOT_NULL); null for none.</summary>
    public IReadOnlyList<bool>? ForceNotNull { get; init; }
}
