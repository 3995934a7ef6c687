using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using StreamDb.Core.Diagnostics;
using StreamDb.Core.Rows;
using StreamDb.Dataflow.Deltas;
using StreamDb.State.Spaces;

namespace StreamDb.Dataflow.Keyed;

/// <summary>The cold keyed state: slots of a <see cref="KeyTable"/> with keys of fixed size, each in as few bytes as its values need.</summary>
/// <remarks>
/// Extendible hashing by the top bits of the hash: a directory of buckets, each one block of a heap. Invariants:
/// 1. a bucket is <see cref="Bucket"/>, then entries without gaps, then at least <see cref="SlackBytes"/> that reads may run into;
/// 2. an entry is 4 bits for the length of each word of the slot, then the words, key first, each as the low bytes of a signed
///    number: 0 to 8 of them. What the words mean is the owner's; addresses in them stay good;
/// 3. a bucket that has to grow over its limit is split in two. Limits differ from bucket to bucket between half of
///    <see cref="BucketBytesMax"/> and all of it: were they the same, all buckets would grow through the same sizes at the same
///    time, and the blocks of each size that they leave would lie idle until the next round;
/// 4. only hashes that agree in more bits than chance explains make a bucket larger than that.
/// Nothing is held before the first entry and after the last. Lookups take a batch and prefetch. One thread.
/// </remarks>
internal sealed unsafe class PackedTable : IDisposable
{
    /// <summary>Largest slot that can be packed: the lengths of its words are one word.</summary>
    public const int SlotBytesMax = 128;

    /// <summary>Largest bucket, but for hashes that hardly differ.</summary>
    public const int BucketBytesMax = 1024;

    private const int SlackBytes = 8;
    private const int EntryBytesMax = 8 + SlotBytesMax;
    private const int PrefetchDistance = 8;
    private const int PrefetchedBytes = 512;
    private const int CacheLineBytes = 64;

    private readonly StateArena _arena;
    private readonly NativeHeap _heap;
    private readonly NativeScratch<int> _missing = new();
    private readonly NativeScratch<byte> _halves = new();
    private readonly int _keyWords;
    private readonly int _words;
    private readonly int _lengthsBytes;
    private readonly ulong _lengthsMask;
    private readonly ulong _keyLengthsMask;
    private Bucket** _directory;
    private int _depth;

    /// <param name="arena">Where its memory is.</param>
    /// <param name="keyBytes">A multiple of 8.</param>
    /// <param name="slotBytes">Of a slot: a header word, the key, the record; at most <see cref="SlotBytesMax"/>.</param>
    public PackedTable(StateArena arena, int keyBytes, int slotBytes)
    {
        Invariant.Check(keyBytes > 0 && slotBytes is > 8 and <= SlotBytesMax, "slots that are packed are small and have a key");
        _arena = arena;
        _heap = new NativeHeap(arena);
        _keyWords = keyBytes / 8;
        _words = slotBytes / 8;
        _lengthsBytes = (_words + 1) / 2;
        _lengthsMask = ulong.MaxValue >> (64 - (4 * _words));
        _keyLengthsMask = ulong.MaxValue >> (64 - (4 * _keyWords));
    }

    /// <summary>Keys.</summary>
    public long Count { get; private set; }

    /// <summary>Native memory held.</summary>
    public long Bytes => _heap.Bytes + (_directory is null ? 0 : DirectoryBytes(_depth));

    /// <summary>Fills the slots that have just this header with what there is of their keys, header included; leaves the others.</summary>
    /// <remarks>Hot path: per key.</remarks>
    public void Restore(byte** slots, ulong* hashes, int count, ulong header)
    {
        if (Count == 0)
        {
            return;
        }

        int* missing = _missing.Reserve(count);
        int missingCount = 0;
        for (int i = 0; i < count; i++)
        {
            missing[missingCount] = i;
            missingCount += *(ulong*)slots[i] == header ? 1 : 0;
        }

        byte* key = stackalloc byte[EntryBytesMax + SlackBytes];
        for (int i = -PrefetchDistance; i < missingCount; i++)
        {
            int ahead = i + PrefetchDistance;
            if (ahead + PrefetchDistance < missingCount)
            {
                Sse.Prefetch0(_directory + DirectoryIndex(hashes[missing[ahead + PrefetchDistance]]));
            }

            if (ahead < missingCount)
            {
                Prefetch(hashes[missing[ahead]]);
            }

            if (i >= 0)
            {
                byte* slot = slots[missing[i]];
                int length = EncodeKey(slot + 8, key, out ulong lengths);
                byte* entry = Find(_directory[DirectoryIndex(hashes[missing[i]])], key, length, lengths);
                if (entry is not null)
                {
                    Decode(entry, slot);
                }
            }
        }
    }

    /// <summary>Adds slots, or puts them in the place of what there is of their keys.</summary>
    /// <param name="hashes">Of their keys.</param>
    /// <remarks>Hot path: per key.</remarks>
    public void Put(byte** slots, ulong* hashes, int count)
    {
        if (_directory is null)
        {
            Create();
        }

        byte* entry = stackalloc byte[EntryBytesMax + SlackBytes];
        for (int i = -PrefetchDistance; i < count; i++)
        {
            int ahead = i + PrefetchDistance;
            if (ahead + PrefetchDistance < count)
            {
                Sse.Prefetch0(_directory + DirectoryIndex(hashes[ahead + PrefetchDistance]));
            }

            if (ahead < count)
            {
                Prefetch(hashes[ahead]);
            }

            if (i >= 0)
            {
                Put(slots[i], hashes[i], entry);
            }
        }
    }

    /// <summary>Removes a key if it is present.</summary>
    public void Remove(byte* key, ulong hash)
    {
        if (Count == 0)
        {
            return;
        }

        byte* encoded = stackalloc byte[EntryBytesMax + SlackBytes];
        int length = EncodeKey(key, encoded, out ulong lengths);
        Bucket* bucket = _directory[DirectoryIndex(hash)];
        byte* entry = Find(bucket, encoded, length, lengths);
        if (entry is null)
        {
            return;
        }

        if (--Count == 0)
        {
            Free();
            return;
        }

        int size = SizeOf(entry);
        _heap.Touch(bucket, bucket->Used);
        Move(entry + size, entry, bucket->End - (entry + size));
        bucket->Used -= size;
        if ((bucket->Used + SlackBytes) * 2 <= bucket->Capacity)
        {
            Resize(hash, bucket, bucket->Used + SlackBytes);
        }
    }

    /// <summary>Writes what it needs, beside the arena's pages, to go on in another process.</summary>
    public void Write(BinaryWriter output)
    {
        output.Write(_words);
        output.Write(_keyWords);
        output.Write(_depth);
        output.Write(Count);
        output.Write((ulong)_directory);
        _heap.Write(output);
    }

    /// <summary>Takes over what <see cref="Write"/> wrote. Only of a new table in the restored arena.</summary>
    public void Read(BinaryReader input)
    {
        Invariant.Check(
            _directory is null && input.ReadInt32() == _words && input.ReadInt32() == _keyWords, "only a new table of the same layout is restored");
        _depth = input.ReadInt32();
        Count = input.ReadInt64();
        _directory = (Bucket**)input.ReadUInt64();
        NativeHeap.CountTotal(_directory is null ? 0 : DirectoryBytes(_depth));
        _heap.Read(input);
    }

    public void Dispose()
    {
        Free();
        _missing.Dispose();
        _halves.Dispose();
    }

    private static long DirectoryBytes(int depth) => StateArena.RoundUp(8L << depth);

    private static int LengthOf(long value) => value == 0 ? 0 : (72 - BitOperations.LeadingZeroCount((ulong)(value ^ (value >> 63)))) >> 3;

    private static void Move(byte* source, byte* target, long bytes) => Buffer.MemoryCopy(source, target, bytes, bytes);

    /// <summary>Which limit a bucket has: spread so that, of buckets of all ages, as many are of a size as of its double.</summary>
    private static int LimitOf(ulong prefix, int depth)
    {
        ReadOnlySpan<short> limits = [512, 512, 512, 512, 512, 640, 640, 640, 640, 768, 768, 768, 768, 896, 896, BucketBytesMax];
        return limits[(int)((((prefix << 6) + (uint)depth + 1) * 0x9E37_79B9_7F4A_7C15) >> 60)];
    }

    // Not one shift, which would be by 64 at depth 0.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Prefix(ulong hash, int depth) => hash >> 1 >> (63 - depth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private long DirectoryIndex(ulong hash) => (long)Prefix(hash, _depth);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Prefetch(ulong hash)
    {
        byte* bucket = (byte*)_directory[DirectoryIndex(hash)];
        for (int i = 0; i < PrefetchedBytes; i += CacheLineBytes)
        {
            Sse.Prefetch0(bucket + i);
        }
    }

    /// <summary>From the word's number in an entry to where it is in a slot: behind the key comes the header.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int OffsetOf(int word) => word < _keyWords ? 8 + (word * 8) : word == _keyWords ? 0 : word * 8;

    /// <summary>The bytes of an entry, by the lengths that it begins with.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SizeOf(byte* entry) => SizeOf(*(ulong*)entry & _lengthsMask);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int SizeOf(ulong lengths)
    {
        const ulong low = 0x0F0F_0F0F_0F0F_0F0F;
        return _lengthsBytes + (int)((((lengths & low) + ((lengths >> 4) & low)) * 0x0101_0101_0101_0101) >> 56);
    }

    /// <param name="key">As <see cref="EncodeKey"/> made it, of <paramref name="length"/> bytes.</param>
    /// <remarks>Hot path: per entry of a bucket. Reads up to 7 bytes behind an entry, which the bucket has.</remarks>
    private byte* Find(Bucket* bucket, byte* key, int length, ulong keyLengths)
    {
        byte* entry = bucket->Entries;
        byte* end = bucket->End;
        ulong mask = length >= 8 ? ulong.MaxValue : (1UL << (8 * length)) - 1;
        ulong first = *(ulong*)key & mask;
        while (entry < end)
        {
            ulong lengths = *(ulong*)entry & _lengthsMask;
            byte* bytes = entry + _lengthsBytes;
            if ((lengths & _keyLengthsMask) == keyLengths && (*(ulong*)bytes & mask) == first
                && (length <= 8 || new ReadOnlySpan<byte>(bytes, length).SequenceEqual(new ReadOnlySpan<byte>(key, length))))
            {
                return entry;
            }

            entry += SizeOf(lengths);
        }

        return null;
    }

    /// <summary>The bytes that an entry of this key has behind its lengths.</summary>
    /// <param name="bytes">With room for 7 more.</param>
    private int EncodeKey(byte* key, byte* bytes, out ulong lengths)
    {
        byte* next = bytes;
        lengths = 0;
        for (int word = 0; word < _keyWords; word++)
        {
            long value = *(long*)(key + (word * 8));
            int length = LengthOf(value);
            *(long*)next = value;
            next += length;
            lengths |= (ulong)length << (4 * word);
        }

        return (int)(next - bytes);
    }

    /// <summary>The entry of a slot.</summary>
    /// <returns>Its size.</returns>
    private int Encode(byte* slot, byte* entry, out int keyLength, out ulong keyLengths)
    {
        byte* bytes = entry + _lengthsBytes;
        keyLength = EncodeKey(slot + 8, bytes, out keyLengths);
        byte* next = bytes + keyLength;
        ulong lengths = keyLengths;
        for (int word = _keyWords; word < _words; word++)
        {
            long value = *(long*)(slot + OffsetOf(word));
            int length = LengthOf(value);
            *(long*)next = value;
            next += length;
            lengths |= (ulong)length << (4 * word);
        }

        for (int i = 0; i < _lengthsBytes; i++)
        {
            entry[i] = (byte)(lengths >> (8 * i));
        }

        return (int)(next - entry);
    }

    private void Decode(byte* entry, byte* slot)
    {
        ulong lengths = *(ulong*)entry & _lengthsMask;
        byte* next = entry + _lengthsBytes;
        for (int word = 0; word < _words; word++, lengths >>= 4)
        {
            int length = (int)(lengths & 15);
            int unused = 64 - (8 * length);

            // A shift by 64 would be none.
            *(long*)(slot + OffsetOf(word)) = length == 0 ? 0 : *(long*)next << unused >> unused;
            next += length;
        }
    }

    private void Put(byte* slot, ulong hash, byte* entry)
    {
        int size = Encode(slot, entry, out int keyLength, out ulong keyLengths);
        while (true)
        {
            Bucket* bucket = _directory[DirectoryIndex(hash)];
            byte* old = Find(bucket, entry + _lengthsBytes, keyLength, keyLengths);
            int oldSize = old is null ? 0 : SizeOf(old);
            if (old is not null && oldSize == size)
            {
                _heap.Touch(old, size);
                Unsafe.CopyBlockUnaligned(old, entry, (uint)size);
                return;
            }

            int used = bucket->Used - oldSize + size;
            if (used + SlackBytes > bucket->Capacity)
            {
                if (used + SlackBytes > LimitOf(Prefix(hash, bucket->Depth), bucket->Depth) && bucket->Depth <= BitOperations.Log2((ulong)Count | 1))
                {
                    Split(hash, bucket);
                    continue;
                }

                long offset = old - (byte*)bucket;
                bucket = Resize(hash, bucket, used + SlackBytes);
                old = old is null ? null : (byte*)bucket + offset;
            }

            _heap.Touch(bucket, Math.Max(used, bucket->Used));
            if (old is null)
            {
                Count++;
            }
            else
            {
                Move(old + oldSize, old, bucket->End - (old + oldSize));
            }

            Unsafe.CopyBlockUnaligned((byte*)bucket + used - size, entry, (uint)size);
            bucket->Used = used;
            return;
        }
    }

    /// <summary>Gives a bucket another block.</summary>
    private Bucket* Resize(ulong hash, Bucket* bucket, int bytes)
    {
        Bucket* resized = NewBucket(bytes, bucket->Depth);
        resized->Used = bucket->Used;
        Move(bucket->Entries, resized->Entries, bucket->Used - sizeof(Bucket));
        Point(hash, bucket->Depth, resized);
        _heap.Free((byte*)bucket, bucket->Capacity);
        return resized;
    }

    private void Split(ulong hash, Bucket* bucket)
    {
        if (bucket->Depth == _depth)
        {
            DoubleDirectory();
        }

        int depth = bucket->Depth + 1;
        int entriesBytes = bucket->Used - sizeof(Bucket);
        byte* lower = _halves.Reserve(entriesBytes * 2);
        byte* upper = lower + entriesBytes;
        byte* lowerEnd = lower;
        byte* upperEnd = upper;
        byte* end = bucket->End;
        byte* slot = stackalloc byte[SlotBytesMax];
        for (byte* entry = bucket->Entries; entry < end;)
        {
            Decode(entry, slot);
            int size = SizeOf(entry);
            bool isUpper = (Prefix(RowCodec.Hash(slot + 8, _keyWords * 8), depth) & 1) != 0;
            Unsafe.CopyBlockUnaligned(isUpper ? upperEnd : lowerEnd, entry, (uint)size);
            lowerEnd += isUpper ? 0 : size;
            upperEnd += isUpper ? size : 0;
            entry += size;
        }

        ulong bit = 1UL << (64 - depth);
        Point(hash & ~bit, depth, NewBucket(lower, lowerEnd, depth));
        Point(hash | bit, depth, NewBucket(upper, upperEnd, depth));
        _heap.Free((byte*)bucket, bucket->Capacity);
    }

    private Bucket* NewBucket(byte* entries, byte* entriesEnd, int depth)
    {
        int bytes = (int)(entriesEnd - entries);
        Bucket* bucket = NewBucket(sizeof(Bucket) + bytes + SlackBytes, depth);
        Move(entries, bucket->Entries, bytes);
        bucket->Used += bytes;
        return bucket;
    }

    private Bucket* NewBucket(int bytes, int depth)
    {
        // What the heap does not round grows in proportion.
        int capacity = NativeHeap.RoundUp(bytes > NativeHeap.BlockMax ? (bytes + (bytes / 4)) & ~7 : bytes);
        var bucket = (Bucket*)_heap.Allocate(capacity);
        bucket->Used = sizeof(Bucket);
        bucket->Capacity = capacity;
        bucket->Depth = depth;
        return bucket;
    }

    /// <summary>Lets the part of the directory that a hash falls into at a depth be one bucket.</summary>
    private void Point(ulong hash, int depth, Bucket* bucket)
    {
        int spanBits = _depth - depth;
        Bucket** first = _directory + ((long)Prefix(hash, depth) << spanBits);
        _arena.Touch(first, 8L << spanBits);
        for (long i = 0; i < 1L << spanBits; i++)
        {
            first[i] = bucket;
        }
    }

    private void DoubleDirectory()
    {
        Bucket** old = _directory;
        var doubled = (Bucket**)AllocateDirectory(_depth + 1);
        for (long i = 0; i < 2L << _depth; i++)
        {
            doubled[i] = old[i >> 1];
        }

        FreeDirectory();
        _directory = doubled;
        _depth++;
    }

    private void Create()
    {
        _depth = 0;
        _directory = (Bucket**)AllocateDirectory(0);
        *_directory = NewBucket(sizeof(Bucket) + SlackBytes, 0);
    }

    private byte* AllocateDirectory(int depth)
    {
        byte* directory = _arena.Allocate(DirectoryBytes(depth));
        _arena.Touch(directory, DirectoryBytes(depth));
        NativeHeap.CountTotal(DirectoryBytes(depth));
        return directory;
    }

    private void FreeDirectory()
    {
        _arena.Free((byte*)_directory);
        NativeHeap.CountTotal(-DirectoryBytes(_depth));
    }

    private void Free()
    {
        if (_directory is not null)
        {
            FreeDirectory();
            _directory = null;
        }

        _heap.Dispose();
    }

    /// <summary>What the block of a bucket begins with.</summary>
    private struct Bucket
    {
        /// <summary>Bytes up to the end of the last entry, this included.</summary>
        public int Used;

        private int _capacityAndDepth;

        /// <summary>Of the block: as the heap rounds it.</summary>
        public int Capacity
        {
            readonly get => _capacityAndDepth >>> 6 << 3;
            set => _capacityAndDepth = (value >> 3 << 6) | Depth;
        }

        /// <summary>How many top bits the hashes in it share.</summary>
        public int Depth
        {
            readonly get => _capacityAndDepth & 63;
            set => _capacityAndDepth = (_capacityAndDepth & ~63) | value;
        }

        /// <summary>The first entry.</summary>
        public byte* Entries => (byte*)Unsafe.AsPointer(ref this) + sizeof(Bucket);

        public byte* End => (byte*)Unsafe.AsPointer(ref this) + Used;
    }
}
