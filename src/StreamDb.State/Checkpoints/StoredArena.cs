using StreamDb.Core.Diagnostics;
using StreamDb.Core.Errors;
using StreamDb.State.Segments;
using StreamDb.State.Spaces;

namespace StreamDb.State.Checkpoints;

/// <summary>An arena as a checkpoint has it: its extents, and where each of its pages that was ever written lies on disk. Immutable.</summary>
/// <remarks>Extents and pages are in order of their addresses and do not overlap; every page is in an extent.</remarks>
public sealed class StoredArena
{
    public StoredArena(ulong spaceBase, IReadOnlyList<StateExtent> extents, IReadOnlyList<StoredPages> pages)
    {
        SpaceBase = spaceBase;
        Extents = extents;
        Pages = pages;
    }

    /// <summary>First address of the space: where it must be again for the pages to mean anything.</summary>
    public ulong SpaceBase { get; }

    public IReadOnlyList<StateExtent> Extents { get; }

    public IReadOnlyList<StoredPages> Pages { get; }

    /// <summary>Bytes on disk.</summary>
    public long Bytes => Pages.Sum(pages => pages.Bytes);

    /// <summary>Fills an arena that was made with these extents.</summary>
    /// <param name="files">The checkpoint's segment files by name.</param>
    /// <exception cref="SqlException">XX001: the checkpoint lacks a page.</exception>
    public unsafe void Load(StateArena arena, IReadOnlyDictionary<string, SegmentFile> files)
    {
        const int pieceBytesMax = 16 << 20;
        foreach (StoredPages pages in Pages)
        {
            SegmentFile file = FileOf(pages, files);
            byte* source = file.Block(pages.Offset, pages.Bytes);
            for (long done = 0; done < pages.Bytes; done += pieceBytesMax)
            {
                int bytes = (int)Math.Min(pieceBytesMax, pages.Bytes - done);
                new ReadOnlySpan<byte>(source + done, bytes).CopyTo(arena.Load(pages.Address + (ulong)done, bytes));
            }
        }

        foreach (string name in Pages.Select(pages => pages.File).Distinct())
        {
            files[name].Evict();
        }

        arena.EndLoad();
        arena.Stored = this;
    }

    /// <summary>Writes it in few bytes: differences between neighbours, most of which are small.</summary>
    internal void Write(BinaryWriter output, Func<string, int> numberOf)
    {
        output.Write(SpaceBase);
        ulong position = SpaceBase;
        output.Write7BitEncodedInt(Extents.Count);
        foreach (StateExtent extent in Extents)
        {
            WritePages(output, extent.Address - position);
            WritePages(output, (ulong)extent.Bytes);
            position = extent.End;
        }

        position = SpaceBase;
        output.Write7BitEncodedInt(Pages.Count);
        foreach (StoredPages pages in Pages)
        {
            WritePages(output, pages.Address - position);
            output.Write7BitEncodedInt(pages.Count);
            output.Write7BitEncodedInt(numberOf(pages.File));
            output.Write7BitEncodedInt64(pages.Offset / SegmentFormat.BlockAlignment);
            position = pages.End;
        }
    }

    internal static StoredArena Read(BinaryReader input, IReadOnlyList<string> names)
    {
        ulong spaceBase = input.ReadUInt64();
        ulong position = spaceBase;
        var extents = new StateExtent[input.Read7BitEncodedInt()];
        for (int i = 0; i < extents.Length; i++)
        {
            extents[i] = new StateExtent(position + ReadPages(input), (long)ReadPages(input));
            position = extents[i].End;
        }

        position = spaceBase;
        var pages = new StoredPages[input.Read7BitEncodedInt()];
        for (int i = 0; i < pages.Length; i++)
        {
            ulong address = position + ReadPages(input);
            int count = input.Read7BitEncodedInt();
            string name = names[input.Read7BitEncodedInt()];
            pages[i] = new StoredPages(address, count, name, input.Read7BitEncodedInt64() * SegmentFormat.BlockAlignment);
            position = pages[i].End;
        }

        return new StoredArena(spaceBase, extents, pages);
    }

    /// <summary>Checks that every page is in an extent and in a file.</summary>
    /// <param name="bytesOf">Size of a file of the checkpoint; 0 when it has no such file.</param>
    /// <exception cref="SqlException">XX001: it contradicts itself.</exception>
    public void Check(Func<string, long> bytesOf)
    {
        int extent = 0;
        foreach (StoredPages pages in Pages)
        {
            while (extent < Extents.Count && Extents[extent].End <= pages.Address)
            {
                extent++;
            }

            // Extents that touch hold runs of pages that reach over both.
            ulong covered = extent < Extents.Count && Extents[extent].Address <= pages.Address ? Extents[extent].End : 0;
            for (int next = extent + 1; next < Extents.Count && covered < pages.End && Extents[next].Address == covered; next++)
            {
                covered = Extents[next].End;
            }

            if (covered < pages.End || pages.Offset + pages.Bytes > bytesOf(pages.File))
            {
                throw new SqlException(SqlState.DataCorrupted, $"the checkpoint has pages of keyed state at {pages.Address:x} that are in no extent or in no file");
            }
        }
    }

    private static SegmentFile FileOf(StoredPages pages, IReadOnlyDictionary<string, SegmentFile> files) =>
        files.TryGetValue(pages.File, out SegmentFile? file)
            ? file
            : throw new SqlException(SqlState.DataCorrupted, $"the checkpoint lacks file \"{pages.File}\"");

    private static void WritePages(BinaryWriter output, ulong bytes)
    {
        Invariant.Check(bytes % StateSpace.PageBytes == 0, "extents and pages are whole pages");
        output.Write7BitEncodedInt64((long)(bytes >> StateSpace.PageShift));
    }

    private static ulong ReadPages(BinaryReader input) => (ulong)input.Read7BitEncodedInt64() << StateSpace.PageShift;
}
