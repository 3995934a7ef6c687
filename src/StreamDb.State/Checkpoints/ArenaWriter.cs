using StreamDb.Core.Errors;
using StreamDb.State.Segments;
using StreamDb.State.Spaces;

namespace StreamDb.State.Checkpoints;

/// <summary>Writes what changed of the arenas of one checkpoint, and finds out what of the checkpoint before still holds.</summary>
/// <remarks>
/// Pages of all arenas share files of up to <see cref="FileBytesMax"/>. A page is written when it changed; it then leaves a
/// hole in the file that had it. When less than half of a file is in use, the rest of it is written anew (read from that
/// file, since in memory it may be changing by now), so that files hold at most twice what is in use, and each byte that
/// changes costs at most one more that did not.
/// </remarks>
public sealed class ArenaWriter
{
    private const long FileBytesMax = 64 << 20;

    private readonly CheckpointWriter _writer;
    private readonly List<ArenaImage> _images = [];
    private readonly List<List<StoredPages>> _pages = [];
    private readonly List<Piece> _pieces = [];
    private readonly byte[] _page = new byte[StateSpace.PageBytes];

    public ArenaWriter(CheckpointWriter writer)
    {
        _writer = writer;
    }

    /// <summary>Adds an arena, before <see cref="Write"/>.</summary>
    /// <param name="before">As the checkpoint before has it; null when it has not.</param>
    public void Add(ArenaImage image, StoredArena? before)
    {
        int arena = _images.Count;
        _images.Add(image);
        _pages.Add(before is null ? [] : Unchanged(image, before));
        foreach ((ulong address, int count) in Runs(image.ChangedPages))
        {
            _pieces.Add(new Piece(arena, address, count, null));
        }
    }

    /// <summary>Writes, and gives the arenas in the order in which they were added.</summary>
    /// <exception cref="SqlException">53100, 58030: the disk does not work.</exception>
    public IReadOnlyList<StoredArena> Write()
    {
        using var files = new FilesBefore(_writer);
        MoveOutOfSparseFiles();
        foreach (StoredPages kept in _pages.SelectMany(pages => pages))
        {
            _writer.Keep(kept.File);
        }

        for (int first = 0; first < _pieces.Count;)
        {
            int end = EndOfFile(first);
            WriteFile(files, first, end);
            first = end;
        }

        return [.. _images.Select((image, arena) => new StoredArena(image.SpaceBase, image.Extents, Joined(_pages[arena])))];
    }

    /// <summary>What the checkpoint before has of the arena and what is still so: not the pages that changed, nor those that went.</summary>
    private static List<StoredPages> Unchanged(ArenaImage image, StoredArena before)
    {
        var unchanged = new List<StoredPages>();
        IReadOnlyList<ulong> changed = image.ChangedPages;
        int nextChanged = 0;
        int nextExtent = 0;
        foreach (StoredPages pages in before.Pages)
        {
            while (nextExtent < image.Extents.Count && image.Extents[nextExtent].End <= pages.Address)
            {
                nextExtent++;
            }

            for (int extent = nextExtent; extent < image.Extents.Count && image.Extents[extent].Address < pages.End; extent++)
            {
                ulong from = Math.Max(pages.Address, image.Extents[extent].Address);
                ulong end = Math.Min(pages.End, image.Extents[extent].End);
                while (nextChanged < changed.Count && changed[nextChanged] < from)
                {
                    nextChanged++;
                }

                for (; nextChanged < changed.Count && changed[nextChanged] < end; nextChanged++)
                {
                    AddPart(unchanged, pages, from, changed[nextChanged]);
                    from = changed[nextChanged] + StateSpace.PageBytes;
                }

                AddPart(unchanged, pages, from, end);
            }
        }

        return unchanged;
    }

    private static void AddPart(List<StoredPages> list, StoredPages pages, ulong from, ulong end)
    {
        if (from < end)
        {
            list.Add(pages.Part(from, end));
        }
    }

    /// <summary>Consecutive pages as one, as far as they fit into a file.</summary>
    private static IEnumerable<(ulong Address, int Count)> Runs(IReadOnlyList<ulong> pages)
    {
        const int countMax = (int)(FileBytesMax / StateSpace.PageBytes);
        for (int i = 0; i < pages.Count;)
        {
            int count = 1;
            while (count < countMax && i + count < pages.Count && pages[i + count] == pages[i] + ((ulong)count * StateSpace.PageBytes))
            {
                count++;
            }

            yield return (pages[i], count);
            i += count;
        }
    }

    private static List<StoredPages> Joined(List<StoredPages> pages)
    {
        pages.Sort(static (left, right) => left.Address.CompareTo(right.Address));
        var joined = new List<StoredPages>(pages.Count);
        foreach (StoredPages next in pages)
        {
            if (joined.Count > 0
                && joined[^1] is var last
                && last.End == next.Address
                && last.File == next.File
                && last.Offset + last.Bytes == next.Offset)
            {
                joined[^1] = last with { Count = last.Count + next.Count };
            }
            else
            {
                joined.Add(next);
            }
        }

        return joined;
    }

    private void MoveOutOfSparseFiles()
    {
        var used = new Dictionary<string, long>();
        foreach (StoredPages pages in _pages.SelectMany(pages => pages))
        {
            used[pages.File] = used.GetValueOrDefault(pages.File) + pages.Bytes;
        }

        HashSet<string> sparse = [.. used.Where(file => file.Value * 2 < _writer.BytesOf(file.Key)).Select(file => file.Key)];
        for (int arena = 0; arena < _pages.Count && sparse.Count > 0; arena++)
        {
            _pieces.AddRange(_pages[arena].Where(pages => sparse.Contains(pages.File)).Select(pages => new Piece(arena, pages.Address, pages.Count, pages)));
            _pages[arena].RemoveAll(pages => sparse.Contains(pages.File));
        }
    }

    private int EndOfFile(int first)
    {
        long bytes = 0;
        int end = first;
        while (end < _pieces.Count && (end == first || bytes + _pieces[end].Bytes <= FileBytesMax))
        {
            bytes += _pieces[end++].Bytes;
        }

        return end;
    }

    private void WriteFile(FilesBefore files, int first, int end)
    {
        foreach (Piece piece in _pieces[first..end])
        {
            if (piece.Before is null)
            {
                _images[piece.Arena].Fetch(piece.Address, piece.Bytes);
            }
        }

        var offsets = new long[end - first];
        string name = _writer.Write(segment =>
        {
            for (int i = first; i < end; i++)
            {
                offsets[i - first] = segment.BeginBlock();
                WritePiece(segment, _pieces[i], files);
            }
        });
        for (int i = first; i < end; i++)
        {
            Piece piece = _pieces[i];
            _pages[piece.Arena].Add(new StoredPages(piece.Address, piece.Count, name, offsets[i - first]));
        }
    }

    private unsafe void WritePiece(SegmentWriter segment, Piece piece, FilesBefore files)
    {
        byte* source = piece.Before is { } before ? files[before.File].Block(before.Offset, before.Bytes) : null;
        for (int page = 0; page < piece.Count; page++)
        {
            long offset = (long)page * StateSpace.PageBytes;
            if (source is not null)
            {
                segment.Write(new ReadOnlySpan<byte>(source + offset, StateSpace.PageBytes));
            }
            else
            {
                _images[piece.Arena].CopyPage(piece.Address + (ulong)offset, _page);
                segment.Write(_page);
            }
        }
    }

    /// <summary>Pages to be written.</summary>
    /// <param name="Before">Where they are on disk when they did not change; null when the image has them.</param>
    private readonly record struct Piece(int Arena, ulong Address, int Count, StoredPages? Before)
    {
        public long Bytes => (long)Count * StateSpace.PageBytes;
    }

    /// <summary>Files of the checkpoint before, opened as they are needed.</summary>
    private sealed class FilesBefore(CheckpointWriter writer) : IDisposable
    {
        private readonly Dictionary<string, SegmentFile> _files = [];

        public SegmentFile this[string name]
        {
            get
            {
                if (!_files.TryGetValue(name, out SegmentFile? file))
                {
                    _files.Add(name, file = writer.OpenBefore(name));
                }

                return file;
            }
        }

        public void Dispose()
        {
            foreach (SegmentFile file in _files.Values)
            {
                file.Release();
            }
        }
    }
}
