namespace StreamDb.Planning.Logical;

/// <summary>Semi and Anti keep the left columns only: left rows with, and without, a match.</summary>
public enum JoinKind : byte
{
    Inner,
    Left,
    Right,
    Full,
    Semi,
    Anti,
}
