using System.Runtime.InteropServices;
using StreamDb.Core.Diagnostics;
using StreamDb.State.Checkpoints;

namespace StreamDb.State.Spaces;

/// <summary>An arena as it was between two epochs, for a checkpoint beside processing.</summary>
/// <remarks>
/// 1. Each changed page is read once, in any order; then <see cref="Confirm"/> says that all are safe. Ending without it makes
///    them changed again, so that the next image has them.
/// 2. A page is read in place unless the owner wrote to it first: then there is a copy.
/// Made by the arena's owner, used by one thread at a time. Dispose it.
/// </remarks>
public sealed unsafe class ArenaImage : IDisposable
{
    private readonly StateArena _arena;
    private readonly StateExtent[] _extents;
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, nint> _aside = [];
    private readonly List<StateExtent> _deferred = [];
    private ulong[]? _changed;
    private byte[]? _states;
    private long _read;
    private bool _isConfirmed;
    private bool _hasEnded;

    internal ArenaImage(StateArena arena, StateExtent[] extents)
    {
        _arena = arena;
        _extents = extents;
        SpaceBase = arena.Space.Base;
        Before = arena.Stored;
        long pages = 0;
        foreach (StateExtent extent in extents)
        {
            pages += extent.Bytes / StateSpace.PageBytes;
        }

        _states = GC.AllocateUninitializedArray<byte>(checked((int)pages));
        int position = 0;
        foreach (StateExtent extent in extents)
        {
            var states = new Span<byte>(arena.StateOf(extent.Address), (int)(extent.Bytes / StateSpace.PageBytes));
            states.CopyTo(_states.AsSpan(position));
            states.Replace(PageState.Dirty, PageState.Captured);
            position += states.Length;
        }
    }

    /// <summary>First address of the space: where it must be again for the pages to mean anything.</summary>
    public ulong SpaceBase { get; }

    /// <summary>The arena as the last checkpoint has it; null when it has not.</summary>
    public StoredArena? Before { get; }

    /// <summary>The arena's extents, in order of their addresses.</summary>
    public IReadOnlyList<StateExtent> Extents => _extents;

    /// <summary>Addresses of the pages that changed since the last confirmed image (all that were ever written, when there was none), ascending.</summary>
    /// <remarks>Pages of an extent that neither this nor an earlier image lists were never written and have no content.</remarks>
    public IReadOnlyList<ulong> ChangedPages => _changed ??= ListChanged();

    /// <summary>Asks for changed pages that may be on the disk only, since touching each alone would wait for each.</summary>
    public void Fetch(ulong address, long bytes) => _arena.Space.Fetch(address, bytes);

    /// <summary>Copies a changed page.</summary>
    /// <param name="target">At least <see cref="StateSpace.PageBytes"/>.</param>
    public void CopyPage(ulong address, Span<byte> target)
    {
        Invariant.Check(!_hasEnded, "an image is read until it ends");
        target = target[..StateSpace.PageBytes];
        byte* state = _arena.StateOf(address);
        if (Interlocked.CompareExchange(ref *state, PageState.Reading, PageState.Captured) == PageState.Captured)
        {
            new ReadOnlySpan<byte>((void*)address, StateSpace.PageBytes).CopyTo(target);
            _arena.NoteWritten(address, target);
            Volatile.Write(ref *state, PageState.Clean);
        }
        else
        {
            CopyAside(address, state, target);
        }

        _read++;
    }

    /// <summary>Says that what was read is safe, and where.</summary>
    public void Confirm(StoredArena stored)
    {
        Confirm();
        _arena.Stored = stored;
    }

    /// <summary>Says that what was read is safe.</summary>
    public void Confirm()
    {
        Invariant.Check(_read == ChangedPages.Count, "every changed page is read once before the image is confirmed");
        _isConfirmed = true;
    }

    public void Dispose()
    {
        if (_hasEnded)
        {
            return;
        }

        if (!_isConfirmed)
        {
            foreach (ulong page in ChangedPages)
            {
                MakeDirty(_arena.StateOf(page));
            }
        }

        _hasEnded = true;
        lock (_gate)
        {
            foreach (nint copy in _aside.Values)
            {
                NativeMemory.Free((void*)copy);
            }

            _aside.Clear();
        }

        _arena.EndImage(_deferred);
    }

    /// <summary>Keeps an extent from being handed out until the image ends. Called by the arena, under its lock.</summary>
    internal void Defer(StateExtent extent) => _deferred.Add(extent);

    /// <summary>Copies a page before it is written.</summary>
    internal void KeepAside(ulong page)
    {
        void* copy = NativeMemory.Alloc(StateSpace.PageBytes);
        Buffer.MemoryCopy((void*)page, copy, StateSpace.PageBytes, StateSpace.PageBytes);
        lock (_gate)
        {
            _aside.Add(page, (nint)copy);
        }
    }

    private static void MakeDirty(byte* state)
    {
        var wait = default(SpinWait);
        while (Volatile.Read(ref *state) is var was && was != PageState.Dirty)
        {
            if (was == PageState.Copying)
            {
                wait.SpinOnce();
            }
            else
            {
                Interlocked.CompareExchange(ref *state, PageState.Dirty, was);
            }
        }
    }

    private void CopyAside(ulong address, byte* state, Span<byte> target)
    {
        var wait = default(SpinWait);
        while (Volatile.Read(ref *state) == PageState.Copying)
        {
            wait.SpinOnce();
        }

        nint copy;
        lock (_gate)
        {
            Invariant.Check(_aside.Remove(address, out copy), "only changed pages are read, each once");
        }

        new ReadOnlySpan<byte>((void*)copy, StateSpace.PageBytes).CopyTo(target);
        NativeMemory.Free((void*)copy);
    }

    private ulong[] ListChanged()
    {
        byte[] states = _states!;
        _states = null;
        var changed = new ulong[states.AsSpan().Count(PageState.Dirty)];
        int count = 0;
        int position = 0;
        foreach (StateExtent extent in _extents)
        {
            int pages = (int)(extent.Bytes / StateSpace.PageBytes);
            for (int page = 0; page < pages; page++)
            {
                if (states[position + page] == PageState.Dirty)
                {
                    changed[count++] = extent.Address + ((ulong)page * StateSpace.PageBytes);
                }
            }

            position += pages;
        }

        return changed;
    }
}
