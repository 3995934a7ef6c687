using System.Runtime.CompilerServices;
using StreamDb.Core.Diagnostics;
using StreamDb.State.Checkpoints;
using StreamDb.State.Devices;

namespace StreamDb.State.Spaces;

/// <summary>The part of a state space that one dataflow (or shared index) has on one worker: extents, and which of their pages changed.</summary>
/// <remarks>
/// 1. Every write to a page is preceded by <see cref="Touch(void*)"/> of it since the last capture: that marks it as changed and,
///    while an image is open that still needs the page as it was, keeps a copy.
/// 2. At most one image is open at a time. While it is, extents that are freed are not handed out again: what the image needs
///    stays readable, and nobody has to copy what is going away anyway.
/// One thread at a time writes and captures; the image may be read by another beside it. Dispose frees all extents.
/// </remarks>
public sealed unsafe class StateArena : IDisposable
{
    private readonly StateSpace _space;
    private readonly byte* _states;
    private readonly Dictionary<ulong, long> _extents = [];
    private readonly Dictionary<ulong, uint>? _written;
    private readonly Lock _gate = new();
    private ArenaImage? _image;
    private bool _isDisposed;

    internal StateArena(StateSpace space, IReadOnlyList<StateExtent>? extents = null)
    {
        _space = space;
        _states = space.States;
        _written = space.VerifiesBarriers ? [] : null;
        foreach (StateExtent extent in extents ?? [])
        {
            _extents.Add(extent.Address, extent.Bytes);
            Bytes += extent.Bytes;
            NoteContent(extent);
        }
    }

    /// <summary>Where it takes its extents from.</summary>
    public StateSpace Space => _space;

    /// <summary>As the last checkpoint has it; null when it has not. Known at the capture, and changed only by whoever has an image.</summary>
    internal StoredArena? Stored { get; set; }

    /// <summary>Bytes in its extents.</summary>
    public long Bytes { get; private set; }

    /// <summary>Before every write: the page changes.</summary>
    /// <remarks>Hot path: per key and block.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Touch(void* address)
    {
        byte* state = _states + ((nuint)address >> StateSpace.PageShift);
        if (*state != PageState.Dirty)
        {
            TouchPage(state);
        }
    }

    /// <summary>Before a write to all of a range of at least one byte.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Touch(void* address, long bytes)
    {
        byte* state = _states + ((nuint)address >> StateSpace.PageShift);
        byte* last = _states + (((nuint)address + (nuint)bytes - 1) >> StateSpace.PageShift);
        do
        {
            if (*state != PageState.Dirty)
            {
                TouchPage(state);
            }
        }
        while (++state <= last);
    }

    /// <summary>Whether it pays to <see cref="Fetch"/>.</summary>
    public bool IsPartlyOut => _space.IsPartlyOut;

    /// <summary>Asks for what a batch is about to touch, where it may be on the disk only, without waiting for it.</summary>
    /// <param name="addresses">Those that are none of the space's are passed over.</param>
    /// <param name="bytes">From each address on; some pages at most.</param>
    public void Fetch(ulong* addresses, int count, int bytes)
    {
        if (_space.IsPartlyOut)
        {
            PageFetch.Fetch(_space, addresses, count, bytes);
        }
    }

    /// <summary>Takes memory.</summary>
    /// <param name="bytes">Rounded up to pages; <see cref="RoundUp"/> says to how much.</param>
    /// <returns>Page-aligned, of arbitrary content, not touched.</returns>
    public byte* Allocate(long bytes)
    {
        Invariant.Check(!_isDisposed, "the arena is in use");
        StateExtent extent = _space.Allocate(bytes);
        _extents.Add(extent.Address, extent.Bytes);
        Bytes += extent.Bytes;
        NoteContent(extent);
        return (byte*)extent.Address;
    }

    /// <summary>Gives memory back.</summary>
    /// <param name="address">As <see cref="Allocate"/> returned it.</param>
    public void Free(byte* address)
    {
        if (_isDisposed)
        {
            return;
        }

        Invariant.Check(_extents.Remove((ulong)address, out long bytes), "only extents of the arena are freed");
        Bytes -= bytes;
        var extent = new StateExtent((ulong)address, bytes);
        lock (_gate)
        {
            if (_image is not null)
            {
                _image.Defer(extent);
                return;
            }
        }

        _space.Free(extent);
    }

    /// <summary>What <see cref="Allocate"/> gives for a size.</summary>
    public static long RoundUp(long bytes) => (bytes + StateSpace.PageBytes - 1) & -StateSpace.PageBytes;

    /// <summary>The memory of pages of a restored arena, for the caller to fill; they count as written.</summary>
    /// <param name="address">Of a page in an extent.</param>
    /// <param name="bytes">A multiple of the page size, all of it in extents.</param>
    public Span<byte> Load(ulong address, int bytes)
    {
        Invariant.Check(address % StateSpace.PageBytes == 0 && bytes % StateSpace.PageBytes == 0, "whole pages are loaded");
        new Span<byte>(_states + (address >> StateSpace.PageShift), bytes >> StateSpace.PageShift).Fill(PageState.Clean);
        return new Span<byte>((void*)address, bytes);
    }

    /// <summary>Ends loading: what is there now is what the last image had.</summary>
    public void EndLoad()
    {
        foreach ((ulong address, long bytes) in _extents)
        {
            NoteContent(new StateExtent(address, bytes));
        }
    }

    /// <summary>The arena as it is now, to be read beside further writes. Dispose it.</summary>
    /// <exception cref="InvariantException">With verification: a page was written without a barrier.</exception>
    public ArenaImage Capture()
    {
        Invariant.Check(!_isDisposed && _image is null, "one image of an arena at a time");
        Verify();
        var extents = new StateExtent[_extents.Count];
        int count = 0;
        foreach ((ulong address, long bytes) in _extents)
        {
            extents[count++] = new StateExtent(address, bytes);
        }

        Array.Sort(extents, static (left, right) => left.Address.CompareTo(right.Address));
        _space.BeginImage();
        _image = new ArenaImage(this, extents);
        return _image;
    }

    /// <summary>With <see cref="StateSpace.VerifiesBarriers"/>: that every page that counts as unchanged is unchanged.</summary>
    /// <exception cref="InvariantException">It is not.</exception>
    public void Verify()
    {
        if (_written is null)
        {
            return;
        }

        foreach ((ulong address, long bytes) in _extents)
        {
            for (ulong page = address; page < address + (ulong)bytes; page += StateSpace.PageBytes)
            {
                byte state = _states[page >> StateSpace.PageShift];
                Invariant.Check(
                    state is not (PageState.Clean or PageState.Unused) || _written[page] == Checksum(page),
                    "a page of keyed state was written without a barrier");
            }
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
        {
            return;
        }

        _isDisposed = true;
        StateExtent[] extents = [.. _extents.Select(extent => new StateExtent(extent.Key, extent.Value))];
        _extents.Clear();
        Bytes = 0;
        lock (_gate)
        {
            if (_image is not null)
            {
                foreach (StateExtent extent in extents)
                {
                    _image.Defer(extent);
                }

                return;
            }
        }

        _space.Free(extents);
    }

    internal byte* StateOf(ulong address) => _states + (address >> StateSpace.PageShift);

    internal void NoteWritten(ulong page, ReadOnlySpan<byte> content)
    {
        if (_written is not null)
        {
            lock (_written)
            {
                _written[page] = Crc32C.Compute(content);
            }
        }
    }

    internal void EndImage(List<StateExtent> deferred)
    {
        lock (_gate)
        {
            _image = null;
        }

        _space.Free(deferred);
        _space.EndImage();
    }

    private static uint Checksum(ulong page) => Crc32C.Compute(new ReadOnlySpan<byte>((void*)page, StateSpace.PageBytes));

    private void NoteContent(StateExtent extent)
    {
        for (ulong page = extent.Address; _written is not null && page < extent.End; page += StateSpace.PageBytes)
        {
            NoteWritten(page, new ReadOnlySpan<byte>((void*)page, StateSpace.PageBytes));
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void TouchPage(byte* state)
    {
        var wait = default(SpinWait);
        while (true)
        {
            switch (Volatile.Read(ref *state))
            {
                case PageState.Captured:
                    if (Interlocked.CompareExchange(ref *state, PageState.Copying, PageState.Captured) == PageState.Captured)
                    {
                        _image!.KeepAside((ulong)(state - _states) << StateSpace.PageShift);
                        Volatile.Write(ref *state, PageState.Dirty);
                        return;
                    }

                    break;
                case PageState.Reading:
                    wait.SpinOnce();
                    break;
                default:
                    *state = PageState.Dirty;
                    return;
            }
        }
    }
}
