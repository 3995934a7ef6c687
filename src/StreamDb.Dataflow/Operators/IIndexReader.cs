namespace StreamDb.Dataflow.Operators;

/// <summary>An operator that reads an index which another operator keeps.</summary>
internal interface IIndexReader
{
    /// <summary>Reads an index of equal contents and form from now on. Between epochs.</summary>
    void Read(KeyedIndex index);
}
