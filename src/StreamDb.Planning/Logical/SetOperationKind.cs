namespace StreamDb.Planning.Logical;

public enum SetOperationKind : byte
{
    Union,
    Except,
    Intersect,
}
