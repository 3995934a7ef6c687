using System.Runtime.InteropServices;
using StreamDb.State.Devices;

namespace StreamDb.Testing.State;

/// <summary>
/// Files in memory that forget what was not synced. <see cref="AfterPowerLoss"/> keeps, of every file, a random subset of
/// the 512-byte sectors written since its last sync, and of every directory a random prefix of the unsynced changes
/// of names. Any call may be made to fail: <see cref="BeforeCall"/> sees each one first.
/// </summary>
/// <remarks>
/// A failed sync keeps Linux's worst habit: the unsynced sectors are marked clean though they are not on disk, so a
/// later sync that succeeds does not bring them there.
/// </remarks>
public sealed class SimulatedFileSystem : IFileSystem
{
    public const int SectorBytes = 512;

    private readonly Lock _lock = new();
    private readonly HashSet<string> _directories = [];
    private readonly HashSet<string> _locks = [];
    private readonly List<(string Path, SimulatedFile? Before, SimulatedFile? After)> _unsyncedNames = [];
    private Dictionary<string, SimulatedFile> _names = [];

    /// <summary>Called before every operation with its name and path; what it throws is the operation's failure.</summary>
    public Action<string, string>? BeforeCall { get; set; }

    /// <summary>Operations so far.</summary>
    public long CallCount { get; private set; }

    /// <summary>The disk as it is after a power failure now. This system lives on, as the dead process's view.</summary>
    public SimulatedFileSystem AfterPowerLoss(Random random)
    {
        lock (_lock)
        {
            Dictionary<string, SimulatedFile> names = new(_names);
            for (int kept = random.Next(_unsyncedNames.Count + 1), i = _unsyncedNames.Count - 1; i >= kept; i--)
            {
                SetName(names, _unsyncedNames[i].Path, _unsyncedNames[i].Before);
            }

            return Next(names.ToDictionary(pair => pair.Key, pair => pair.Value.AfterPowerLoss(random)));
        }
    }

    /// <summary>The files as the next process finds them when this one is killed now.</summary>
    public SimulatedFileSystem AfterKill()
    {
        lock (_lock)
        {
            return Next(_names.ToDictionary(pair => pair.Key, pair => pair.Value.Copy()));
        }
    }

    /// <summary>The content of every file, as a process that starts now would read it.</summary>
    public Dictionary<string, byte[]> Snapshot()
    {
        lock (_lock)
        {
            return _names.ToDictionary(pair => pair.Key, pair => pair.Value.Current.AsSpan(0, pair.Value.Length).ToArray());
        }
    }

    public byte[] ReadAll(string path)
    {
        lock (_lock)
        {
            return _names[path].Current.AsSpan(0, _names[path].Length).ToArray();
        }
    }

    /// <summary>Changes a file behind everybody's back, durably.</summary>
    public void WriteAll(string path, byte[] content)
    {
        lock (_lock)
        {
            _names[path] = SimulatedFile.Durable(content);
        }
    }

    public void CreateDirectory(string directory)
    {
        Call("mkdir", directory);
        lock (_lock)
        {
            _directories.Add(directory);
        }
    }

    public bool DirectoryExists(string directory)
    {
        lock (_lock)
        {
            return _directories.Contains(directory);
        }
    }

    public bool FileExists(string path)
    {
        lock (_lock)
        {
            return _names.ContainsKey(path);
        }
    }

    public IReadOnlyList<string> ListFiles(string directory)
    {
        Call("list", directory);
        lock (_lock)
        {
            return [.. _names.Keys.Where(path => Path.GetDirectoryName(path) == directory)
                .Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
        }
    }

    public IFile Open(string path, bool create)
    {
        Call("open", path);
        lock (_lock)
        {
            if (!_names.TryGetValue(path, out SimulatedFile? file))
            {
                if (!create)
                {
                    throw new FileNotFoundException("no such file", path);
                }

                file = new SimulatedFile();
                ChangeName(path, file);
            }

            return new Handle(this, path, file);
        }
    }

    public IMappedFile Map(string path)
    {
        Call("map", path);
        lock (_lock)
        {
            return _names.TryGetValue(path, out SimulatedFile? file)
                ? new Mapping(file.Current.AsSpan(0, file.Length))
                : throw new FileNotFoundException("no such file", path);
        }
    }

    public void Rename(string source, string target)
    {
        Call("rename", source);
        lock (_lock)
        {
            SimulatedFile file = _names[source];
            ChangeName(target, file);
            ChangeName(source, null);
        }
    }

    public void Delete(string path)
    {
        Call("delete", path);
        lock (_lock)
        {
            if (_names.ContainsKey(path))
            {
                ChangeName(path, null);
            }
        }
    }

    public void SyncDirectory(string directory)
    {
        Call("syncdir", directory);
        lock (_lock)
        {
            _unsyncedNames.RemoveAll(change => Path.GetDirectoryName(change.Path) == directory);
        }
    }

    public IDisposable? TryLock(string path, out string holder)
    {
        Call("lock", path);
        lock (_lock)
        {
            holder = "1";
            return _locks.Add(path) ? new Release(this, path) : null;
        }
    }

    private void Call(string operation, string path)
    {
        lock (_lock)
        {
            CallCount++;
        }

        BeforeCall?.Invoke(operation, path);
    }

    private void ChangeName(string path, SimulatedFile? file)
    {
        _unsyncedNames.Add((path, _names.GetValueOrDefault(path), file));
        SetName(_names, path, file);
    }

    private static void SetName(Dictionary<string, SimulatedFile> names, string path, SimulatedFile? file)
    {
        if (file is null)
        {
            names.Remove(path);
        }
        else
        {
            names[path] = file;
        }
    }

    // Unsynced names are taken as durable from here on; unsynced bytes stay so.
    private SimulatedFileSystem Next(Dictionary<string, SimulatedFile> names)
    {
        SimulatedFileSystem next = new() { _names = names };
        next._directories.UnionWith(_directories);
        return next;
    }

    private sealed class Release(SimulatedFileSystem owner, string path) : IDisposable
    {
        public void Dispose()
        {
            lock (owner._lock)
            {
                owner._locks.Remove(path);
            }
        }
    }

    private sealed unsafe class Mapping : IMappedFile
    {
        private void* _copy;

        public Mapping(ReadOnlySpan<byte> content)
        {
            Length = content.Length;
            _copy = NativeMemory.AlignedAlloc((nuint)Math.Max(content.Length, 1), 64);
            content.CopyTo(new Span<byte>(_copy, content.Length));
        }

        public nint Address => (nint)_copy;

        public long Length { get; }

        public void Evict()
        {
        }

        public void Dispose()
        {
            NativeMemory.AlignedFree(_copy);
            _copy = null;
        }
    }

    private sealed class SimulatedFile
    {
        private readonly HashSet<int> _unsynced = [];
        private byte[] _durable = [];
        private int _durableLength;

        public byte[] Current { get; private set; } = [];

        public int Length { get; private set; }

        public static SimulatedFile Durable(byte[] content)
        {
            SimulatedFile file = new();
            file.Write(0, content);
            file.Sync();
            return file;
        }

        public void Write(int offset, ReadOnlySpan<byte> source)
        {
            SetLength(Math.Max(Length, offset + source.Length));
            source.CopyTo(Current.AsSpan(offset));
            for (int sector = offset / SectorBytes; sector * SectorBytes < offset + source.Length; sector++)
            {
                _unsynced.Add(sector);
            }
        }

        public void SetLength(int length)
        {
            if (length > Current.Length)
            {
                byte[] grown = new byte[Math.Max(length, Current.Length * 2)];
                Current.AsSpan(0, Length).CopyTo(grown);
                Current = grown;
            }
            else if (length < Length)
            {
                Current.AsSpan(length, Length - length).Clear();
                for (int sector = length / SectorBytes; sector * SectorBytes < Length; sector++)
                {
                    _unsynced.Add(sector);
                }
            }

            Length = length;
        }

        public void Sync()
        {
            foreach (int sector in _unsynced)
            {
                CopySector(sector);
            }

            _unsynced.Clear();
            _durableLength = Length;
        }

        public void FailSync() => _unsynced.Clear();

        public SimulatedFile Copy()
        {
            SimulatedFile copy = Durable(_durable.AsSpan(0, _durableLength).ToArray());
            copy.SetLength(Length);
            Current.AsSpan(0, Length).CopyTo(copy.Current);
            copy._unsynced.UnionWith(_unsynced);
            return copy;
        }

        public SimulatedFile AfterPowerLoss(Random random)
        {
            // Nothing, everything or half of the sectors written since the last sync.
            int keptOfFour = random.Next(3) * 2;
            byte[] durable = _durable.AsSpan(0, _durableLength).ToArray();
            foreach (int sector in _unsynced.Order())
            {
                int begin = sector * SectorBytes;
                int end = Math.Min(begin + SectorBytes, Length);
                if (random.Next(4) < keptOfFour && begin < end)
                {
                    Array.Resize(ref durable, Math.Max(durable.Length, end));
                    Current.AsSpan(begin, end - begin).CopyTo(durable.AsSpan(begin));
                }
            }

            return Durable(durable);
        }

        private void CopySector(int sector)
        {
            if (_durable.Length < Current.Length)
            {
                Array.Resize(ref _durable, Current.Length);
            }

            int begin = sector * SectorBytes;
            int end = Math.Min(begin + SectorBytes, Current.Length);
            if (begin < end)
            {
                Current.AsSpan(begin, end - begin).CopyTo(_durable.AsSpan(begin));
            }
        }
    }

    private sealed class Handle(SimulatedFileSystem owner, string path, SimulatedFile file) : IFile
    {
        public string Path => path;

        public long Length
        {
            get
            {
                lock (owner._lock)
                {
                    return file.Length;
                }
            }
        }

        public bool HasName
        {
            get
            {
                owner.Call("stat", path);
                lock (owner._lock)
                {
                    return owner._names.ContainsValue(file);
                }
            }
        }

        public int Read(long offset, Span<byte> target)
        {
            owner.Call("read", path);
            lock (owner._lock)
            {
                int count = (int)Math.Clamp(file.Length - offset, 0, target.Length);
                file.Current.AsSpan(count == 0 ? 0 : (int)offset, count).CopyTo(target);
                return count;
            }
        }

        public void Write(long offset, ReadOnlySpan<byte> source)
        {
            owner.Call("write", path);
            lock (owner._lock)
            {
                file.Write((int)offset, source);
            }
        }

        public void SetLength(long length)
        {
            owner.Call("truncate", path);
            lock (owner._lock)
            {
                file.SetLength((int)length);
            }
        }

        public void Sync()
        {
            try
            {
                owner.Call("sync", path);
            }
            catch
            {
                lock (owner._lock)
                {
                    file.FailSync();
                }

                throw;
            }

            lock (owner._lock)
            {
                file.Sync();
            }
        }

        public void Dispose()
        {
        }
    }
}
