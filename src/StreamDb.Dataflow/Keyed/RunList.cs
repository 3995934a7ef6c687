namespace StreamDb.Dataflow.Keyed;

/// <summary>Addresses of a long run's chunks, in order.</summary>
internal unsafe struct RunList
{
    public int Count;
    public int Capacity;
    public fixed ulong Chunks[1];

    public static int Bytes(int capacity) => 8 + (capacity * 8);

    public byte* Chunk(int index)
    {
        fixed (ulong* chunks = Chunks)
        {
            return (byte*)chunks[index];
        }
    }

    public void InsertAt(int index, ulong chunk)
    {
        fixed (ulong* chunks = Chunks)
        {
            Buffer.MemoryCopy(chunks + index, chunks + index + 1, (Count - index) * 8L, (Count - index) * 8L);
            chunks[index] = chunk;
        }

        Count++;
    }

    public void RemoveAt(int index)
    {
        Count--;
        fixed (ulong* chunks = Chunks)
        {
            Buffer.MemoryCopy(chunks + index + 1, chunks + index, (Count - index) * 8L, (Count - index) * 8L);
        }
    }
}
