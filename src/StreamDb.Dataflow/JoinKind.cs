namespace StreamDb.Dataflow;

public enum JoinKind : byte
{
    Inner,
    Left,
    Right,
    Full,

    /// <summary>Left rows that have a match; output is the left columns.</summary>
    Semi,

    /// <summary>Left rows that have no match (NULL keys never match); output is the left columns.</summary>
    Anti,
}
