using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Keyed;

/// <summary>The hot keyed state: an open-addressing hash table in native memory from packed keys to fixed-size records.</summary>
/// <remarks>
/// A slot is a header word, the key, then the record. Invariants:
/// 1. a header is 0 exactly when the slot is free; its meaning otherwise is the owner's;
/// 2. a key of fixed size lies in the slot; any other has its hash and the address of a length-prefixed copy there;
/// 3. the table is a directory of segments chosen by the top bits of the hash (extendible hashing), each probed linearly
///    from the slot that the low bits name and never more than three quarters full. A full segment doubles, or splits once
///    it is as large as <see cref="SlotsMax"/> lets it be: no operation moves more than one segment, so the table grows without pauses;
/// 4. slots move only in <see cref="FindOrAdd"/> and <see cref="RemoveIf"/>: pointers stay good until then (see <see cref="Version"/>);
/// 5. a slot that <see cref="FindOrAdd"/> gave out is touched: its owner may write to it until the epoch ends, wherever it
///    moves, and to no other.
/// Every lookup takes a whole batch and prefetches, because each one waits for memory. One thread.
/// </remarks>
internal sealed unsafe class KeyTable : IDisposable
{
    /// <summary>Slots of a segment where slots are packed, at most: they go by whole segments, and epochs may be small.</summary>
    private const int PackedSegmentSlotsMax = 1 << 11;

    private const int PrefetchDistance = 16;

    /// <summary>Slots that are asked for together where they may be on the disk; while the disk is at them, as many before them are looked up.</summary>
    private const int FetchedKeys = 512;

    /// <summary>With more of these, all slots are packed.</summary>
    private const int KeptSegmentsMax = 512;

    private const int MovedPartsBits = 11;
    private const int MovedParts = 1 << MovedPartsBits;

    private readonly StateArena _arena;
    private readonly int _keyBytes;
    private readonly int _slotBytes;
    private readonly int _prefetchedBytes;
    private readonly int _segmentSlotsMin;
    private readonly NativeHeap? _keys;
    private readonly NativeScratch<nint> _movedSlots = new();
    private readonly NativeScratch<ulong> _movedHashes = new();
    private Segment[] _directory;

    /// <summary>Where the slots of each segment of the directory are: what a lookup needs, without a way through the segment.</summary>
    private Home[] _homes;
    private int _depth;
    private bool _isPacked;

    /// <summary>The hash from which on slots are moved next.</summary>
    private ulong _nextMoved;

    /// <param name="arena">Where its memory is.</param>
    /// <param name="keyStride">Bytes of a packed key, a multiple of 8; 0 when keys differ in length.</param>
    /// <param name="recordBytes">A multiple of 8; zeroed when a key is added.</param>
    public KeyTable(StateArena arena, int keyStride, int recordBytes)
    {
        _arena = arena;
        _keyBytes = keyStride;
        RecordOffset = 8 + (keyStride == 0 ? 16 : keyStride);
        _slotBytes = RecordOffset + recordBytes;

        // A slot may lie across two cache lines, and every third search goes on to the next slot.
        _prefetchedBytes = Math.Max(_slotBytes, Math.Min(2 * _slotBytes, 64));
        _keys = keyStride == 0 ? new NativeHeap(arena) : null;

        // The least there is to have is a page: as many slots as it holds.
        _segmentSlotsMin = Math.Max(16, (int)BitOperations.RoundUpToPowerOf2((uint)(StateSpace.PageBytes / _slotBytes) + 1) / 2);
        (_directory, _homes) = Empty();
    }

    /// <summary>From the slot to its record.</summary>
    public int RecordOffset { get; }

    /// <summary>Keys.</summary>
    public long Count { get; private set; }

    /// <summary>Changes whenever slots may have moved.</summary>
    public int Version { get; private set; }

    /// <summary>Native memory held.</summary>
    public long Bytes
    {
        get
        {
            long bytes = _keys?.Bytes ?? 0;
            Segment? last = null;
            foreach (Segment segment in _directory)
            {
                if (!ReferenceEquals(segment, last))
                {
                    bytes += segment.Bytes;
                    last = segment;
                }
            }

            return bytes;
        }
    }

    /// <summary>Hashes of packed keys, as every method here expects them.</summary>
    public static void Hash(PackedRows keys, ulong* hashes)
    {
        int count = keys.Count;
        if (keys.Stride == 8)
        {
            byte* key = keys.Data;
            for (int i = 0; i < count; i++, key += 8)
            {
                hashes[i] = RowCodec.Hash(key, 8);
            }

            return;
        }

        for (int i = 0; i < count; i++)
        {
            hashes[i] = RowCodec.Hash(keys.Row(i), keys.Length(i));
        }
    }

    /// <summary>The slot of each key, or null.</summary>
    public void Find(PackedRows keys, ulong* hashes, byte** slots) => Find(keys, hashes, 0, keys.Count, slots);

    /// <summary>The slots of <paramref name="count"/> keys from <paramref name="start"/> on, or null.</summary>
    /// <param name="slots">Written from its first element on.</param>
    public void Find(PackedRows keys, ulong* hashes, int start, int count, byte** slots)
    {
        if (!_arena.IsPartlyOut)
        {
            FindAll(keys, hashes, start, count, slots);
            return;
        }

        Fetch(hashes, start, start + Math.Min(FetchedKeys, count));
        for (int done = 0; done < count; done += FetchedKeys)
        {
            int end = done + FetchedKeys;
            Fetch(hashes, start + end, start + Math.Min(end + FetchedKeys, count));
            FindAll(keys, hashes, start + done, Math.Min(end, count) - done, slots + done);
        }
    }

    /// <summary>The slot of each key, added where missing: a new slot has <paramref name="header"/> and a zero record.</summary>
    /// <remarks>Hot path: per key. When slots moved on the way, all are looked up once more.</remarks>
    public void FindOrAdd(PackedRows keys, ulong* hashes, byte** slots, ulong header)
    {
        int version = Version;
        int seen = version;
        int count = keys.Count;
        ulong* words = _keyBytes == 8 ? (ulong*)keys.Data : null;
        Fetch(hashes, 0, Math.Min(FetchedKeys, count));
        PrefetchHomes(hashes, 0, Math.Min(PrefetchDistance, count), slots);
        for (int i = 0; i < count; i++)
        {
            if (i % FetchedKeys == 0)
            {
                Fetch(hashes, i + FetchedKeys, Math.Min(i + (2 * FetchedKeys), count));
            }

            int ahead = i + PrefetchDistance;
            if (ahead < count)
            {
                slots[ahead] = PrefetchHome(hashes[ahead]);
            }

            byte* slot = words is not null
                ? FindWord(slots[i], words[i], hashes[i])
                : FindLong(slots[i], keys.Row(i), keys.Length(i), hashes[i]);
            if (slot is not null)
            {
                _arena.Touch(slot, _slotBytes);
                slots[i] = slot;
                continue;
            }

            slots[i] = Add(keys, i, hashes[i], header);
            if (seen != Version)
            {
                seen = Version;
                PrefetchHomes(hashes, i + 1, Math.Min(ahead + 1, count), slots);
            }
        }

        if (version != seen)
        {
            Find(keys, hashes, slots);
        }
    }

    /// <summary>Asks for slots that are about to be read.</summary>
    /// <remarks>Hot path: per key.</remarks>
    public void Prefetch(byte** slots, int count)
    {
        int last = _slotBytes - 1;
        for (int i = 0; i < count; i++)
        {
            Sse.Prefetch0(slots[i]);
            Sse.Prefetch0(slots[i] + last);
        }
    }

    /// <summary>The slot of one key, or null.</summary>
    public byte* FindOne(byte* key, int length, ulong hash) => FindLong(HomeOf(hash), key, length, hash);

    /// <summary>Removes a key if it is present with this header.</summary>
    /// <returns>Whether it was.</returns>
    public bool RemoveIf(byte* key, int length, ulong hash, ulong header)
    {
        Segment segment = _directory[DirectoryIndex(hash)];
        byte* slot = FindLong(HomeOf(hash), key, length, hash);
        if (slot is null || *(ulong*)slot != header)
        {
            return false;
        }

        if (_keys is not null)
        {
            byte* copy = *(byte**)(slot + 16);
            _keys.Free(copy, *(int*)copy + 8);
        }

        RemoveSlot(segment, slot, hash);
        Count--;
        Version++;
        return true;
    }

    /// <summary>A table for the slots of this one while they are not in use; null where these are too large, or keys differ in length.</summary>
    /// <param name="paddingBytes">Zeros at the end of each key.</param>
    public PackedTable? CreatePacked(int paddingBytes) =>
        _keyBytes > 0 && _slotBytes <= PackedLayout.SlotBytesMax ? new PackedTable(_arena, _keyBytes, paddingBytes, _slotBytes) : null;

    /// <summary>Puts slots into another table until no more than some are left: those whose turn it is, by the hash.</summary>
    /// <remarks>Moves as many as were added, and a segment more at most. So each call works as long as what made it necessary.</remarks>
    public void MoveTo(PackedTable packed, long keptMax)
    {
        if (Count <= keptMax)
        {
            return;
        }

        Version++;
        _isPacked = true;
        if (_directory.Length > KeptSegmentsMax)
        {
            MoveAllTo(packed);
            return;
        }

        while (Count > keptMax)
        {
            ulong hash = _nextMoved;
            Segment segment = _directory[DirectoryIndex(hash)];

            // Behind the last comes the first: the sum is more than there are hashes.
            _nextMoved = ((_nextMoved >> 1 >> (63 - segment.Depth)) + 1) << 1 << (63 - segment.Depth);
            MoveTo(packed, segment);
            Count -= segment.Count;
            segment.Count = 0;
            if (segment.Mask + 1 > PackedSegmentSlotsMax)
            {
                segment.Free();
                segment.Allocate(_segmentSlotsMin, _slotBytes);
                Point(segment, hash);
            }
            else
            {
                segment.FreeAll();
            }
        }
    }

    /// <summary>Writes what it needs, beside the arena's pages, to go on in another process.</summary>
    public void Write(BinaryWriter output)
    {
        output.Write(_slotBytes);
        output.Write(_depth);
        output.Write(Count);
        for (int i = 0; i < _directory.Length; i += 1 << (_depth - _directory[i].Depth))
        {
            _directory[i].Write(output);
        }

        _keys?.Write(output);
    }

    /// <summary>Takes over what <see cref="Write"/> wrote. Only of a new table in the restored arena.</summary>
    public void Read(BinaryReader input)
    {
        Invariant.Check(Count == 0 && input.ReadInt32() == _slotBytes, "only a new table of the same layout is restored");
        FreeSegments();
        _depth = input.ReadInt32();
        Count = input.ReadInt64();
        _directory = new Segment[1 << _depth];
        _homes = new Home[1 << _depth];
        for (int i = 0; i < _directory.Length;)
        {
            i += Point(new Segment(_arena, _slotBytes, input), i);
        }

        _keys?.Read(input);
        Version++;
    }

    public void Dispose()
    {
        FreeSegments();
        _keys?.Dispose();
        _movedSlots.Dispose();
        _movedHashes.Dispose();
    }

    /// <summary>What one large epoch brought keeps no room: as much is not likely to come next.</summary>
    private void MoveAllTo(PackedTable packed)
    {
        foreach (Segment segment in _directory.Distinct())
        {
            MoveTo(packed, segment);
        }

        FreeSegments();
        Count = 0;
        _depth = 0;
        (_directory, _homes) = Empty();
    }

    private (Segment[] Directory, Home[] Homes) Empty()
    {
        var segment = new Segment(_arena, _segmentSlotsMin, _slotBytes, 0);
        return ([segment], [segment.Home]);
    }

    /// <summary>In order of the hash, as the other table has its pages; the slots stay.</summary>
    private void MoveTo(PackedTable packed, Segment segment)
    {
        int count = segment.Count;
        byte** slots = (byte**)_movedSlots.Reserve(count);
        ulong* hashes = _movedHashes.Reserve(count);
        int* next = stackalloc int[MovedParts + 1];
        new Span<int>(next, MovedParts + 1).Clear();
        for (byte* slot = segment.Slots; slot < segment.End; slot += _slotBytes)
        {
            if (*(ulong*)slot != 0)
            {
                next[PartOf(HashOf(slot), segment.Depth) + 1]++;
            }
        }

        for (int part = 0; part < MovedParts; part++)
        {
            next[part + 1] += next[part];
        }

        for (byte* slot = segment.Slots; slot < segment.End; slot += _slotBytes)
        {
            if (*(ulong*)slot != 0)
            {
                ulong hash = HashOf(slot);
                int place = next[PartOf(hash, segment.Depth)]++;
                slots[place] = slot;
                hashes[place] = hash;
            }
        }

        packed.Put(slots, hashes, count);
    }

    /// <summary>Which part of a segment's hashes one is in.</summary>
    private static int PartOf(ulong hash, int depth) => (int)(hash << depth >> (64 - MovedPartsBits));

    private void FreeSegments()
    {
        Segment? last = null;
        foreach (Segment segment in _directory)
        {
            if (!ReferenceEquals(segment, last))
            {
                segment.Free();
                last = segment;
            }
        }

        _directory = [];
    }

    // Not one shift, which would be by 64 at depth 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int DirectoryIndex(ulong hash) => (int)(hash >> 1 >> (63 - _depth));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* HomeOf(ulong hash)
    {
        ref Home home = ref _homes[DirectoryIndex(hash)];
        return home.Slots + (((nuint)hash & home.Mask) * (nuint)_slotBytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* PrefetchHome(ulong hash)
    {
        byte* home = HomeOf(hash);
        Sse.Prefetch0(home);
        Sse.Prefetch0(home + _prefetchedBytes - 1);
        return home;
    }

    private void PrefetchHomes(ulong* hashes, int start, int end, byte** homes)
    {
        for (int i = start; i < end; i++)
        {
            homes[i] = PrefetchHome(hashes[i]);
        }
    }

    /// <summary>Asks for slots that may be on the disk.</summary>
    private void Fetch(ulong* hashes, int start, int end)
    {
        if (start >= end || !_arena.IsPartlyOut)
        {
            return;
        }

        ulong* homes = stackalloc ulong[FetchedKeys];
        for (int i = start; i < end; i++)
        {
            homes[i - start] = (ulong)HomeOf(hashes[i]);
        }

        _arena.Fetch(homes, end - start, _prefetchedBytes);
    }

    /// <remarks>Hot path: per key.</remarks>
    private void FindAll(PackedRows keys, ulong* hashes, int start, int count, byte** slots)
    {
        hashes += start;
        PrefetchHomes(hashes, 0, Math.Min(PrefetchDistance, count), slots);
        if (_keyBytes == 8)
        {
            FindWords((ulong*)keys.Data + start, hashes, count, slots);
            return;
        }

        for (int i = 0; i < count; i++)
        {
            int ahead = i + PrefetchDistance;
            if (ahead < count)
            {
                slots[ahead] = PrefetchHome(hashes[ahead]);
            }

            slots[i] = FindLong(slots[i], keys.Row(start + i), keys.Length(start + i), hashes[i]);
        }
    }

    /// <summary><see cref="FindAll"/> for keys of one word; the first homes are in their places.</summary>
    private void FindWords(ulong* keys, ulong* hashes, int count, byte** slots)
    {
        for (int i = 0; i < count; i++)
        {
            int ahead = i + PrefetchDistance;
            if (ahead < count)
            {
                slots[ahead] = PrefetchHome(hashes[ahead]);
            }

            slots[i] = FindWord(slots[i], keys[i], hashes[i]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* FindWord(byte* slot, ulong key, ulong hash)
    {
        if (*(ulong*)slot == 0)
        {
            return null;
        }

        return *(ulong*)(slot + 8) == key ? slot : FindWordBehind(slot, key, hash);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private byte* FindWordBehind(byte* slot, ulong key, ulong hash)
    {
        int slotBytes = _slotBytes;
        Home home = _homes[DirectoryIndex(hash)];
        byte* end = home.Slots + ((home.Mask + 1) * (nuint)slotBytes);
        while (true)
        {
            slot += slotBytes;
            if (slot == end)
            {
                slot = home.Slots;
            }

            if (*(ulong*)slot == 0)
            {
                return null;
            }

            if (*(ulong*)(slot + 8) == key)
            {
                return slot;
            }
        }
    }

    private byte* FindLong(byte* slot, byte* key, int length, ulong hash)
    {
        Segment segment = _directory[DirectoryIndex(hash)];
        while (*(ulong*)slot != 0)
        {
            if (KeyEquals(slot, key, length, hash))
            {
                return slot;
            }

            slot = segment.Next(slot, _slotBytes);
        }

        return null;
    }

    private byte* Add(PackedRows keys, int row, ulong hash, ulong header)
    {
        Segment segment = _directory[DirectoryIndex(hash)];
        while (segment.Count >= segment.Limit)
        {
            MakeRoom(segment, hash);
            segment = _directory[DirectoryIndex(hash)];
        }

        byte* slot = segment.FreeSlot(hash, _slotBytes);
        _arena.Touch(slot, _slotBytes);
        *(ulong*)slot = header;
        for (int i = RecordOffset; i < _slotBytes; i += 8)
        {
            *(ulong*)(slot + i) = 0;
        }

        byte* key = keys.Row(row);
        if (_keys is null)
        {
            for (int i = 0; i < _keyBytes; i += 8)
            {
                *(ulong*)(slot + 8 + i) = *(ulong*)(key + i);
            }
        }
        else
        {
            int length = keys.Length(row);
            byte* copy = _keys.Allocate(length + 8);
            *(int*)copy = length;
            Unsafe.CopyBlock(copy + 8, key, (uint)length);
            *(ulong*)(slot + 8) = hash;
            *(byte**)(slot + 16) = copy;
        }

        segment.Count++;
        Count++;
        return slot;
    }

    private bool KeyEquals(byte* slot, byte* key, int length, ulong hash)
    {
        if (_keys is null)
        {
            for (int i = 0; i < _keyBytes; i += 8)
            {
                if (*(ulong*)(slot + 8 + i) != *(ulong*)(key + i))
                {
                    return false;
                }
            }

            return true;
        }

        if (*(ulong*)(slot + 8) != hash)
        {
            return false;
        }

        byte* copy = *(byte**)(slot + 16);
        return *(int*)copy == length && new ReadOnlySpan<byte>(copy + 8, length).SequenceEqual(new ReadOnlySpan<byte>(key, length));
    }

    private ulong HashOf(byte* slot) => _keys is null ? RowCodec.Hash(slot + 8, _keyBytes) : *(ulong*)(slot + 8);

    /// <summary>Slots of a segment at most.</summary>
    /// <remarks>
    /// Segments of a small table are small, so that none of its epochs waits long for one to grow; a large one has fewer and
    /// larger, as there is something to do for each in every checkpoint.
    /// </remarks>
    private int SlotsMax(Segment segment) => _isPacked ? PackedSegmentSlotsMax : 1 << Math.Clamp(segment.Depth + 3, 12, 15);

    private void MakeRoom(Segment segment, ulong hash)
    {
        Version++;
        if (segment.Mask + 1 < SlotsMax(segment))
        {
            Resize(segment, (int)(segment.Mask + 1) * 2, hash);
        }
        else
        {
            Split(segment, hash);
        }
    }

    private void Resize(Segment segment, int slots, ulong hash) => Refill(segment, slots, segment, 0, hash);

    private void Split(Segment segment, ulong hash)
    {
        if (segment.Depth == _depth)
        {
            DoubleDirectory();
        }

        ulong half = 1UL << (63 - segment.Depth);
        int slots = (int)segment.Mask + 1;
        segment.Depth++;
        var upper = new Segment(_arena, slots, _slotBytes, segment.Depth);
        Point(upper, hash | half);
        upper.Count = Refill(segment, slots, upper, half, hash & ~half);
        segment.Count -= upper.Count;
    }

    /// <summary>Gives a segment other memory, for so many slots; those with the bit in their hash go to another one.</summary>
    /// <param name="hash">One that belongs in the segment.</param>
    /// <returns>How many went to the other one; the counts are the caller's.</returns>
    private int Refill(Segment segment, int slots, Segment upper, ulong bit, ulong hash)
    {
        byte* old = segment.Slots;
        byte* oldEnd = segment.End;
        long oldBytes = segment.Bytes;
        segment.Allocate(slots, _slotBytes);
        Point(segment, hash);
        int moved = Move(old, oldEnd, segment, upper, bit);
        segment.FreeSlots(old, oldBytes);
        return moved;
    }

    private void DoubleDirectory()
    {
        var directory = new Segment[_directory.Length * 2];
        var homes = new Home[directory.Length];
        for (int i = 0; i < directory.Length; i++)
        {
            directory[i] = _directory[i >> 1];
            homes[i] = _homes[i >> 1];
        }

        _directory = directory;
        _homes = homes;
        _depth++;
    }

    /// <summary>Has the directory know a segment whose slots are new.</summary>
    /// <param name="hash">One that belongs there.</param>
    private void Point(Segment segment, ulong hash) => Point(segment, DirectoryIndex(hash) & -(1 << (_depth - segment.Depth)));

    /// <param name="first">Where it stands first.</param>
    /// <returns>How often it stands there.</returns>
    private int Point(Segment segment, int first)
    {
        int span = 1 << (_depth - segment.Depth);
        Array.Fill(_directory, segment, first, span);
        Array.Fill(_homes, segment.Home, first, span);
        return span;
    }

    /// <summary>Copies the slots of a range into two segments that have room.</summary>
    /// <param name="upper">Gets those whose hash has the bit.</param>
    /// <returns>How many went to the upper one.</returns>
    /// <remarks>
    /// Hot path: per key of a segment that grows. Slots come in the order of their homes, so that at any time only a few places
    /// are written to.
    /// </remarks>
    private int Move(byte* old, byte* oldEnd, Segment lower, Segment upper, ulong bit)
    {
        int slotBytes = _slotBytes;
        uint mask = lower.Mask;
        byte** slots = stackalloc byte*[2] { lower.Slots, upper.Slots };
        byte** ends = stackalloc byte*[2] { lower.End, upper.End };
        int shift = BitOperations.TrailingZeroCount(bit);
        int moved = 0;
        for (byte* slot = old; slot < oldEnd; slot += slotBytes)
        {
            if (*(ulong*)slot == 0)
            {
                continue;
            }

            // Which of the two is a coin toss: nothing branches on it.
            ulong hash = HashOf(slot);
            int target = (int)((hash & bit) >> shift);
            moved += target;
            byte* place = slots[target] + ((nuint)((uint)hash & mask) * (nuint)slotBytes);
            while (*(ulong*)place != 0)
            {
                place += slotBytes;
                if (place == ends[target])
                {
                    place = slots[target];
                }
            }

            for (int i = 0; i < slotBytes; i += 8)
            {
                *(ulong*)(place + i) = *(ulong*)(slot + i);
            }
        }

        return moved;
    }

    /// <summary>Closes the gap by moving back the slots that probing would otherwise no longer reach.</summary>
    private void RemoveSlot(Segment segment, byte* slot, ulong hash)
    {
        byte* gap = slot;
        byte* next = segment.Next(slot, _slotBytes);
        while (*(ulong*)next != 0)
        {
            long home = (long)((uint)HashOf(next) & segment.Mask);
            long nextIndex = (next - segment.Slots) / _slotBytes;
            long gapIndex = (gap - segment.Slots) / _slotBytes;
            if (((nextIndex - home) & segment.Mask) >= ((nextIndex - gapIndex) & segment.Mask))
            {
                _arena.Touch(gap, _slotBytes);
                Unsafe.CopyBlock(gap, next, (uint)_slotBytes);
                gap = next;
            }

            next = segment.Next(next, _slotBytes);
        }

        _arena.Touch(gap);
        *(ulong*)gap = 0;
        segment.Count--;
        if (segment.Mask + 1 > _segmentSlotsMin && segment.Count < (segment.Mask + 1) / 8)
        {
            Resize(segment, (int)(segment.Mask + 1) / 2, hash);
        }
    }

    private readonly struct Home(byte* slots, uint mask)
    {
        public readonly byte* Slots = slots;
        public readonly nuint Mask = mask;
    }

    private sealed class Segment
    {
        private readonly StateArena _arena;

        public byte* Slots;
        public byte* End;
        public uint Mask;
        public int Count;
        public int Limit;
        public int Depth;
        public long Bytes;

        public Segment(StateArena arena, int slots, int slotBytes, int depth)
        {
            _arena = arena;
            Depth = depth;
            Allocate(slots, slotBytes);
        }

        /// <summary>One that <see cref="Write"/> wrote, whose slots the arena has.</summary>
        public Segment(StateArena arena, int slotBytes, BinaryReader input)
        {
            _arena = arena;
            Use((byte*)input.ReadUInt64(), input.ReadInt32(), slotBytes);
            Count = input.ReadInt32();
            Depth = input.ReadInt32();
        }

        public Home Home => new(Slots, Mask);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public byte* Next(byte* slot, int slotBytes)
        {
            slot += slotBytes;
            return slot == End ? Slots : slot;
        }

        public byte* FreeSlot(ulong hash, int slotBytes)
        {
            byte* slot = Slots + ((nuint)((uint)hash & Mask) * (nuint)slotBytes);
            while (*(ulong*)slot != 0)
            {
                slot = Next(slot, slotBytes);
            }

            return slot;
        }

        public void Allocate(int slots, int slotBytes)
        {
            Use(_arena.Allocate((long)slots * slotBytes), slots, slotBytes);
            FreeAll();
        }

        /// <summary>Makes all slots free; the count is the caller's.</summary>
        public void FreeAll()
        {
            _arena.Touch(Slots, End - Slots);
            System.Runtime.InteropServices.NativeMemory.Clear(Slots, (nuint)(End - Slots));
        }

        public void Write(BinaryWriter output)
        {
            output.Write((ulong)Slots);
            output.Write((int)Mask + 1);
            output.Write(Count);
            output.Write(Depth);
        }

        public void FreeSlots(byte* slots, long bytes)
        {
            _arena.Free(slots);
            NativeHeap.CountTotal(-bytes);
        }

        public void Free()
        {
            if (Slots is not null)
            {
                FreeSlots(Slots, Bytes);
                Slots = null;
            }
        }

        private void Use(byte* memory, int slots, int slotBytes)
        {
            Slots = memory;
            End = memory + ((long)slots * slotBytes);
            Mask = (uint)slots - 1;
            Limit = slots * 3 / 4;
            Bytes = StateArena.RoundUp((long)slots * slotBytes);
            NativeHeap.CountTotal(Bytes);
        }
    }
}
