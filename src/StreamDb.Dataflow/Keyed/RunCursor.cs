using System.Runtime.CompilerServices;

namespace StreamDb.Dataflow.Keyed;

/// <summary>Reads a run in order, block by block. Good until the run changes.</summary>
internal unsafe struct RunCursor(Runs runs, ulong run)
{
    private int _chunk;

    /// <param name="weights">null: all are 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool NextBlock(out byte* entries, out long* weights, out int count)
    {
        byte* block;
        if ((run & 1) == 0)
        {
            block = _chunk == 0 ? (byte*)run : null;
        }
        else
        {
            RunList* list = (RunList*)(run & ~1UL);
            block = _chunk < list->Count ? list->Chunk(_chunk) : null;
        }

        _chunk++;
        if (block is null)
        {
            entries = null;
            weights = null;
            count = 0;
            return false;
        }

        entries = Runs.Entries(block);
        weights = runs.Weights(block);
        count = Runs.BlockCount(block);
        return true;
    }
}
